package dev.maskforge.engine.tensorrt;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/// What a [SmallNetwork] computes, of any number of pictures: two encoder's layers with deformable attention over two levels, a pyramid of
/// convolutions and group normalisation, queries that look at the tokens and at each other, masks and labels.
final class SmallGraph {
    private static final int CHANNELS = 64;
    private static final int GROUPS = 8;
    private static final int HEADS = 2;
    private static final int POINTS = 4;
    private static final int QUERIES = 7;
    private static final int ENCODER_HIDDEN = 128;
    private static final int DECODER_HIDDEN = 512;
    private static final int CLASSES = 19;
    private static final int HEIGHT = 8;
    private static final int WIDTH = 12;
    private static final int TOKENS = HEIGHT * WIDTH / 4 + HEIGHT * WIDTH;
    private static final int SAMPLES = HEADS * 2 * POINTS;
    private static final List<Float> MEAN = List.of(123f, 116f, 103f);
    private static final List<Float> DEVIATION = List.of(58f, 57f, 57.5f);

    private SmallGraph() {
    }

    /// `tokens` float32 `[n, 120, 64]` and a picture to `y` of the tokens' type and `labels` uint8 `[n, 32, 48]`. The picture is `pixels`
    /// uint8 `[n, 32, 48, 3]` and `valid` int32 `[n, 2]`, or the `image` float32 `[n, 3, 32, 48]` that is made of such.
    static Graph of(boolean withPixels) {
        Random random = new Random(11);
        GraphBuilder builder = new GraphBuilder();
        Value tokens = input(builder, "tokens", DataType.FLOAT32, TOKENS, CHANNELS);
        Value image = withPixels
                ? builder.add(new Operation.Pixels(MEAN, DEVIATION), input(builder, "pixels", DataType.UINT8, 4 * HEIGHT, 4 * WIDTH, 3),
                        input(builder, "valid", DataType.INT32, 2))
                : input(builder, "image", DataType.FLOAT32, 3, 4 * HEIGHT, 4 * WIDTH);
        Value first = builder.within("layer 0", () -> encoded(tokens, "layer 0.", random));
        Value y = builder.within("layer 1", () -> encoded(first, "layer 1.", random));
        Value queries = builder.within("decoder", () -> decoded(y.slice(1, 0, QUERIES), y, random));
        Value classes = queries.matMul(weight(builder, "classes", CLASSES + 1, random));
        Value features = builder.within("pyramid", () -> pyramid(y, image, random));
        Value masks = queries.matMul(features.reshape(y.size(0), Dimension.of(CHANNELS), Dimension.of(HEIGHT * WIDTH)))
                .reshape(y.size(0), Dimension.of(QUERIES), Dimension.of(HEIGHT), Dimension.of(WIDTH));
        // What goes out is float32, so that the tokens themselves must not.
        builder.output("y", y.relu());
        builder.output("labels",
                builder.add(new Operation.SemanticLabels(Dimension.of(4 * HEIGHT), Dimension.of(4 * WIDTH)), classes, masks));
        return builder.build();
    }

    private static Value input(GraphBuilder builder, String name, DataType type, long... sizes) {
        List<Dimension> dimensions = new ArrayList<>(List.of(Dimension.symbol("n")));
        Arrays.stream(sizes).forEach(size -> dimensions.add(Dimension.of(size)));
        return builder.input(name, new TensorType(type, new Shape(dimensions)));
    }

    /// An encoder's layer ("Deformable DETR", section 4.1), with positions as tables.
    private static Value encoded(Value tokens, String scope, Random random) {
        GraphBuilder builder = tokens.builder();
        Operation attention = new Operation.DeformableAttention(HEADS, POINTS,
                List.of(level(HEIGHT / 2, WIDTH / 2), level(HEIGHT, WIDTH)));
        int border = CHANNELS + 2 * SAMPLES;
        Value merged = linear(tokens, scope + "merged", border + SAMPLES, random);
        Value offsets = merged.slice(-1, CHANNELS, border).add(positions(builder, scope + "offsets", 2 * SAMPLES, random));
        Value logits = merged.slice(-1, border, border + SAMPLES).add(positions(builder, scope + "logits", SAMPLES, random));
        Value sampled = builder.within("attention", () -> builder.add(attention, merged.slice(-1, 0, CHANNELS), offsets, logits));
        Value x = normalised(tokens.add(linear(sampled, scope + "projection", CHANNELS, random)), scope + "first");
        Value hidden = linear(x, scope + "inner", ENCODER_HIDDEN, random).relu();
        return normalised(x.add(linear(hidden, scope + "outer", CHANNELS, random)), scope + "second");
    }

    private static Value positions(GraphBuilder builder, String name, int columns, Random random) {
        return builder.initializer(name + ".positions", normal(random, 0.5, 1, TOKENS, columns));
    }

    /// What a decoder's layer does with queries: they look at the picture, then at each other ("Masked-attention Mask Transformer for
    /// Universal Image Segmentation", figure 2).
    private static Value decoded(Value queries, Value tokens, Random random) {
        GraphBuilder builder = queries.builder();
        Value looked = builder.within("look", () -> normalised(queries.add(attended(queries, tokens, "look.", random)), "look.norm"));
        Value seen = builder.within("self", () -> normalised(looked.add(attended(looked, looked, "self.", random)), "self.norm"));
        Value hidden = linear(seen, "up", DECODER_HIDDEN, random).relu();
        return normalised(seen.add(linear(hidden, "down", CHANNELS, random)), "norm");
    }

    private static Value attended(Value queries, Value keys, String scope, Random random) {
        Value attended = queries.builder().add(new Operation.Attention(HEADS), linear(queries, scope + "query", CHANNELS, random),
                linear(keys, scope + "key", CHANNELS, random), linear(keys, scope + "value", CHANNELS, random));
        return linear(attended, scope + "output", CHANNELS, random);
    }

    /// Features of masks from the tokens of both levels and the picture ("Feature Pyramid Networks for Object Detection", figure 3, with
    /// group normalisation).
    private static Value pyramid(Value tokens, Value image, Random random) {
        GraphBuilder builder = tokens.builder();
        int coarse = TOKENS - HEIGHT * WIDTH;
        Value resized = builder.add(new Operation.Resize(Operation.Resize.Mode.BILINEAR, Dimension.of(HEIGHT), Dimension.of(WIDTH)),
                map(tokens.slice(1, 0, coarse), HEIGHT / 2, WIDTH / 2));
        Value stem = builder.within("stem", () -> stem(image, random));
        Value lateral = convolved(map(tokens.slice(1, coarse, TOKENS), HEIGHT, WIDTH).add(stem), "lateral", 1, random);
        return convolved(lateral.add(resized), "smooth", 3, random);
    }

    /// "Deep Residual Learning for Image Recognition", table 1: conv1, and the pooling behind it.
    private static Value stem(Value image, Random random) {
        GraphBuilder builder = image.builder();
        Value convolved = builder.add(new Operation.Conv(2, 3, 1, 1), image,
                builder.initializer("stem.weight", normal(random, 0.1, CHANNELS, 3, 7, 7)),
                builder.initializer("stem.bias", normal(random, 0.125, CHANNELS)));
        return builder.add(new Operation.MaxPool(3, 2, 1), convolved.relu());
    }

    private static Value map(Value tokens, int height, int width) {
        return tokens.transpose(0, 2, 1).reshape(tokens.size(0), Dimension.of(CHANNELS), Dimension.of(height), Dimension.of(width));
    }

    /// And normalised.
    private static Value convolved(Value x, String name, int kernel, Random random) {
        GraphBuilder builder = x.builder();
        Value weight = builder.initializer(name + ".weight", centred(normal(random, 0.125 / kernel, CHANNELS, CHANNELS, kernel, kernel)));
        Value map = builder.add(new Operation.Conv(1, kernel / 2, 1, 1), x, weight);
        return builder.add(new Operation.GroupNormalization(GROUPS, 1e-5f), map,
                builder.initializer(name + ".scale", normal(random, 1, CHANNELS)),
                builder.initializer(name + ".shift", normal(random, 0.25, CHANNELS)));
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
        return builder.initializer(name, normal(random, 0.5, CHANNELS, outputs));
    }

    private static Tensor normal(Random random, double deviation, long... sizes) {
        Shape shape = Shape.of(sizes);
        float[] elements = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) (random.nextGaussian() * deviation);
        }
        return Tensor.of(shape, elements);
    }

    /// Without the mean of each output's, so that what is the same everywhere makes nothing, and masks differ from place to place.
    private static Tensor centred(Tensor weight) {
        float[] elements = weight.toFloats();
        int each = elements.length / CHANNELS;
        for (int from = 0; from < elements.length; from += each) {
            float mean = (float) IntStream.range(from, from + each).mapToDouble(i -> elements[i]).sum() / each;
            for (int i = from; i < from + each; i++) {
                elements[i] -= mean;
            }
        }
        return Tensor.of(weight.shape(), elements);
    }

    /// Of [#of(boolean)] with the same answer.
    static Map<String, Tensor> inputs(boolean withPixels, int pictures, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> inputs = new HashMap<>(Map.of("tokens", normal(random, 1, pictures, TOKENS, CHANNELS)));
        if (withPixels) {
            byte[] pixels = new byte[pictures * 4 * HEIGHT * 4 * WIDTH * 3];
            random.nextBytes(pixels);
            int[] valid = IntStream.range(0, 2 * pictures).map(i -> i % 2 == 0 ? 4 * HEIGHT - 1 : 4 * WIDTH - 3).toArray();
            inputs.put("pixels", Tensor.ofBytes(Shape.of(pictures, 4 * HEIGHT, 4 * WIDTH, 3), pixels));
            inputs.put("valid", Tensor.ofIntegers(Shape.of(pictures, 2), valid));
        } else {
            inputs.put("image", normal(random, 1, pictures, 3, 4 * HEIGHT, 4 * WIDTH));
        }
        return Map.copyOf(inputs);
    }
}
