"""The pitfalls of re-implementing MaskFormer and Mask2Former, each as the change of a text that falls into it.

Every `before` stands exactly once in its file; the tool refuses to go on otherwise, so that a change of the code shows here.
"""
import typing


class Mutation(typing.NamedTuple):
    name: str
    file: str
    before: str
    after: str
    module: str
    tests: str
    method: str = ""  # of the test class; all if empty
    invocation: str = ""  # what the name of a parameterised test's run has to hold


# Of each module a test that takes a moment, for the report that tells how the module's tests are run.
QUICK_TESTS = {"checkpoint": "OfficialNameTest", "graph": "ShapeTest", "library": "DatasetTest", "models": "ZooTest",
               "passes": "RemoveUnusedTest", "vision": "ClassListTest"}


def source(module, path):
    return f"{module}/src/main/java/dev/maskforge/{path}.java"


NAMES = source("models", "models/CheckpointNames")
MASKFORMER = source("models", "models/MaskFormer")
MASK2FORMER = source("models", "models/Mask2Former")
RESNET = source("models", "models/ResNet")
SWIN = source("models", "models/SwinTransformer")
RECOGNITION = source("models", "models/Recognition")
BACKBONE_RECOGNITION = source("models", "models/BackboneRecognition")
HUGGING_FACE = source("models", "models/HuggingFaceNames")
INPUT = source("models", "models/CheckpointModel")
LAYERS = source("models", "models/layer/Layers")
RESIDUAL = source("models", "models/layer/Residual")
ENCODER_OF_DETR = source("models", "models/layer/TransformerEncoder")
POSITIONS = source("models", "models/layer/SinePositions")
ATTENTION = source("passes", "passes/lower/AttentionLowering")
SAMPLING = source("passes", "passes/lower/SamplingPositions")
BY_GRID_SAMPLE = source("passes", "passes/lower/DeformableAttentionByGridSample")
BY_GATHER = source("passes", "passes/lower/DeformableAttentionByGather")
GROUPS = source("passes", "passes/lower/GroupNormalizationLowering")
INFERENCE = source("passes", "passes/lower/SemanticInferenceLowering")
ENCODER = source("graph", "graph/onnx/OperationEncoder")
PILLOW = source("vision", "vision/PillowBilinear")
PREPROCESSING = source("vision", "vision/Preprocessing")
CLASS_SCORES = source("vision", "vision/ClassScores")
PROBABILITIES = source("vision", "vision/ClassProbabilities")
NETWORK_ROWS = source("vision", "vision/NetworkMaskRows")
SEMANTIC = source("vision", "vision/SemanticInference")
PANOPTIC = source("vision", "vision/PanopticInference")
COMPETITION = source("vision", "vision/SegmentCompetition")
INSTANCE = source("vision", "vision/InstanceInference")
ANSWERS = source("library", "Inference")
YAML = source("checkpoint", "checkpoint/document/YamlDocument")
SCORE_RESIZER = source("vision", "vision/ScoreResizer")
BILINEAR = source("vision", "vision/BilinearAxis")


def keys(name, file, before, after):
    """Whether all tensors of the official key lists are taken, with their shapes."""
    return Mutation(name, file, before, after, "models", "OfficialCheckpointsTest")


def parity(name, file, before, after, model=""):
    """Whether a small model that has the part says what the original says."""
    chosen = model or ("mask2former-r50" if file in (MASK2FORMER, ENCODER) else "maskformer-r50")
    return Mutation(name, file, before, after, "library", "ParityTest", "agreesAtFreeSize", chosen)


def swin(name, before, after, file=SWIN):
    """Whether a Swin transformer, with maps in which windows do not go up, gives the original's features."""
    return Mutation(name, file, before, after, "library", "ParityTest", "swinTransformersTakeAnySize", "maskformer-swin-w7")


def hugging_face(name, before, after, folder):
    """Whether a small Hugging Face folder says what transformers says."""
    return Mutation(name, HUGGING_FACE, before, after, "library", "HuggingFaceParityTest", "agreesWithTransformers", folder)


def answer(name, before, after, tests="InferenceTest"):
    """Whether a model's answers follow the rules of its architecture and task."""
    return Mutation(name, ANSWERS, before, after, "library", tests)


def lowering(name, file, before, after):
    """Whether expansions compute what the interpreter says that the operation means."""
    return Mutation(name, file, before, after, "passes", "LoweringTest")


def picture(name, file, before, after, tests, method=""):
    return Mutation(name, file, before, after, "vision", tests, method)


def panoptic(name, file, before, after, tests="PostprocessingParityTest"):
    """Whether segments are the original's, pixel by pixel."""
    return picture(name, file, before, after, tests)


def instance(name, before, after):
    """Whether instances are the original's, with their masks and scores."""
    return picture(name, INSTANCE, before, after, "PostprocessingParityTest")


CHECKPOINT = [
    keys("`pixel_decoder.` not put before the names of published MaskFormer files", NAMES,
         'return HEAD + "pixel_decoder." + rest;', "return key;"),
    keys("`pixel_decoder.` put before names that have it", NAMES,
         'PARTS_OF_HEAD = Set.of("pixel_decoder", "predictor")', 'PARTS_OF_HEAD = Set.of("predictor")'),
    keys("`static_query` not taken for `query_feat`", NAMES,
         'return key.replace("predictor.static_query.", "predictor.query_feat.");', "return key;"),
    keys("MaskFormer's mask_features 1x1", MASKFORMER,
         "Layers.convolutionWithBias(pixelDecoder.maskChannels(), 3)",
         "Layers.convolutionWithBias(pixelDecoder.maskChannels(), 1)"),
    keys("Mask2Former's mask_features 3x3", MASK2FORMER,
         "Layers.convolutionWithBias(maskChannels, 1)", "Layers.convolutionWithBias(maskChannels, 3)"),
    keys("input_proj from res3 to res5", MASK2FORMER, "features.get(LEVELS - level)", "features.get(level + 1)"),
    keys("convolutions of the pyramid with a bias", MASKFORMER,
         "Layers.normalised(Layers.convolution(pixelDecoder.channels(), 1, 1)",
         "Layers.normalised(Layers.convolutionWithBias(pixelDecoder.channels(), 1)"),
    keys("group normalisation left out", MASKFORMER,
         "return Layers.normalised(Layers.convolution(pixelDecoder.channels(), 1, 1), Layers::groupNormalisation);",
         "return Layers.convolution(pixelDecoder.channels(), 1, 1);"),
    keys("100 queries for Swin-L's 200", RECOGNITION, "decoder, keys.count(queries.get(0).size()), classes())", "decoder, 100, classes())"),
    keys("Mask2Former's level_embed of the pixel decoder taken for an Embedding (`.weight`)", MASK2FORMER,
         's.weight("level_embed", LEVELS, channels)', 's.weight("level_embed.weight", LEVELS, channels)'),
]

BACKBONE = [
    parity("stride in the 1x1 convolution", RESNET,
           '''3, stride, stage.dilations().get(block));
        Value y = s.call("conv1", convolution(stage.bottleneck(), 1, 1), x).relu();''',
           '''3, 1, stage.dilations().get(block));
        Value y = s.call("conv1", convolution(stage.bottleneck(), 1, stride), x).relu();'''),
    parity("the stem's pooling 2x2 for 3x3", RESNET, "MaxPool(3, 2, 1)", "MaxPool(2, 2, 0)"),
    parity("batch normalisation's epsilon 1e-3", LAYERS, "BatchNormalization(EPSILON)", "BatchNormalization(1e-3f)"),
    parity("BGR for RGB", INPUT, "values.get(0), values.get(1), values.get(2)", "values.get(2), values.get(1), values.get(0)"),
    parity("mean and deviation swapped", INPUT,
           '''normalisation.mean()))
                .divide(perChannel(builder, "deviation", normalisation.deviation()))''',
           '''normalisation.deviation()))
                .divide(perChannel(builder, "deviation", normalisation.mean()))'''),
]

DILATED_BACKBONE = [
    parity("R101c's dilations 1, 1, 1 for 1, 2, 4", BACKBONE_RECOGNITION, "dilations = List.of(1, 2, 4)", "dilations = List.of(1, 1, 1)",
           "maskformer-r101c"),
    parity("R101c's dilations 2, 4, 8 for 1, 2, 4", BACKBONE_RECOGNITION, "dilations = List.of(1, 2, 4)", "dilations = List.of(2, 4, 8)",
           "maskformer-r101c"),
    parity("R101c's dilations in all stages", BACKBONE_RECOGNITION, "i == 5 ? multiGrid(blocks)", "blocks == 3 ? multiGrid(blocks)",
           "maskformer-r101c"),
    parity("R101c's res5 without a stride", RESNET, "i == 0 ? 1 : 2, x)",
           "i == 0 || stages.get(i).dilations().contains(2) ? 1 : 2, x)", "maskformer-r101c"),
    parity("ReLU left out in R101c's stem", RESNET, "convolution(second, 3, 1), y).relu()", "convolution(second, 3, 1), y)",
           "maskformer-r101c"),
    parity("the stride of R101c's stem in its second convolution", RESNET,
           '''convolution(first, 3, 2), image).relu();
                y = s.call("conv2", convolution(second, 3, 1), y)''',
           '''convolution(first, 3, 1), image).relu();
                y = s.call("conv2", convolution(second, 3, 2), y)''', "maskformer-r101c"),
    parity("a stage's stride in its second block", RESNET,
           '''block == 0 ? projecting(stage, stride) : bottleneck(stage, block), x);
        }
        return x;''',
           '''block == 0 ? projecting(stage, 1) : bottleneck(stage, block), x);
            x = block == 1 && stride == 2 ? s.builder().add(new Operation.MaxPool(1, 2, 0), x) : x;
        }
        return x;''', "maskformer-r101c"),
]

SWIN_TRANSFORMER = [
    swin("windows never shifted", "boolean isShifted = i % 2 == 1;", "boolean isShifted = false;"),
    swin("the first block of a stage shifted, not the second", "boolean isShifted = i % 2 == 1;", "boolean isShifted = i % 2 == 0;"),
    swin("windows shifted the other way", "mask.isPresent() ? windows.shift() : 0", "mask.isPresent() ? -windows.shift() : 0"),
    swin("windows shifted by half their side, rounded up", "return side / 2;", "return (side + 1) / 2;"),
    swin("no mask in shifted windows", "mask.isPresent() ? scores.add(mask.get()) : scores", "scores"),
    swin("the mask in unshifted windows, too", "mask.isPresent() ? scores.add(mask.get()) : scores",
         "scores.add(mask.isPresent() ? mask.get() : shared.windows().mask(s.builder()))"),
    swin("the mask tells rows apart and not columns", "ofRows.multiply(3).add(ofColumns)", "ofRows.multiply(3).add(ofColumns.multiply(0))"),
    swin("windows padded before norm1", 'windows.pad(s.call("norm1", Layers::layerNormalisation, x))',
         's.call("norm1", Layers::layerNormalisation, windows.pad(x))'),
    swin("padding above and to the left", "Value.concat(axis, List.of(x, zero.expand(shape.dimensions().toArray(Dimension[]::new))))",
         "Value.concat(axis, List.of(zero.expand(shape.dimensions().toArray(Dimension[]::new)), x))"),
    swin("relative positions of the key to the query", "rows[query * tokens + key] =", "rows[key * tokens + query] ="),
    swin("rows and columns swapped in the relative positions", "(long) down * (2 * window - 1) + right",
         "(long) right * (2 * window - 1) + down"),
    swin("GELU by its approximation with tanh", "return x.multiply(twicePhi).multiply(0.5f);",
         "return x.multiply(x.add(x.multiply(x).multiply(x).multiply(0.044715f)).multiply(1.5957691f).sigmoid());", LAYERS),
    swin("merged patches row by row", "two, x.size(3)).transpose(0, 1, 3, 4, 2, 5)", "two, x.size(3)).transpose(0, 1, 3, 2, 4, 5)"),
    swin("a stage's output norm on what the next stage gets",
         'features.add(s.call("norm" + i, Layers::layerNormalisation, x).transpose(0, 3, 1, 2));',
         'x = s.call("norm" + i, Layers::layerNormalisation, x);\n            features.add(x.transpose(0, 3, 1, 2));'),
    swin("a stage's output not normalised", 's.call("norm" + i, Layers::layerNormalisation, x).transpose(0, 3, 1, 2)',
         "x.transpose(0, 3, 1, 2)"),
    swin("patches not normalised", 'return s.call("norm", Layers::layerNormalisation, patches.transpose(0, 2, 3, 1));',
         "return patches.transpose(0, 2, 3, 1);"),
    swin("windows' queries not scaled", "reshape(perHead).multiply((float) (1 / Math.sqrt((double) depth.size())))", "reshape(perHead)"),
    swin("the bias of relative positions scaled, too", ".add(relativePositionBias(s, shared))",
         ".add(relativePositionBias(s, shared).multiply((float) (1 / Math.sqrt((double) depth.size()))))"),
    swin("queries, keys and values of a head side by side", "Dimension.of(3), heads, depth).transpose(3, 0, 1, 4, 2, 5)",
         "heads, Dimension.of(3), depth).transpose(4, 0, 1, 3, 2, 5)"),
    swin("norm2 on the sum, after the perceptron",
         '''z.add(
                s.call("mlp", (m, y) -> perceptron(m, shared.stage().feedForward(), y), s.call("norm2", Layers::layerNormalisation, z)));''',
         '''s.call("norm2", Layers::layerNormalisation, z.add(
                s.call("mlp", (m, y) -> perceptron(m, shared.stage().feedForward(), y), z)));'''),
]

PIXEL_DECODER = [
    parity("bilinear in MaskFormer's pyramid", MASKFORMER, "Resize.Mode.NEAREST", "Resize.Mode.BILINEAR"),
    parity("nearest in Mask2Former's pyramid", MASK2FORMER,
           "levels.getLast().resize(Resize.Mode.BILINEAR", "levels.getLast().resize(Resize.Mode.NEAREST"),
    parity("ReLU after MaskFormer's adapters", MASKFORMER, "lateral.add(above)", "lateral.relu().add(above)"),
    parity("ReLU after Mask2Former's adapter", MASK2FORMER, "lateral.add(above)", "lateral.relu().add(above)"),
    parity("ReLU after Mask2Former's input_proj", MASK2FORMER,
           'return s.call("1", Layers::groupNormalisation, s.call("0", Layers.convolutionWithBias(channels, 1), x));',
           'return s.call("1", Layers::groupNormalisation, s.call("0", Layers.convolutionWithBias(channels, 1), x)).relu();'),
    parity("no ReLU after MaskFormer's layer_i", MASKFORMER, "convolution.apply(s, x).relu()", "convolution.apply(s, x)"),
    parity("no ReLU after Mask2Former's layer_1", MASK2FORMER, "lateral.add(above)).relu()", "lateral.add(above))"),
    parity("group normalisation's epsilon 1e-3", LAYERS, "GroupNormalization(GROUPS, EPSILON)", "GroupNormalization(GROUPS, 1e-3f)"),
    parity("16 groups for 32", LAYERS, "GROUPS = 32", "GROUPS = 16"),
    parity("level_embed of the pixel decoder in reversed order", MASK2FORMER,
           "channels).add(levelEmbedding.slice(0, level, level + 1L)))",
           "channels).add(levelEmbedding.slice(0, LEVELS - 1L - level, (long) LEVELS - level)))"),
    parity("positions and level_embed added to the values of deformable attention", MASK2FORMER,
           'a.call("value_proj", Layers.linear(channels), tokens)', 'a.call("value_proj", Layers.linear(channels), placed)'),
    parity("levels given to deformable attention in reversed order", MASK2FORMER,
           "new DeformableAttention(encoder.heads(), encoder.points(), levels)",
           "new DeformableAttention(encoder.heads(), encoder.points(), levels.reversed())"),
]

POSITION_EMBEDDING = [
    parity("positions not normalised", POSITIONS, ".divide(last).multiply((float) (2 * Math.PI))", ""),
    parity("x before y in the positions", POSITIONS, "List.of(rows, columns)", "List.of(columns, rows)"),
    parity("cosine before sine", POSITIONS, "List.of(sine, cosine)", "List.of(cosine, sine)"),
    parity("positions counted from 0", POSITIONS, ".add(1).divide(last)", ".divide(last)"),
    parity("a wavelength for each channel instead of each pair", POSITIONS, "2.0 * i / channels", "1.0 * i / channels"),
]

TRANSFORMER_DECODER = [
    parity("self-attention before cross-attention in Mask2Former", MASK2FORMER,
           '''        Value afterCross = s.in("transformer_cross_attention_layers." + i, layer -> residual.apply(layer, "norm", query,
                x -> layer.in("multihead_attn", a -> attention.apply(a, x.add(queryPositions), keys, memory, blocked))));
        Value afterSelf = s.in("transformer_self_attention_layers." + i,
                layer -> residual.apply(layer, "norm", afterCross, x -> layer.in("self_attn", a -> {
                    Value placed = x.add(queryPositions);
                    return attention.apply(a, placed, placed, x);
                })));
''',
           '''        Value afterOwn = s.in("transformer_self_attention_layers." + i,
                layer -> residual.apply(layer, "norm", query, x -> layer.in("self_attn", a -> {
                    Value placed = x.add(queryPositions);
                    return attention.apply(a, placed, placed, x);
                })));
        Value afterSelf = s.in("transformer_cross_attention_layers." + i, layer -> residual.apply(layer, "norm", afterOwn,
                x -> layer.in("multihead_attn", a -> attention.apply(a, x.add(queryPositions), keys, memory, blocked))));
'''),
    parity("cross-attention before self-attention in MaskFormer", MASKFORMER,
           '''        Value afterSelf = residual.apply(s, "norm1", query, x -> s.in("self_attn", a -> {
            Value placed = x.add(queryPositions);
            return attention.apply(a, placed, placed, x);
        }));
        Value afterCross = residual.apply(s, "norm2", afterSelf,
                x -> s.in("multihead_attn", a -> attention.apply(a, x.add(queryPositions), keys, memory)));
''',
           '''        Value afterSeen = residual.apply(s, "norm2", query,
                x -> s.in("multihead_attn", a -> attention.apply(a, x.add(queryPositions), keys, memory)));
        Value afterCross = residual.apply(s, "norm1", afterSeen, x -> s.in("self_attn", a -> {
            Value placed = x.add(queryPositions);
            return attention.apply(a, placed, placed, x);
        }));
'''),
    parity("row that is masked whole not reset", MASK2FORMER, "return outside.and(someInside);", "return outside;"),
    parity("mask cut at 0.4 instead of 0.5", MASK2FORMER, "FOREGROUND = 0.5f", "FOREGROUND = 0.4f"),
    parity("mask inverted", MASK2FORMER, "probability.less(FOREGROUND)", "probability.less(FOREGROUND).not()"),
    parity("mask resized by nearest neighbour", MASK2FORMER,
           "masks.resize(Resize.Mode.BILINEAR, level.size(2)", "masks.resize(Resize.Mode.NEAREST, level.size(2)"),
    parity("masks of earlier layers without decoder_norm", MASK2FORMER, "masks(s, normalised(s, query), pixels)", "masks(s, query, pixels)"),
    parity("levels fine to coarse in the transformer decoder", MASK2FORMER, "int level = i % LEVELS;", "int level = LEVELS - 1 - i % LEVELS;"),
    parity("level_embed of the transformer decoder not in the values", MASK2FORMER, "memories.add(memory);", "memories.add(map.mapToTokens());"),
    parity("positions in the values of MaskFormer's cross-attention", MASKFORMER,
           "x.add(queryPositions), keys, memory)", "x.add(queryPositions), keys, keys)"),
    parity("positions in the values of Mask2Former's cross-attention", MASK2FORMER,
           "x.add(queryPositions), keys, memory, blocked)", "x.add(queryPositions), keys, keys, blocked)"),
    parity("query positions not in the keys of MaskFormer's self-attention", MASKFORMER,
           "attention.apply(a, placed, placed, x)", "attention.apply(a, placed, x, x)"),
    parity("query positions not in the keys of Mask2Former's self-attention", MASK2FORMER,
           "attention.apply(a, placed, placed, x)", "attention.apply(a, placed, x, x)"),
    parity("query positions in the values of Mask2Former's self-attention", MASK2FORMER,
           "attention.apply(a, placed, placed, x)", "attention.apply(a, placed, placed, placed)"),
    parity("query positions not in the queries of MaskFormer's cross-attention", MASKFORMER,
           "x.add(queryPositions), keys, memory)", "x, keys, memory)"),
    parity("in_proj as v, k, q instead of q, k, v", LAYERS, "long start = index * channels;", "long start = (2 - index) * channels;"),
    parity("layer normalisation's epsilon 1e-3", LAYERS, "LayerNormalization(EPSILON)", "LayerNormalization(1e-3f)"),
]

PIXEL_ENCODER = [
    parity("positions left out of the keys of the pixel decoder's encoder", ENCODER_OF_DETR, "apply(a, placed, placed, x)",
           "apply(a, placed, x, x)", "maskformer-encoder-r50"),
    parity("positions in the values of the pixel decoder's encoder", ENCODER_OF_DETR, "apply(a, placed, placed, x)",
           "apply(a, placed, placed, placed)", "maskformer-encoder-r50"),
    parity("the pixel decoder's encoded map not given to the transformer decoder", MASKFORMER,
           '''            coarsest = encode(s, pixelDecoder.encoder().get(), coarsest);
        }
        Value y = s.call("layer_4", smooth(), coarsest);''',
           '''            coarsest = s.call("input_proj", Layers.convolutionWithBias(pixelDecoder.channels(), 1), coarsest);
        }
        Value y = s.call("layer_4", smooth(), pixelDecoder.encoder().map(e -> encode(s, e, features.getLast())).orElse(coarsest));
''', "maskformer-encoder-r50"),
    parity("the pixel decoder's encoded map not given to the pyramid", MASKFORMER, 's.call("layer_4", smooth(), coarsest)',
           '''s.call("layer_4", smooth(), pixelDecoder.encoder().isEmpty()
                ? coarsest
                : s.call("input_proj", Layers.convolutionWithBias(pixelDecoder.channels(), 1), features.getLast()))''',
           "maskformer-encoder-r50"),
    parity("the pixel decoder's encoder normalises first", RESIDUAL,
           "return s.call(norm, Layers::layerNormalisation, x.add(sublayer.apply(x)));",
           "return x.add(sublayer.apply(s.call(norm, Layers::layerNormalisation, x)));", "maskformer-encoder-r50"),
    parity("norm1 and norm2 swapped in the pixel decoder's encoder", ENCODER_OF_DETR,
           '''residual.apply(s, "norm1", tokens, x -> s.in("self_attn", a -> {
            Value placed = x.add(positions);
            return Layers.multiHeadAttention(heads).apply(a, placed, placed, x);
        }));
        return residual.apply(s, "norm2", attended''',
           '''residual.apply(s, "norm2", tokens, x -> s.in("self_attn", a -> {
            Value placed = x.add(positions);
            return Layers.multiHeadAttention(heads).apply(a, placed, placed, x);
        }));
        return residual.apply(s, "norm1", attended''', "maskformer-encoder-r50"),
    parity("layers that normalise first taken for layers that normalise last", RESIDUAL,
           "return x.add(sublayer.apply(s.call(norm, Layers::layerNormalisation, x)));",
           "return s.call(norm, Layers::layerNormalisation, x.add(sublayer.apply(x)));", "maskformer-prenorm"),
    parity("no norm at the end of an encoder that normalises first", ENCODER_OF_DETR,
           'residual == Residual.PRE_NORM ? s.call("norm", Layers::layerNormalisation, x) : x', "x", "maskformer-prenorm"),
    parity("a norm at the end of an encoder that normalises last", ENCODER_OF_DETR,
           'residual == Residual.PRE_NORM ? s.call("norm", Layers::layerNormalisation, x) : x',
           'layers > 0 ? s.call("layers." + (layers - 1) + ".norm2", Layers::layerNormalisation, x) : x', "maskformer-encoder-r50"),
]

HUGGING_FACE_NAMES = [
    hugging_face("query and key swapped where Swin's projections are joined", "attention.self.<query|key|value>.*",
                 "attention.self.<key|query|value>.*", "maskformer-swin"),
    hugging_face("q and k swapped where projections of cross-attention are joined", "encoder_attn.<q|k|v>_proj.*",
                 "encoder_attn.<k|q|v>_proj.*", "maskformer-resnet"),
    hugging_face("v before k where projections of Mask2Former's self-attention are joined",
                 "self_attn.<q|k|v>_proj.*      -> transformer_self_attention_layers",
                 "self_attn.<q|v|k>_proj.*      -> transformer_self_attention_layers",
                 "mask2former-resnet"),
    hugging_face("layer norms of MaskFormer's self- and cross-attention swapped",
                 '''self_attn_layer_norm.*     -> transformer.decoder.layers.{i}.norm1.*
            decoder.layers.{i}.encoder_attn.<q|k|v>_proj.* -> transformer.decoder.layers.{i}.multihead_attn.in_proj_*
            decoder.layers.{i}.encoder_attn.out_proj.*    -> transformer.decoder.layers.{i}.multihead_attn.out_proj.*
            decoder.layers.{i}.encoder_attn_layer_norm.*  -> transformer.decoder.layers.{i}.norm2.*''',
                 '''self_attn_layer_norm.*     -> transformer.decoder.layers.{i}.norm2.*
            decoder.layers.{i}.encoder_attn.<q|k|v>_proj.* -> transformer.decoder.layers.{i}.multihead_attn.in_proj_*
            decoder.layers.{i}.encoder_attn.out_proj.*    -> transformer.decoder.layers.{i}.multihead_attn.out_proj.*
            decoder.layers.{i}.encoder_attn_layer_norm.*  -> transformer.decoder.layers.{i}.norm1.*''', "maskformer-resnet"),
    hugging_face("layer norms of Mask2Former's encoder swapped",
                 '''self_attn_layer_norm.*        -> transformer.encoder.layers.{i}.norm1.*
            encoder.layers.{i}.fc{n}.*                       -> transformer.encoder.layers.{i}.linear{n}.*
            encoder.layers.{i}.final_layer_norm.*            -> transformer.encoder.layers.{i}.norm2.*''',
                 '''self_attn_layer_norm.*        -> transformer.encoder.layers.{i}.norm2.*
            encoder.layers.{i}.fc{n}.*                       -> transformer.encoder.layers.{i}.linear{n}.*
            encoder.layers.{i}.final_layer_norm.*            -> transformer.encoder.layers.{i}.norm1.*''', "mask2former-resnet"),
    hugging_face("level_embed of the pixel decoder taken for the transformer decoder's",
                 "level_embed                                      -> transformer.level_embed",
                 "level_embed                                      -> transformer.level_embed.weight", "mask2former-resnet"),
    hugging_face("Mask2Former's output norms counted from 0", "-> norm{s-1}.*", "-> norm{s}.*", "mask2former-swin"),
    hugging_face("Mask2Former's class_predictor not known", "class_predictor.*                                -> class_embed.*",
                 "class_predictor.*                                -> class_predictor.*", "mask2former-resnet"),
    hugging_face("layers of MaskFormer's pyramid fine to coarse", "fpn.layers.{l}.block.0.*  -> layer_{3-l}.*",
                 "fpn.layers.{l}.block.0.*  -> layer_{l+1}.*", "maskformer-resnet"),
    hugging_face("queries_features and queries_embedder swapped",
                 '''queries_features.*                               -> query_feat.*
            queries_embedder.*                               -> query_embed.*''',
                 '''queries_features.*                               -> query_embed.*
            queries_embedder.*                               -> query_feat.*''', "mask2former-resnet"),
]

EXPANSIONS = [
    lowering("attention not scaled", ATTENTION, "query.multiply(scale)", "query"),
    lowering("attention scaled by all channels instead of a head's", ATTENTION,
             "Math.sqrt((double) channels.size())", "Math.sqrt((double) query.size(2).size())"),
    lowering("True taken for 'seen' in attention masks", ATTENTION,
             "query.builder().constant(Float.NEGATIVE_INFINITY).where(everyHead, scores)",
             "scores.where(everyHead, query.builder().constant(Float.NEGATIVE_INFINITY))"),
    lowering("width and height swapped for sampling offsets", SAMPLING,
             "builder.size(level.width()), builder.size(level.height())", "builder.size(level.height()), builder.size(level.width())"),
    lowering("y before x in the reference points", SAMPLING, "List.of(x, y)", "List.of(y, x)"),
    lowering("reference points at corners instead of centres of pixels", SAMPLING, ".add(0.5f).divide(builder", ".divide(builder"),
    lowering("attention weights softmaxed over all heads", SAMPLING,
             "logits.reshape(logits.size(0), logits.size(1), heads, samples).softmax(3)",
             "logits.softmax(2).reshape(logits.size(0), logits.size(1), heads, samples)"),
    lowering("locations from 0 to 1 given to GridSample", BY_GRID_SAMPLE, ".multiply(2).subtract(1)", ""),
    lowering("samples outside take the border (Gather form)", BY_GATHER,
             "multiply(size).subtract(0.5f);", "multiply(size).subtract(0.5f).maximum(0).minimum(last);"),
    lowering("corners aligned (Gather form)", BY_GATHER, "multiply(size).subtract(0.5f);", "multiply(last);"),
    lowering("epsilon lost in the expansion of group normalisation", GROUPS, "normalization.epsilon()", "1e-3f"),
    lowering("no-object as the first class", INFERENCE, "slice(2, Dimension.ZERO, classes)", "slice(2, Dimension.ONE, classes.plus(1))"),
    lowering("softmax without no-object", INFERENCE,
             "classLogits.softmax(2).slice(2, Dimension.ZERO, classes)", "classLogits.slice(2, Dimension.ZERO, classes).softmax(2)"),
    lowering("sigmoid before the masks are resized", INFERENCE,
             "inputs.get(1).resize(Resize.Mode.BILINEAR, inference.height(), inference.width()).sigmoid()",
             "inputs.get(1).sigmoid().resize(Resize.Mode.BILINEAR, inference.height(), inference.width())"),
]

FILES = [
    parity("GridSample with align_corners", ENCODER, 'with("align_corners", 0)', 'with("align_corners", 1)'),
    parity("GridSample padded with the border", ENCODER, 'with("padding_mode", "zeros")', 'with("padding_mode", "border")'),
    Mutation("GridSample's opset-20 mode 'linear' in opset 17", ENCODER, 'opset < 20 ? "bilinear" : "linear"', '"linear"', "graph",
             "OnnxWriterTest"),
    parity("Resize with align_corners", ENCODER, '"half_pixel"', '"align_corners"'),
    parity("epsilon of batch normalisation lost in the file", ENCODER,
           'Encoding.of("BatchNormalization").with("epsilon", epsilon)', 'Encoding.of("BatchNormalization").with("epsilon", 1e-3f)'),
    parity("epsilon of layer normalisation lost in the file", ENCODER,
           'with("axis", -1).with("epsilon", epsilon)', 'with("axis", -1).with("epsilon", 1e-3f)'),
]

PICTURES = [
    picture("BGR for RGB in the network's input", PREPROCESSING,
            "3 * y * image.width() + channel", "3 * y * image.width() + 2 - channel", "PreprocessingTest"),
    picture("padding with 0 before normalisation", PREPROCESSING,
            "{mean.red(), mean.green(), mean.blue()}", "{0, 0, 0}", "PreprocessingTest"),
    picture("no antialiasing when shrinking", PILLOW, "double support = Math.max(scale, 1);", "double support = 1;", "PillowBilinearTest"),
    picture("corners for centres of pixels when resizing", PILLOW,
            "double center = (i + 0.5) * scale;", "double center = i * scale + 0.5;", "PillowBilinearTest"),
    picture("weights of resizing cut off, not rounded", PILLOW,
            "(int) (0.5 + weight * (1 << PRECISION_BITS))", "(int) (weight * (1 << PRECISION_BITS))", "PillowBilinearTest"),
    picture("no-object as the first class in the label map", CLASS_SCORES,
            "byQuery.of(query, i)", "byQuery.of(query, i + 1)", "SemanticInferenceTest", "theFirstOfEqualClassesWins"),
    picture("masks enlarged to the picture instead of the padded input", NETWORK_ROWS,
            "BilinearAxis.of(maskHeight, geometry.paddedHeight(), geometry.resizedHeight())",
            "BilinearAxis.of(maskHeight, geometry.resizedHeight(), geometry.resizedHeight())", "SemanticInferenceTest", "agreesWithDoublePrecision"),
    picture("scores resized before the padding is cut off", SCORE_RESIZER,
            "this.vertical = BilinearAxis.of(geometry.resizedHeight(), geometry.originalHeight());",
            "this.vertical = BilinearAxis.of(geometry.paddedHeight(), geometry.originalHeight());", "SemanticInferenceTest",
            "agreesWithDoublePrecision"),
    picture("corners aligned when scores are resized", BILINEAR,
            "scale * (i + 0.5f) - 0.5f", "(float) i * (in - 1) / Math.max(1, out - 1)", "SemanticInferenceTest",
            "agreesWithDoublePrecision"),
    picture("the last of equal classes wins", SEMANTIC,
            "for (int c = 0; c < scores.length; c++) {\n                Lanes", "for (int c = scores.length - 1; c >= 0; c--) {\n                Lanes",
            "SemanticInferenceTest"),
]

SEGMENTS = [
    panoptic("Mask2Former's segments pasted as MaskFormer pastes them", PANOPTIC, "return inMask;", "return true;"),
    panoptic("MaskFormer's segments pasted as Mask2Former pastes them", PANOPTIC, "return true;", "return inMask;"),
    panoptic("a mask of just 0.5 not in (won pixels)", COMPETITION, ">= HALF * scores[candidate]", "> HALF * scores[candidate]",
             "PanopticInferenceTest"),
    panoptic("a mask of just 0.5 not in (area of the mask)", COMPETITION, "Lanes.countAtLeast(HALF,", "Lanes.countAbove(HALF,",
             "PanopticInferenceTest"),
    panoptic("segments kept below the overlap threshold, not above it", PANOPTIC, "!((double) won / masked < thresholds.overlapThreshold())",
             "(double) won / masked < thresholds.overlapThreshold()"),
    panoptic("share of the mask by the won pixels that are in it", PANOPTIC, "holdsItsGround(competition.won(i),",
             "holdsItsGround(competition.wonInMask(i),"),
    panoptic("stuff of one class not merged", PANOPTIC, "isThing ? next : idOfStuff", "true ? next : idOfStuff"),
    panoptic("things of one class merged, too", PANOPTIC, "isThing ? next : idOfStuff", "false ? next : idOfStuff"),
    panoptic("no-object kept", PANOPTIC,
             '''candidate.trainId() < outputs.classes()
                        && candidate.score()''', '''true
                        && candidate.score()'''),
    panoptic("the likeliest class without a look at no-object", PROBABILITIES, "i <= classes; i++", "i < classes; i++"),
    panoptic("masks not multiplied with the class's probability", COMPETITION, "scores[i] = candidates.get(i).score();", "scores[i] = 1;"),
    panoptic("object mask threshold not asked", PANOPTIC, "candidate.score() > (float) thresholds.objectMaskThreshold()",
             "candidate.score() > 0"),
    panoptic("mask logits not brought to the original size before they compete", PANOPTIC,
             "MaskRows.atOriginalSize(outputs, image, queries, geometry)",
             "MaskRows.atOriginalSize(outputs, image, queries, Geometry.of(geometry.originalHeight(), geometry.originalWidth()))"),
]

INSTANCES = [
    instance("no-object among the likeliest pairs", "trainId < probabilities.classes()", "trainId <= probabilities.classes()"),
    instance("mean of the mask over all pixels", "sum / (mask.area() + EPSILON)", "sum / ((double) height * width + EPSILON)"),
    instance("instance masks cut at a logit of 0.5", "row[columns[x]] > 0", "row[columns[x]] > 0.5f"),
    instance("things chosen before the likeliest pairs",
             "likeliest(ClassProbabilities.of(outputs, image)).stream().filter(pair -> isWanted.test(pair.trainId())).toList()",
             '''new InstanceInference(workers, new Thresholds(0, 0, Integer.MAX_VALUE)).likeliest(ClassProbabilities.of(outputs, image))
                .stream().filter(pair -> isWanted.test(pair.trainId())).limit(thresholds.detectionsPerImage()).toList()'''),
    instance("score without the mean of the mask", "pair.probability() * measured.mean()", "pair.probability()"),
    instance("one class a query",
             '''                float probability = probabilities.of(query, trainId);
''',
             '''                float probability = trainId == probabilities.likeliest(query) ? probabilities.of(query, trainId) : Float.NaN;
'''),
]

ORDER_OF_RESAMPLING = [
    picture("class scores resampled in networks trained for segments", SEMANTIC, "resampled == Resampled.CLASS_SCORES && !geometry",
            "!geometry", "PostprocessingParityTest"),
    picture("mask logits resampled in networks trained for semantic segmentation", SEMANTIC,
            "resampled == Resampled.CLASS_SCORES && !geometry.isIdentity()", "false", "SemanticInferenceTest", "agreesWithDoublePrecision"),
    answer("mask logits resampled for the semantic task", "= model.identity().resizesMasksFirst() ?",
           "= !model.identity().resizesMasksFirst() ?"),
    answer("MaskFormer and Mask2Former given each other's pasting",
           '''case MaskFormer _ -> Pasting.MASKFORMER;
            case Mask2Former _ -> Pasting.MASK2FORMER;''',
           '''case MaskFormer _ -> Pasting.MASK2FORMER;
            case Mask2Former _ -> Pasting.MASKFORMER;'''),
    answer("instances of stuff from networks trained for panoptic segmentation", "return model.task() == Task.INSTANCE",
           "return model.task() != Task.SEMANTIC", "SegmenterTest"),
]

CONFIGURATIONS = [
    Mutation("what stands under a foreign tag, such as Python's, read as a number", YAML,
             '''        if (!tag.startsWith(OWN_TAGS)) {
            return new Text(text);''',
             '''        if (!tag.startsWith(OWN_TAGS)) {
            return YamlScalar.resolve(text);''', "checkpoint", "DocumentsTest"),
]

MUTATIONS = (CHECKPOINT + BACKBONE + DILATED_BACKBONE + SWIN_TRANSFORMER + PIXEL_DECODER + POSITION_EMBEDDING + TRANSFORMER_DECODER
             + PIXEL_ENCODER + HUGGING_FACE_NAMES + EXPANSIONS + FILES + PICTURES + SEGMENTS + INSTANCES + ORDER_OF_RESAMPLING
             + CONFIGURATIONS)
