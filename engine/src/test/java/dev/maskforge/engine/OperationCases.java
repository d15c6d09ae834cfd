package dev.maskforge.engine;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Operation.FusedConv.Activation;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Operation.Resize;
import dev.maskforge.graph.Operation.Unary;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/// Small graphs for every operation, at fixed and at free sizes.
///
/// Their input is `x`, float32 `[n, 6, 4·h, 8·w]`.
public final class OperationCases {
    /// float32 has 24 bits; sums of up to 200 products, in any order, lose at most 200·2⁻²⁴ = 1.2e-5 of the largest.
    static final double SUMS = 1.2e-5;
    /// Runtimes approximate transcendental functions to a few units in the last place, of 6e-8 each.
    static final double FUNCTIONS = 2e-6;
    static final double EXACT = 0;
    private static final List<Float> MEAN = List.of(123.675f, 116.28f, 103.53f);
    private static final List<Float> DEVIATION = List.of(58.395f, 57.12f, 57.375f);

    private static final List<Map<String, Long>> FREE_SIZES = List.of(Map.of("n", 1L, "h", 1L, "w", 1L), Map.of("n", 3L, "h", 2L, "w", 1L),
            Map.of("n", 2L, "h", 3L, "w", 2L));

    private final Dimension n;
    private final Dimension h;
    private final Dimension w;
    private final List<Map<String, Long>> sizes;
    private final String suffix;
    private final List<OperationCase> cases = new ArrayList<>();

    private OperationCases(Dimension n, Dimension h, Dimension w, List<Map<String, Long>> sizes, String suffix) {
        this.n = n;
        this.h = h;
        this.w = w;
        this.sizes = sizes;
        this.suffix = suffix;
    }

    public static List<OperationCase> all() {
        List<OperationCase> all = new ArrayList<>();
        all.addAll(new OperationCases(Dimension.symbol("n"), Dimension.symbol("h"), Dimension.symbol("w"), FREE_SIZES, "free").make());
        for (long batch : new long[]{1, 3}) {
            all.addAll(
                    new OperationCases(Dimension.of(batch), Dimension.of(3), Dimension.of(2), List.of(Map.of()), "batch " + batch).make());
        }
        return all;
    }

    private List<OperationCase> make() {
        elementwise();
        quantization();
        sums();
        normalizations();
        reductions();
        movements();
        sampling();
        highLevel();
        return cases;
    }

    private void add(String name, double tolerance, BiFunction<GraphBuilder, Value, Value> operation) {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(n, Dimension.of(6), h.times(4), w.times(8))));
        builder.output("result", builder.within("model.layer", () -> operation.apply(builder, x)));
        cases.add(new OperationCase(name + ", " + suffix, builder.build(), sizes, tolerance));
    }

    private void elementwise() {
        for (UnaryFunction function : UnaryFunction.values()) {
            double tolerance = switch (function) {
                case ABS, FLOOR, NOT, RELU -> EXACT;
                case COS, ERF, EXP, SIGMOID, SIN, SQRT -> FUNCTIONS;
            };
            add("Unary " + function, tolerance, (b, x) -> b.add(new Unary(function), switch (function) {
                case NOT -> x.less(0.5f);
                case SQRT -> x.absolute();
                default -> x;
            }));
        }
        for (BinaryFunction function : BinaryFunction.values()) {
            Tensor other = function == BinaryFunction.EQUAL ? whole(6, 1, 1) : weights(6, 1, 1);
            add("Binary " + function, function == BinaryFunction.POWER ? FUNCTIONS : EXACT, (b, x) -> switch (function) {
                case AND, OR -> b.add(new Binary(function), x.less(0.5f), x.multiply(-1).less(0.5f));
                case POWER -> b.add(new Binary(function), x.absolute(), b.initializer("other", other));
                case EQUAL -> b.add(new Binary(function), x.floor(), b.initializer("other", other));
                default -> b.add(new Binary(function), x, b.initializer("other", other));
            });
        }
        for (BinaryFunction function : List.of(BinaryFunction.ADD, BinaryFunction.SUBTRACT, BinaryFunction.MULTIPLY, BinaryFunction.DIVIDE,
                BinaryFunction.MINIMUM, BinaryFunction.MAXIMUM, BinaryFunction.LESS, BinaryFunction.EQUAL)) {
            add("Binary of int64 " + function, EXACT, (b, x) -> b.add(new Binary(function), x.multiply(10).cast(DataType.INT64),
                    b.initializer("other", Tensor.of(Shape.of(6, 1, 1), 3L, -2L, 5L, 1L, 7L, -4L))));
        }
        add("Where", EXACT, (b, x) -> x.where(b.initializer("row", weights(1, 1, 8)).slice(2, 0, 1).less(0.1f), x.multiply(-1)));
        for (DataType type : DataType.values()) {
            // Whole numbers from 0 to 4, which every type holds; back to float32, which every runtime gives.
            add("Cast to " + type, EXACT, (b, x) -> b.add(new Operation.Cast(DataType.FLOAT32),
                    b.add(new Operation.Cast(type), x.add(2f).multiply(0.9f))));
        }
    }

    private void quantization() {
        Tensor zero = Tensor.ofBytes(Shape.of(new long[0]), new byte[]{(byte) 77});
        Tensor zeros = Tensor.ofSignedBytes(Shape.of(6), new byte[]{-128, -3, 0, 5, 100, 127});
        for (float scale : new float[]{0.5f, 0.01f, 0.003f}) {
            add("QuantizeLinear to uint8 by " + scale, EXACT, (b, x) -> b.add(new Operation.DequantizeLinear(1),
                    b.add(new Operation.QuantizeLinear(1), x.multiply(1.7f), b.constant(scale), b.initializer("zero", zero)),
                    b.constant(scale),
                    b.initializer("zero", zero)));
        }
        // Of the kind that engines have integer kernels for; the scale is a power of two, so that whoever multiplies by 1 / scale gets
        // the same.
        Tensor symmetric = Tensor.ofSignedBytes(Shape.of(new long[0]), new byte[1]);
        add("QuantizeLinear to int8 and back", EXACT, (b, x) -> b.add(new Operation.DequantizeLinear(1),
                b.add(new Operation.QuantizeLinear(1), x.multiply(1.7f), b.constant(0.125f), b.initializer("zero", symmetric)),
                b.constant(0.125f), b.initializer("zero", symmetric)));
        add("QuantizeLinear of halves", EXACT, (b, x) -> b.add(new Operation.QuantizeLinear(1), x.multiply(20f).floor(), b.constant(2f))
                .cast(DataType.FLOAT32));
        add("QuantizeLinear to int8 by channel", EXACT, (b, x) -> b.add(new Operation.QuantizeLinear(1), x,
                b.initializer("scale", positive(6)), b.initializer("zero", zeros)).cast(DataType.FLOAT32));
        add("QuantizeLinear to int8 by the last axis", EXACT, (b, x) -> b.add(new Operation.QuantizeLinear(-1), x.transpose(0, 2, 3, 1),
                b.initializer("scale", positive(6)), b.initializer("zero", zeros)).cast(DataType.FLOAT32));
        add("DequantizeLinear of int8", EXACT, (b, x) -> b.add(new Operation.DequantizeLinear(1), x.multiply(50f).cast(DataType.INT8),
                b.initializer("scale", positive(6)), b.initializer("zero", zeros)));
        add("DequantizeLinear of int32", EXACT, (b, x) -> b.add(new Operation.DequantizeLinear(1), x.multiply(1e6f).cast(DataType.INT32),
                b.initializer("scale", positive(6))));
    }

    /// 0.01 to 0.06: steps.
    private static Tensor positive(long size) {
        float[] elements = new float[Math.toIntExact(size)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = 0.01f * (i + 1);
        }
        return Tensor.of(Shape.of(size), elements);
    }

    private void sums() {
        add("Gemm", SUMS,
                (b, x) -> b.add(new Operation.Gemm(), x.transpose(0, 2, 3, 1).reshape(n.times(h).times(w).times(32), Dimension.of(6)),
                        b.initializer("weight", weights(10, 6)), b.initializer("bias", weights(10))));
        add("MatMul", SUMS, (b, x) -> x.matMul(x.transpose(0, 1, 3, 2)));
        add("MatMul with one matrix", SUMS, (b, x) -> x.transpose(0, 2, 3, 1).matMul(b.initializer("weight", weights(6, 300))));
        add("Conv 3x3 stride 2", SUMS, (b, x) -> b.add(new Operation.Conv(2, 1, 1, 1), x, b.initializer("weight", weights(16, 6, 3, 3)),
                b.initializer("bias", weights(16))));
        add("Conv 1x1", SUMS, (b, x) -> b.add(new Operation.Conv(1, 0, 1, 1), x, b.initializer("weight", weights(64, 6, 1, 1))));
        add("Conv dilated in groups", SUMS,
                (b, x) -> b.add(new Operation.Conv(1, 4, 2, 3), x, b.initializer("weight", weights(6, 2, 5, 3))));
        add("Conv depthwise", SUMS, (b, x) -> b.add(new Operation.Conv(1, 1, 1, 6), x, b.initializer("weight", weights(6, 1, 3, 3))));
        add("Conv without stride's rest", SUMS,
                (b, x) -> b.add(new Operation.Conv(4, 0, 1, 1), x, b.initializer("weight", weights(5, 6, 4, 4))));
        add("MaxPool", EXACT, (b, x) -> b.add(new Operation.MaxPool(3, 2, 1), x));
        add("MaxPool below zero", EXACT, (b, x) -> b.add(new Operation.MaxPool(2, 1, 1), x.subtract(5f)));
    }

    private void normalizations() {
        add("BatchNormalization", SUMS, (b, x) -> b.add(new Operation.BatchNormalization(1e-3f), x, b.initializer("scale", weights(6)),
                b.initializer("bias", weights(6)), b.initializer("mean", weights(6)), b.initializer("variance", whole(6))));
        add("InstanceNormalization", SUMS,
                (b, x) -> b.add(new Operation.InstanceNormalization(1e-3f), x, b.initializer("scale", weights(6)),
                        b.initializer("bias", weights(6))));
        add("LayerNormalization", SUMS, (b, x) -> b.add(new Operation.LayerNormalization(1e-5f), x.transpose(0, 2, 3, 1),
                b.initializer("scale", weights(6)), b.initializer("bias", weights(6))));
        add("Softmax of channels", FUNCTIONS, (b, x) -> x.multiply(5f).softmax(1));
        add("Softmax of rows", FUNCTIONS, (b, x) -> x.softmax(-1));
    }

    private void reductions() {
        for (Reduction function : Reduction.values()) {
            double tolerance = function == Reduction.SUM || function == Reduction.MEAN ? SUMS : EXACT;
            add("Reduce " + function, tolerance, (b, x) -> b.add(new Operation.Reduce(function, List.of(1, -1), false), x));
            add("Reduce one axis " + function, tolerance, (b, x) -> b.add(new Operation.Reduce(function, List.of(2), true), x));
        }
        add("ArgMax", EXACT, (b, x) -> x.argMax(1));
        add("ArgMax of equals", EXACT, (b, x) -> x.floor().argMax(-1));
    }

    private void movements() {
        add("Reshape to tokens and back", EXACT, (b, x) -> x.mapToTokens().relu().tokensToMap(x.size(2), x.size(3)));
        add("Reshape to windows", EXACT,
                (b, x) -> x.reshape(n, Dimension.of(6), h, Dimension.of(4), w, Dimension.of(8)).transpose(0, 2, 4, 3, 5, 1)
                        .reshape(n.times(h).times(w), Dimension.of(32), Dimension.of(6)));
        add("Transpose", EXACT, (b, x) -> x.transpose(3, 1, 0, 2));
        add("Transpose and Slice of uint8", EXACT,
                (b, x) -> pixels(x).transpose(0, 3, 1, 2).slice(1, 1, 3).cast(DataType.FLOAT32));
        add("Concat", EXACT, (b, x) -> Value.concat(-1, List.of(x, x.relu(), x.slice(3, 0, 1))));
        add("Slice", EXACT, (b, x) -> x.slice(-1, w, w.times(3).plus(1)));
        add("Expand", EXACT,
                (b, x) -> b.initializer("row", weights(1, 6, 1, 1)).expand(x.shape().dimensions().toArray(Dimension[]::new)));
        add("Gather", EXACT, (b, x) -> x.gather(1, b.initializer("indices", Tensor.of(Shape.of(2, 2), 5L, 0L, 3L, 3L))));
        add("Range", EXACT, (b, x) -> b.range(h.times(w).plus(1)));
        add("Sizes", EXACT, (b, x) -> b.add(new Operation.Sizes(List.of(h, Dimension.of(7), h.times(4).ceilingDivide(7).times(7), n))));
    }

    private void sampling() {
        add("Resize bilinear up", SUMS, (b, x) -> x.resize(Resize.Mode.BILINEAR, h.times(7), w.times(24)));
        add("Resize bilinear down", SUMS, (b, x) -> x.resize(Resize.Mode.BILINEAR, h.times(3), w));
        add("Resize nearest", EXACT, (b, x) -> x.resize(Resize.Mode.NEAREST, h.times(8), w.times(16)));
        add("Resize nearest unevenly", EXACT, (b, x) -> x.resize(Resize.Mode.NEAREST, h.times(7), w.times(3)));
        add("GridSample", SUMS, (b, x) -> x.gridSample(x.slice(1, 0, 2).transpose(0, 2, 3, 1).multiply(0.8f)));
        add("GridSample far outside", EXACT, (b, x) -> x.gridSample(x.slice(1, 0, 2).transpose(0, 2, 3, 1).absolute().add(1e6f)));
    }

    private void highLevel() {
        add("Linear", SUMS, (b, x) -> b.add(new Operation.Linear(), x.mapToTokens(), b.initializer("weight", weights(10, 6)),
                b.initializer("bias", weights(10))));
        add("Linear without bias", SUMS, (b, x) -> b.add(new Operation.Linear(), x.mapToTokens(), b.initializer("weight", weights(10, 6))));
        add("FeedForward", SUMS, (b, x) -> b.add(new Operation.FeedForward(), x.mapToTokens(), b.initializer("weight", weights(6, 10)),
                b.initializer("bias", weights(10)), b.initializer("outer_weight", weights(10, 5)),
                b.initializer("outer_bias", weights(5))));
        add("FusedConv", SUMS, (b, x) -> b.add(new Operation.FusedConv(2, 1, 1, 1, Activation.RELU), x,
                b.initializer("weight", weights(16, 6, 3, 3)), b.initializer("bias", weights(16))));
        add("FusedConv with an addend", SUMS, (b, x) -> b.add(new Operation.FusedConv(1, 1, 1, 3, Activation.RELU), x,
                b.initializer("weight", weights(6, 2, 3, 3)), b.initializer("bias", weights(6)), x));
        add("FusedConv without activation", SUMS, (b, x) -> b.add(new Operation.FusedConv(1, 0, 1, 1, Activation.NONE), x,
                b.initializer("weight", weights(6, 6, 1, 1)), b.initializer("bias", weights(6)), x));
        add("GroupNormalization", SUMS, (b, x) -> b.add(new Operation.GroupNormalization(3, 1e-5f), x, b.initializer("scale", weights(6)),
                b.initializer("bias", weights(6))));
        add("Attention", SUMS, (b, x) -> b.add(new Operation.Attention(2), x.mapToTokens(), x.mapToTokens().multiply(-1),
                x.mapToTokens().add(1f)));
        add("Attention with a mask", SUMS, (b, x) -> {
            Value tokens = x.mapToTokens();
            Value blocked = tokens.matMul(tokens.transpose(0, 2, 1)).less(-1f);
            return b.add(new Operation.Attention(3), tokens, tokens, tokens, blocked);
        });
        add("DeformableAttention", SUMS, (b, x) -> {
            List<Level> levels = List.of(new Level(h.times(2), w.times(4)), new Level(h, w.times(2)));
            Value value = Value.concat(1, List.of(x.resize(Resize.Mode.BILINEAR, h.times(2), w.times(4)).mapToTokens(),
                    x.resize(Resize.Mode.BILINEAR, h, w.times(2)).mapToTokens()));
            Value offsets = value.matMul(b.initializer("offsets", weights(6, 2 * 2 * 3 * 2)));
            Value logits = value.matMul(b.initializer("logits", weights(6, 2 * 2 * 3)));
            return b.add(new Operation.DeformableAttention(2, 3, levels), value, offsets, logits);
        });
        add("SemanticInference", SUMS, (b, x) -> {
            Value classes = x.resize(Resize.Mode.BILINEAR, Dimension.ONE, Dimension.of(5)).reshape(n, Dimension.of(6), Dimension.of(5));
            return b.add(new Operation.SemanticInference(h.times(16), w.times(32)), classes, x.multiply(3f));
        });
        // Classes and masks so far apart that the best is ahead by more than rounding.
        add("SemanticLabels", EXACT, (b, x) -> {
            Value classes = b.initializer("classes", sure(6, 5)).expand(n, Dimension.of(6), Dimension.of(5));
            return b.add(new Operation.SemanticLabels(h.times(16), w.times(32)), classes, x.multiply(3f));
        });
        add("SemanticLabels at an uneven size", EXACT, (b, x) -> {
            Value classes = b.initializer("classes", sure(6, 301)).expand(n, Dimension.of(6), Dimension.of(301));
            return b.add(new Operation.SemanticLabels(h.times(7), w.times(13).plus(1)), classes, x.multiply(3f));
        });
        add("Subgraph", SUMS, (b, x) -> {
            Value tokens = x.mapToTokens();
            GraphBuilder inner = new GraphBuilder();
            Value y = inner.input("tokens", tokens.type());
            Value hidden = inner.add(new Operation.Linear(), y, inner.input("weight", new TensorType(DataType.FLOAT32, Shape.of(6, 6))));
            inner.output("hidden", hidden);
            inner.output("sum", inner.add(new Operation.Attention(2), y, hidden, y).add(y));
            List<Value> both = b.copy(new Node("chain", new Operation.Subgraph(inner.build()), List.of(), List.of("hidden", "sum")),
                    List.of(tokens, b.initializer("weight", weights(6, 6))));
            return both.get(0).subtract(both.get(1));
        });
        add("Pixels", EXACT, (b, x) -> b.add(new Operation.Pixels(MEAN, DEVIATION), pixels(x), valid(b)));
        add("Pixels to float16", EXACT,
                (b, x) -> b.add(new Operation.Pixels(MEAN, DEVIATION, DataType.FLOAT16), pixels(x), valid(b)).cast(DataType.FLOAT32));
    }

    /// 8-bit samples `[n, 4·h, 8·w, 3]` of x, by arithmetic that is exact.
    private static Value pixels(Value x) {
        return x.slice(1, 0, 3).multiply(32f).floor().add(128f).transpose(0, 2, 3, 1).cast(DataType.UINT8);
    }

    /// Less than there are rows, and now more, now fewer columns than there are.
    private Value valid(GraphBuilder b) {
        return b.initializer("valid", Tensor.of(Shape.of(1, 2), 3, 9)).expand(n, Dimension.of(2)).cast(DataType.INT32);
    }

    /// Floats between -2 and 2.
    static Tensor random(Shape shape, RandomGenerator random) {
        float[] elements = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = random.nextFloat() * 4 - 2;
        }
        return Tensor.of(shape, elements);
    }

    /// Class logits `[1, queries, classes]`, where each query is sure of a class of its own, each in another degree.
    private static Tensor sure(int queries, int classes) {
        float[] elements = new float[queries * classes];
        for (int query = 0; query < queries; query++) {
            elements[query * classes + query * 53 % (classes - 1)] = 6 + 0.37f * query;
        }
        return Tensor.of(Shape.of(1, queries, classes), elements);
    }

    private static Tensor weights(long... sizes) {
        return random(Shape.of(sizes), new SplittableRandom(7));
    }

    /// 1, 0, -1, ... so that comparisons for equality hold sometimes; a variance of at least 1 needs no more.
    private static Tensor whole(long... sizes) {
        float[] elements = new float[Math.toIntExact(Shape.of(sizes).elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = sizes.length == 1 ? 1 + i : 1 - i % 3;
        }
        return Tensor.of(Shape.of(sizes), elements);
    }
}
