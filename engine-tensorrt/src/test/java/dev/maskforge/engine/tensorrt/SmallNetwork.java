package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.cuda.DriverModules;
import dev.maskforge.engine.tensorrt.kernels.masks.MasksKernel;
import dev.maskforge.engine.tensorrt.kernels.queries.QueriesKernel;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.plan.SizeRange;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.GroupNormalizationForm;
import dev.maskforge.engine.tensorrt.prepare.LabelsForm;
import dev.maskforge.engine.tensorrt.prepare.MasksForm;
import dev.maskforge.engine.tensorrt.prepare.QueriesForm;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A network of seconds to build that has all that a plan of ours may have: products, deformable attention over two levels, a pyramid
/// of convolutions and group normalisation, queries that attend to each other, with weights that a kernel of ours takes as constants,
/// and labels, of any batch of 1 to 3.
final class SmallNetwork {
    static final int MOST_PICTURES = 3;
    private static final int CHANNELS = 64;
    private static final int GROUPS = 8;
    private static final int HEADS = 2;
    private static final int POINTS = 4;
    private static final int QUERIES = 7;
    private static final int HIDDEN = 512;
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
        Value queries = builder.within("decoder", () -> decoded(y.slice(1, 0, QUERIES), random));
        Value classes = queries.matMul(weight(builder, "classes", CLASSES + 1, random));
        Value features = builder.within("pyramid", () -> pyramid(y, random));
        Value masks = queries.matMul(features.reshape(y.size(0), Dimension.of(CHANNELS), Dimension.of(HEIGHT * WIDTH)))
                .reshape(y.size(0), Dimension.of(QUERIES), Dimension.of(HEIGHT), Dimension.of(WIDTH));
        builder.output("y", y);
        builder.output("labels",
                builder.add(new Operation.SemanticLabels(Dimension.of(4 * HEIGHT), Dimension.of(4 * WIDTH)), classes, masks));
        return builder.build();
    }

    /// What a decoder does with queries between two looks at the picture ("Attention Is All You Need", section 3.1).
    private static Value decoded(Value queries, Random random) {
        GraphBuilder builder = queries.builder();
        Value attended = builder.add(new Operation.Attention(HEADS), linear(queries, "query", CHANNELS, random),
                linear(queries, "key", CHANNELS, random), linear(queries, "value", CHANNELS, random));
        Value seen = normalised(queries.add(linear(attended, "output", CHANNELS, random)), "first");
        Value hidden = linear(seen, "up", HIDDEN, random).relu();
        return normalised(seen.add(linear(hidden, "down", CHANNELS, random)), "second");
    }

    /// Features of masks from the tokens of both levels ("Feature Pyramid Networks for Object Detection", figure 3, with group
    /// normalisation).
    private static Value pyramid(Value tokens, Random random) {
        GraphBuilder builder = tokens.builder();
        int coarse = TOKENS - HEIGHT * WIDTH;
        Value resized = builder.add(new Operation.Resize(Operation.Resize.Mode.BILINEAR, Dimension.of(HEIGHT), Dimension.of(WIDTH)),
                map(tokens.slice(1, 0, coarse), HEIGHT / 2, WIDTH / 2));
        Value lateral = convolved(map(tokens.slice(1, coarse, TOKENS), HEIGHT, WIDTH), "lateral", 1, random);
        return convolved(lateral.add(resized), "smooth", 3, random).relu();
    }

    private static Value map(Value tokens, int height, int width) {
        return tokens.transpose(0, 2, 1).reshape(tokens.size(0), Dimension.of(CHANNELS), Dimension.of(height), Dimension.of(width));
    }

    /// And normalised.
    private static Value convolved(Value x, String name, int kernel, Random random) {
        GraphBuilder builder = x.builder();
        Value weight = builder.initializer(name + ".weight", normal(random, 0.125 / kernel, CHANNELS, CHANNELS, kernel, kernel));
        Value map = builder.add(new Operation.Conv(1, kernel / 2, 1, 1), x, weight);
        return builder.add(new Operation.GroupNormalization(GROUPS, 1e-5f), map,
                builder.initializer(name + ".scale", normal(random, 1, CHANNELS)),
                builder.initializer(name + ".shift", normal(random, 1, CHANNELS)));
    }

    private static Value linear(Value x, String name, int outputs, Random random) {
        int inputs = Math.toIntExact(x.size(2).size());
        GraphBuilder builder = x.builder();
        Value weight = builder.initializer(name + ".weight", normal(random, 1 / Math.sqrt(inputs), outputs, inputs));
        Value bias = builder.initializer(name + ".bias", normal(random, 0.125, outputs));
        return builder.add(new Operation.Linear(), x, weight, bias);
    }

    private static Value normalised(Value x, String name) {
        GraphBuilder builder = x.builder();
        float[] ones = new float[CHANNELS];
        Arrays.fill(ones, 1);
        return builder.add(new Operation.LayerNormalization(1e-5f), x,
                builder.initializer(name + ".scale", Tensor.of(Shape.of(CHANNELS), ones)),
                builder.initializer(name + ".shift", Tensor.of(Shape.of(CHANNELS), new float[CHANNELS])));
    }

    private static Operation.DeformableAttention.Level level(int height, int width) {
        return new Operation.DeformableAttention.Level(Dimension.of(height), Dimension.of(width));
    }

    private static Value weight(GraphBuilder builder, String name, int outputs, Random random) {
        return builder.initializer(name, normal(random, 0.125, CHANNELS, outputs));
    }

    private static Tensor normal(Random random, double deviation, long... sizes) {
        Shape shape = Shape.of(sizes);
        float[] elements = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) (random.nextGaussian() * deviation);
        }
        return Tensor.of(shape, elements);
    }

    static Map<String, Tensor> inputs(int pictures, long seed) {
        return Map.of("tokens", normal(new Random(seed), 1, pictures, TOKENS, CHANNELS));
    }

    /// A plan with kernels of ours between segments, all that the device has, or one of TensorRT's own alone.
    ///
    /// @param arena where it goes
    static MemorySegment plan(boolean withKernels, Arena arena) {
        TensorRtOptions options = TensorRtOptions.standard().withLevel(0)
                .withForm(withKernels ? DeformableAttentionForm.KERNEL : DeformableAttentionForm.PLUGIN)
                .withGroupNormalization(withKernels ? GroupNormalizationForm.KERNEL : GroupNormalizationForm.NETWORK)
                .withMasks(withKernels && MasksKernel.runsOn(new DriverModules().architecture()) ? MasksForm.KERNEL : MasksForm.NETWORK)
                .withLabels(withKernels ? LabelsForm.KERNEL : LabelsForm.NETWORK)
                .withQueries(
                        withKernels && QueriesKernel.runsOn(new DriverModules().architecture()) ? QueriesForm.KERNEL : QueriesForm.NETWORK)
                .withSymbols(Map.of("n", new SizeRange(1, 1, MOST_PICTURES)));
        return PlanBuilding.of(false, Precision.TF32, options, BuildProgress.NONE).build(graph(), arena).bytes();
    }

    /// How many steps of a plan are kernels of ours.
    static long kernels(MemorySegment plan) {
        return PlanContainer.read(plan).parts().stream().filter(PlanContainer.Part.Kernel.class::isInstance).count();
    }
}
