package dev.maskforge.engine.tensorrt.kernels.tokens;

import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/// Tokens as the pass gathers them, of any sizes, and numbers for them.
///
/// @param rows    tokens of one picture
/// @param outputs of the product that follows; 0 if none does
public record TokensGraphs(int rows, int channels, int hidden, int outputs) {
    static final float EPSILON = 1e-5f;

    /// `y`, and `product` if one follows.
    public Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        Value attended = input(builder, "attended", 1, rows, channels);
        Value tokens = input(builder, "tokens", 1, rows, channels);
        Value x = normalised("first", linear("projection", TokensWeights.PROJECTION, attended, channels).add(tokens));
        Value hidden1 = linear("inner", TokensWeights.INNER, x, hidden).relu();
        Value y = normalised("second",
                builder.add(new Operation.Binary(BinaryFunction.ADD), x, linear("outer", TokensWeights.OUTER, hidden1, channels)));
        Optional<Value> product = Optional.of(y).filter(_ -> outputs > 0)
                .map(each -> linear("following", TokensWeights.FOLLOWING, each, outputs));
        builder.output("y", y);
        product.ifPresent(each -> builder.output("product", each));
        return builder.build();
    }

    private static Value input(GraphBuilder builder, String name, long... sizes) {
        return builder.input(name, new TensorType(DataType.FLOAT16, Shape.of(sizes)));
    }

    private static Value linear(String name, TokensWeights kind, Value x, int outputs) {
        long inputs = x.shape().get(-1).size();
        Value packed = input(x.builder(), name, kind.order(outputs, inputs).packed().sizes());
        return x.builder().add(new Operation.Linear(), x, kind.unpack(packed, outputs, inputs),
                input(x.builder(), name + " bias", outputs));
    }

    private static Value normalised(String name, Value x) {
        long channels = x.shape().get(-1).size();
        return x.builder().add(new Operation.LayerNormalization(EPSILON), x, input(x.builder(), name + " scale", channels),
                input(x.builder(), name + " shift", channels));
    }

    /// Numbers as networks have them, weights `[out, in]` as a Linear has them.
    public SequencedMap<String, Tensor> numbers(long seed) {
        SequencedMap<String, Tensor> numbers = new LinkedHashMap<>();
        put(numbers, "attended", seed, 0, 1, 1, rows, channels);
        put(numbers, "tokens", seed, 0, 1, 1, rows, channels);
        putLinear(numbers, "projection", seed, channels, channels);
        putLinear(numbers, "inner", seed, hidden, channels);
        putLinear(numbers, "outer", seed, channels, hidden);
        for (String name : new String[]{"first", "second"}) {
            put(numbers, name + " scale", seed, 1, 0.2, channels);
            put(numbers, name + " shift", seed, 0, 0.2, channels);
        }
        if (outputs > 0) {
            putLinear(numbers, "following", seed, outputs, channels);
        }
        return numbers;
    }

    private static void putLinear(SequencedMap<String, Tensor> numbers, String name, long seed, int outputs, int inputs) {
        put(numbers, name, seed, 0, 1 / Math.sqrt(inputs), outputs, inputs);
        put(numbers, name + " bias", seed, 0, 0.3, outputs);
    }

    private static void put(SequencedMap<String, Tensor> numbers, String name, long seed, float mean, double deviation, long... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = Randoms.normal(seed + 17L * numbers.size(), Math.toIntExact(shape.elementCount()), deviation, DataType.FLOAT16);
        for (int i = 0; i < values.length; i++) {
            values[i] += mean;
        }
        numbers.put(name, Tensor.ofHalves(shape, values));
    }

    /// The graph's inputs: weights packed.
    public static SequencedMap<String, Tensor> inputs(SequencedMap<String, Tensor> numbers) {
        SequencedMap<String, Tensor> inputs = new LinkedHashMap<>(numbers);
        for (TokensWeights kind : TokensWeights.values()) {
            inputs.computeIfPresent(kind.toString(), (_, weights) -> kind.pack(weights));
        }
        return inputs;
    }

    /// What comes of numbers in float64, without any rounding: `y` and `product`.
    public List<float[]> reference(SequencedMap<String, Tensor> numbers) {
        double[] attended = doubles(numbers, "attended");
        double[] tokens = doubles(numbers, "tokens");
        Linear projection = Linear.of(numbers, "projection");
        Linear inner = Linear.of(numbers, "inner");
        Linear outer = Linear.of(numbers, "outer");
        Optional<Linear> following = Optional.of("following").filter(_ -> outputs > 0).map(name -> Linear.of(numbers, name));
        Scaling first = Scaling.of(numbers, "first");
        Scaling second = Scaling.of(numbers, "second");
        float[] y = new float[rows * channels];
        float[] product = new float[rows * outputs];
        IntStream.range(0, rows).parallel().forEach(row -> {
            double[] x = first.normalised(
                    plus(projection.of(Arrays.copyOfRange(attended, row * channels, (row + 1) * channels)), tokens, row * channels));
            double[] positive = inner.of(x);
            for (int i = 0; i < positive.length; i++) {
                positive[i] = Math.max(positive[i], 0);
            }
            double[] become = second.normalised(plus(outer.of(positive), x, 0));
            put(become, y, row);
            following.ifPresent(linear -> put(linear.of(become), product, row));
        });
        return outputs == 0 ? List.of(y) : List.of(y, product);
    }

    private static double[] plus(double[] sum, double[] addend, int from) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += addend[from + i];
        }
        return sum;
    }

    private static void put(double[] values, float[] to, int row) {
        for (int i = 0; i < values.length; i++) {
            to[row * values.length + i] = (float) values[i];
        }
    }

    private static double[] doubles(SequencedMap<String, Tensor> numbers, String name) {
        float[] halves = Objects.requireNonNull(numbers.get(name), name).halvesToFloats();
        return IntStream.range(0, halves.length).mapToDouble(i -> halves[i]).toArray();
    }

    /// Weights are `[in, out]`, so that a loop goes through neighbours.
    private static final class Linear {
        private final double[] weights;
        private final double[] bias;

        private Linear(double[] weights, double[] bias) {
            this.weights = weights;
            this.bias = bias;
        }

        static Linear of(SequencedMap<String, Tensor> numbers, String name) {
            double[] natural = doubles(numbers, name);
            double[] bias = doubles(numbers, name + " bias");
            int inputs = natural.length / bias.length;
            double[] weights = new double[natural.length];
            for (int i = 0; i < natural.length; i++) {
                weights[i % inputs * bias.length + i / inputs] = natural[i];
            }
            return new Linear(weights, bias);
        }

        double[] of(double[] x) {
            double[] sums = bias.clone();
            for (int i = 0; i < x.length; i++) {
                double factor = x[i];
                int from = i * sums.length;
                for (int j = 0; j < sums.length; j++) {
                    sums[j] += factor * weights[from + j];
                }
            }
            return sums;
        }
    }

    private static final class Scaling {
        private final double[] scale;
        private final double[] shift;

        private Scaling(double[] scale, double[] shift) {
            this.scale = scale;
            this.shift = shift;
        }

        static Scaling of(SequencedMap<String, Tensor> numbers, String name) {
            return new Scaling(doubles(numbers, name + " scale"), doubles(numbers, name + " shift"));
        }

        double[] normalised(double[] x) {
            double mean = Arrays.stream(x).sum() / x.length;
            double variance = Arrays.stream(x).map(each -> (each - mean) * (each - mean)).sum() / x.length;
            double factor = 1 / Math.sqrt(variance + EPSILON);
            return IntStream.range(0, x.length).mapToDouble(i -> (x[i] - mean) * factor * scale[i] + shift[i]).toArray();
        }
    }
}
