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


def source(module, path):
    return f"{module}/src/main/java/dev/maskforge/{path}.java"


NAMES = source("models", "models/CheckpointNames")
MASKFORMER = source("models", "models/MaskFormer")
MASK2FORMER = source("models", "models/Mask2Former")
RESNET = source("models", "models/ResNet")
INPUT = source("models", "models/CheckpointModel")
LAYERS = source("models", "models/layer/Layers")
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
RESIZE_RULE = source("vision", "vision/ResizeRule")
CLASS_SCORES = source("vision", "vision/ClassScores")
SCORE_RESIZER = source("vision", "vision/ScoreResizer")
BILINEAR = source("vision", "vision/BilinearAxis")


def keys(name, file, before, after):
    """Whether all tensors of the official key lists are taken, with their shapes."""
    return Mutation(name, file, before, after, "models", "OfficialCheckpointsTest")


def parity(name, file, before, after):
    """Whether small models say what the original says."""
    return Mutation(name, file, before, after, "library", "ParityTest")


def lowering(name, file, before, after):
    """Whether expansions compute what the interpreter says that the operation means."""
    return Mutation(name, file, before, after, "passes", "LoweringTest")


def picture(name, file, before, after, tests):
    return Mutation(name, file, before, after, "vision", tests)


CHECKPOINT = [
    keys("`pixel_decoder.` not put before the names of published MaskFormer files", NAMES,
         'return HEAD + "pixel_decoder." + rest;', "return key;"),
    keys("`pixel_decoder.` put before names that have it", NAMES,
         'PARTS_OF_HEAD = Set.of("pixel_decoder", "predictor")', 'PARTS_OF_HEAD = Set.of("predictor")'),
    keys("`static_query` not taken for `query_feat`", NAMES,
         'return key.replace("predictor.static_query.", "predictor.query_feat.");', "return key;"),
    keys("MaskFormer's mask_features 1x1", MASKFORMER,
         "Layers.convolutionWithBias(maskChannels, 3)", "Layers.convolutionWithBias(maskChannels, 1)"),
    keys("Mask2Former's mask_features 3x3", MASK2FORMER,
         "Layers.convolutionWithBias(maskChannels, 1)", "Layers.convolutionWithBias(maskChannels, 3)"),
    keys("input_proj from res3 to res5", MASK2FORMER, "features.get(LEVELS - level)", "features.get(level + 1)"),
    keys("convolutions of the pyramid with a bias", MASKFORMER,
         "Layers.normalised(Layers.convolution(pyramid, 1, 1)", "Layers.normalised(Layers.convolutionWithBias(pyramid, 1)"),
    keys("group normalisation left out", MASKFORMER,
         "return Layers.normalised(Layers.convolution(pyramid, 1, 1), Layers::groupNormalisation);",
         "return Layers.convolution(pyramid, 1, 1);"),
    keys("Mask2Former's level_embed of the pixel decoder taken for an Embedding (`.weight`)", MASK2FORMER,
         's.weight("level_embed", LEVELS, channels)', 's.weight("level_embed.weight", LEVELS, channels)'),
]

BACKBONE = [
    parity("stride in the 1x1 convolution", RESNET,
           '''convolution(stage.bottleneck(), 1, 1), x).relu();
            y = s.call("conv2", convolution(stage.bottleneck(), 3, stride), y)''',
           '''convolution(stage.bottleneck(), 1, stride), x).relu();
            y = s.call("conv2", convolution(stage.bottleneck(), 3, 1), y)'''),
    parity("the stem's pooling 2x2 for 3x3", RESNET, "MaxPool(3, 2, 1)", "MaxPool(2, 2, 0)"),
    parity("batch normalisation's epsilon 1e-3", LAYERS, "BatchNormalization(EPSILON)", "BatchNormalization(1e-3f)"),
    parity("BGR for RGB", INPUT, "values.get(0), values.get(1), values.get(2)", "values.get(2), values.get(1), values.get(0)"),
    parity("mean and deviation swapped", INPUT,
           '''normalisation.mean()))
                .divide(perChannel(builder, "deviation", normalisation.deviation()))''',
           '''normalisation.deviation()))
                .divide(perChannel(builder, "deviation", normalisation.mean()))'''),
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
           "new DeformableAttention(heads, encoder.points(), levels)", "new DeformableAttention(heads, encoder.points(), levels.reversed())"),
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
           '''        Value afterCross = s.in("transformer_cross_attention_layers." + i, layer -> {
            Value seen = layer.in("multihead_attn", a -> attention.apply(a, query.add(queryPositions), keys, memory, blocked));
            return layer.call("norm", Layers::layerNormalisation, query.add(seen));
        });
        Value afterSelf = s.in("transformer_self_attention_layers." + i, layer -> {
            Value placed = afterCross.add(queryPositions);
            Value own = layer.in("self_attn", a -> attention.apply(a, placed, placed, afterCross));
            return layer.call("norm", Layers::layerNormalisation, afterCross.add(own));
        });
''',
           '''        Value afterOwn = s.in("transformer_self_attention_layers." + i, layer -> {
            Value placed = query.add(queryPositions);
            Value own = layer.in("self_attn", a -> attention.apply(a, placed, placed, query));
            return layer.call("norm", Layers::layerNormalisation, query.add(own));
        });
        Value afterSelf = s.in("transformer_cross_attention_layers." + i, layer -> {
            Value seen = layer.in("multihead_attn", a -> attention.apply(a, afterOwn.add(queryPositions), keys, memory, blocked));
            return layer.call("norm", Layers::layerNormalisation, afterOwn.add(seen));
        });
'''),
    parity("cross-attention before self-attention in MaskFormer", MASKFORMER,
           '''        Value placed = query.add(queryPositions);
        Value own = s.in("self_attn", a -> attention.apply(a, placed, placed, query));
        Value afterSelf = s.call("norm1", Layers::layerNormalisation, query.add(own));
        Value seen = s.in("multihead_attn", a -> attention.apply(a, afterSelf.add(queryPositions), keys, memory));
        Value afterCross = s.call("norm2", Layers::layerNormalisation, afterSelf.add(seen));
''',
           '''        Value seen = s.in("multihead_attn", a -> attention.apply(a, query.add(queryPositions), keys, memory));
        Value afterSeen = s.call("norm2", Layers::layerNormalisation, query.add(seen));
        Value placed = afterSeen.add(queryPositions);
        Value own = s.in("self_attn", a -> attention.apply(a, placed, placed, afterSeen));
        Value afterCross = s.call("norm1", Layers::layerNormalisation, afterSeen.add(own));
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
           "afterSelf.add(queryPositions), keys, memory)", "afterSelf.add(queryPositions), keys, keys)"),
    parity("positions in the values of Mask2Former's cross-attention", MASK2FORMER,
           "query.add(queryPositions), keys, memory, blocked)", "query.add(queryPositions), keys, keys, blocked)"),
    parity("query positions not in the keys of MaskFormer's self-attention", MASKFORMER,
           "attention.apply(a, placed, placed, query)", "attention.apply(a, placed, query, query)"),
    parity("query positions not in the keys of Mask2Former's self-attention", MASK2FORMER,
           "attention.apply(a, placed, placed, afterCross)", "attention.apply(a, placed, afterCross, afterCross)"),
    parity("query positions in the values of Mask2Former's self-attention", MASK2FORMER,
           "attention.apply(a, placed, placed, afterCross)", "attention.apply(a, placed, placed, placed)"),
    parity("query positions not in the queries of MaskFormer's cross-attention", MASKFORMER,
           "afterSelf.add(queryPositions), keys, memory)", "afterSelf, keys, memory)"),
    parity("in_proj as v, k, q instead of q, k, v", LAYERS, "long start = index * channels;", "long start = (2 - index) * channels;"),
    parity("layer normalisation's epsilon 1e-3", LAYERS, "LayerNormalization(EPSILON)", "LayerNormalization(1e-3f)"),
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
            "(float) (powers[i] / sum)", "(float) (powers[i + 1] / sum)", "SemanticInferenceTest"),
    picture("masks enlarged to the picture instead of the padded input", CLASS_SCORES,
            "BilinearAxis.of(maskHeight, geometry.paddedHeight(), geometry.resizedHeight())",
            "BilinearAxis.of(maskHeight, geometry.resizedHeight(), geometry.resizedHeight())", "SemanticInferenceTest"),
    picture("scores resized before the padding is cut off", SCORE_RESIZER,
            "this.vertical = BilinearAxis.of(geometry.resizedHeight(), geometry.originalHeight());",
            "this.vertical = BilinearAxis.of(geometry.paddedHeight(), geometry.originalHeight());", "SemanticInferenceTest"),
    picture("corners aligned when scores are resized", BILINEAR,
            "scale * (i + 0.5f) - 0.5f", "(float) i * (in - 1) / Math.max(1, out - 1)", "SemanticInferenceTest"),
    picture("the last of equal classes wins", source("vision", "vision/SemanticInference"),
            "for (int c = 0; c < scores.length; c++) {\n                Lanes", "for (int c = scores.length - 1; c >= 0; c--) {\n                Lanes",
            "SemanticInferenceTest"),
]

MUTATIONS = CHECKPOINT + BACKBONE + PIXEL_DECODER + POSITION_EMBEDDING + TRANSFORMER_DECODER + EXPANSIONS + FILES + PICTURES
