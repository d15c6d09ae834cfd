package dev.maskforge.engine.tensorrt;

import dev.maskforge.InputValues;
import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.engine.BuildProfile.Range;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Fault;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.check.CheckPicture;
import dev.maskforge.engine.check.CheckResult;
import dev.maskforge.engine.check.Gate;
import dev.maskforge.engine.check.SelfCheck;
import dev.maskforge.engine.tensorrt.prepare.AttentionForm;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionByPlugin;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.GroupNormalizationForm;
import dev.maskforge.engine.tensorrt.prepare.LabelsForm;
import dev.maskforge.engine.tensorrt.prepare.MasksForm;
import dev.maskforge.engine.tensorrt.prepare.Preparation;
import dev.maskforge.engine.tensorrt.prepare.QueriesForm;
import dev.maskforge.engine.tensorrt.prepare.SettledForms;
import dev.maskforge.engine.tensorrt.prepare.StemForm;
import dev.maskforge.engine.tensorrt.prepare.TokensForm;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.precision.Ranges;
import dev.maskforge.scenes.StreetScenes;
import dev.maskforge.vision.Size;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The trained sample model at a small size with faults that are known of TensorRT, and the self-check that has to see them.
final class Traps implements AutoCloseable {
    private static final Size SIZE = new Size(64, 128);
    private static final EngineOptions OPTIONS = EngineOptions.standard().withThreads(1);
    private static final int TOKENS_EARLY = 3;
    /// Positions go from 0 to 1. Between 8 and 16 half precision rounds by up to 1/256, which is 0.06 pixels of a map of 16: as
    /// much as between 0 and 1 on a map of 256.
    private static final float SIZES = 8;
    private static final int STARTS = 2;
    private static final int LOCATIONS = 3;

    private final ModelFile model = ModelFile.open(Path.of(System.getProperty("maskforge.samples", "../samples"), "models",
            "mask2former-resnet-cityscapes-panoptic"), ModelOptions.none());
    private final EngineProvider runtime = Engines.named("onnxruntime");
    private final Engine reference;

    Traps() {
        this.reference = runtime.build(new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE)
                .apply(model.graph(model.freeInput(), Output.RAW)).graph(), OPTIONS);
    }

    /// As TensorRT gets it, without a fault, giving raw outputs.
    Graph prepared(DeformableAttentionForm form, long batch) {
        return prepared(form, batch, Fault.NONE);
    }

    /// All pictures of a batch taken for the first.
    Graph firstPictureForAll(DeformableAttentionForm form, long batch) {
        return prepared(form, batch, Fault.WRONG_BATCH);
    }

    /// With any number of pictures, as `maskforge build` has it where there are several.
    Graph preparedForAnyBatch(DeformableAttentionForm form) {
        return prepared(form, InputShape.ofSize(SIZE.height(), SIZE.width()), Fault.NONE);
    }

    private Graph prepared(DeformableAttentionForm form, long batch, Fault fault) {
        return prepared(form, InputShape.ofSize(SIZE.height(), SIZE.width()).withBatch(batch), fault);
    }

    private Graph prepared(DeformableAttentionForm form, InputShape input, Fault fault) {
        Graph authored = model.graph(input, Output.RAW);
        return new Preparation(true, Precision.FP32,
                new SettledForms(form, AttentionForm.NETWORK, QueriesForm.NETWORK, GroupNormalizationForm.NETWORK, MasksForm.NETWORK,
                        TokensForm.NETWORK, StemForm.NETWORK, false,
                        LabelsForm.NETWORK),
                Ranges.none())
                .apply(fault.in(authored, "pred_logits")).graph();
    }

    /// The plugin's levels begin some tokens early.
    Graph wrongLevelStart() {
        return withPlugins((builder, inputs) -> {
            Value starts = inputs.get(STARTS);
            int levels = Math.toIntExact(starts.size(0).size());
            int[] early = new int[levels];
            for (int level = 1; level < levels; level++) {
                early[level] = TOKENS_EARLY;
            }
            Tensor shift = Tensor.allocate(DataType.INT32, Shape.of(levels), Arena.ofAuto());
            for (int level = 0; level < levels; level++) {
                shift.memory().setAtIndex(Tensor.INT32, level, early[level]);
            }
            inputs.set(STARTS, starts.subtract(builder.constant("fault.early", shift)));
        });
    }

    /// The plugin's positions in half precision.
    Graph halfCoordinates() {
        return withPlugins((_, inputs) -> inputs.set(LOCATIONS,
                inputs.get(LOCATIONS).add(SIZES).cast(DataType.FLOAT16).cast(DataType.FLOAT32).subtract(SIZES)));
    }

    private interface Change {
        void to(GraphBuilder builder, List<Value> inputs);
    }

    private Graph withPlugins(Change change) {
        Graph graph = prepared(DeformableAttentionForm.PLUGIN, 1);
        GraphBuilder builder = GraphBuilder.rewriting(graph);
        Map<String, Value> values = new HashMap<>();
        graph.inputs().forEach(name -> values.put(name, builder.value(name)));
        graph.initializers().keySet().forEach(name -> values.put(name, builder.value(name)));
        int plugins = 0;
        for (Node node : graph.nodes()) {
            List<Value> inputs = new ArrayList<>();
            node.inputs().forEach(name -> inputs.add(Optional.ofNullable(values.get(name)).orElseThrow()));
            if (node.operation() instanceof Operation.Foreign foreign && foreign.type().equals(DeformableAttentionByPlugin.TYPE)) {
                change.to(builder, inputs);
                plugins++;
            }
            List<Value> outputs = builder.copy(node, inputs);
            for (int i = 0; i < outputs.size(); i++) {
                values.put(node.outputs().get(i), outputs.get(i));
            }
        }
        if (plugins == 0) {
            throw new IllegalStateException("the network has no deformable attention by plugin");
        }
        graph.outputs().forEach(name -> builder.output(name, Optional.ofNullable(values.get(name)).orElseThrow()));
        return builder.build();
    }

    /// What the self-check says of an engine that gives raw outputs.
    CheckResult check(Engine engine, long batch) {
        List<Tensor> pictures = new ArrayList<>();
        try (Arena arena = Arena.ofShared()) {
            for (long seed = 1; seed <= SelfCheck.FEWEST_PICTURES; seed++) {
                Tensor picture = Tensor.allocate(DataType.FLOAT32, Shape.of(1, 3, SIZE.height(), SIZE.width()), arena);
                InputValues.RGB.write(StreetScenes.generate(seed, SIZE).image(), picture.memory());
                pictures.add(picture);
            }
            return new SelfCheck(reference, runtime, OPTIONS, "pred_logits", "pred_masks", engine, Optional.empty(), Range.fixed(batch),
                    Gate.of(Precision.FP32), Optional.empty())
                    .run(pictures.stream().map(picture -> CheckPicture.of("image", picture)).toList(), BuildProgress.NONE);
        }
    }

    /// On ONNX Runtime, for what it knows.
    Engine onOnnxRuntime(Graph graph) {
        return runtime.build(graph, OPTIONS);
    }

    @Override
    public void close() {
        try (model) {
            reference.close();
        }
    }
}
