package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.plan.SizeRange;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.LabelsForm;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A network of seconds to build that has all that a plan of ours may have: products, deformable attention over two levels and
/// labels, of any batch of 1 to 3.
final class SmallNetwork {
    static final int MOST_PICTURES = 3;
    private static final int CHANNELS = 64;
    private static final int HEADS = 2;
    private static final int POINTS = 4;
    private static final int QUERIES = 7;
    private static final int CLASSES = 19;
    private static final int HEIGHT = 8;
    private static final int WIDTH = 12;
    private static final int TOKENS = HEIGHT * WIDTH / 4 + HEIGHT * WIDTH;
    private static final int SAMPLES = HEADS * 2 * POINTS;

    private SmallNetwork() {
    }

    /// `tokens` float32 `[n, 120, 64]` to `y` of the same type and `labels` uint8 `[n, 32, 48]`.
    static Graph graph() {
        Random random = new Random(11);
        GraphBuilder builder = new GraphBuilder();
        Value tokens = builder.input("tokens",
                new TensorType(DataType.FLOAT32, Shape.of(Dimension.symbol("n"), Dimension.of(TOKENS), Dimension.of(CHANNELS))));
        Operation attention = new Operation.DeformableAttention(HEADS, POINTS,
                List.of(level(HEIGHT / 2, WIDTH / 2), level(HEIGHT, WIDTH)));
        Value values = tokens.matMul(weight(builder, "values", CHANNELS, random));
        Value offsets = tokens.matMul(weight(builder, "offsets", 2 * SAMPLES, random));
        Value logits = tokens.matMul(weight(builder, "logits", SAMPLES, random));
        Value sampled = builder.within("attention", () -> builder.add(attention, values, offsets, logits));
        Value y = sampled.matMul(weight(builder, "projection", CHANNELS, random)).add(tokens);
        Value queries = y.slice(1, 0, QUERIES);
        Value classes = queries.matMul(weight(builder, "classes", CLASSES + 1, random));
        Value masks = queries.matMul(y.slice(1, TOKENS - HEIGHT * WIDTH, TOKENS).transpose(0, 2, 1)).reshape(y.size(0),
                Dimension.of(QUERIES), Dimension.of(HEIGHT), Dimension.of(WIDTH));
        builder.output("y", y);
        builder.output("labels",
                builder.add(new Operation.SemanticLabels(Dimension.of(4 * HEIGHT), Dimension.of(4 * WIDTH)), classes, masks));
        return builder.build();
    }

    private static Operation.DeformableAttention.Level level(int height, int width) {
        return new Operation.DeformableAttention.Level(Dimension.of(height), Dimension.of(width));
    }

    private static Value weight(GraphBuilder builder, String name, int outputs, Random random) {
        float[] elements = new float[CHANNELS * outputs];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) random.nextGaussian() / 8;
        }
        return builder.initializer(name, Tensor.of(Shape.of(CHANNELS, outputs), elements));
    }

    static Map<String, Tensor> inputs(int pictures, long seed) {
        Random random = new Random(seed);
        float[] elements = new float[pictures * TOKENS * CHANNELS];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) random.nextGaussian();
        }
        return Map.of("tokens", Tensor.of(Shape.of(pictures, TOKENS, CHANNELS), elements));
    }

    /// A plan with kernels of ours between segments, or one of TensorRT's own alone.
    ///
    /// @param arena where it goes
    static MemorySegment plan(boolean withKernels, Arena arena) {
        TensorRtOptions options = TensorRtOptions.standard().withLevel(0)
                .withForm(withKernels ? DeformableAttentionForm.KERNEL : DeformableAttentionForm.PLUGIN)
                .withLabels(withKernels ? LabelsForm.KERNEL : LabelsForm.NETWORK)
                .withSymbols(Map.of("n", new SizeRange(1, 1, MOST_PICTURES)));
        return PlanBuilding.of(false, Precision.FP32, options, BuildProgress.NONE).build(graph(), arena);
    }

    /// How many steps of a plan are kernels of ours.
    static long kernels(MemorySegment plan) {
        return PlanContainer.read(plan).parts().stream().filter(PlanContainer.Part.Kernel.class::isInstance).count();
    }
}
