package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Operation.Unary;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/// One small graph for each operation that ONNX has, at fixed or free sizes. Its main method writes them as files for
/// `tools/onnx/check.py`.
public final class EveryOperation {
    /// Sizes of the picture: batch n, height 4·h, width 8·w.
    public record Sizes(Dimension batch, Dimension height, Dimension width) {
        public static final Sizes FIXED = new Sizes(Dimension.of(2), Dimension.of(3), Dimension.of(2));
        public static final Sizes FREE = new Sizes(Dimension.symbol("n"), Dimension.symbol("h"), Dimension.symbol("w"));

        TensorType picture() {
            return new TensorType(DataType.FLOAT32, Shape.of(batch, Dimension.of(3), height.times(4), width.times(8)));
        }
    }

    private EveryOperation() {
    }

    /// The graphs, by name.
    public static Map<String, Graph> graphs(Sizes sizes) {
        Map<String, Graph> graphs = new TreeMap<>();
        for (UnaryFunction function : UnaryFunction.values()) {
            add(graphs, "unary-" + function, sizes,
                    (b, x) -> function == UnaryFunction.NOT ? b.add(new Unary(function), x.less(0.1f)) : b.add(new Unary(function), x));
        }
        for (BinaryFunction function : BinaryFunction.values()) {
            add(graphs, "binary-" + function, sizes, (b, x) -> switch (function) {
                case AND, OR -> b.add(new Binary(function), x.less(0.5f), x.multiply(2).less(0.5f));
                default -> b.add(new Binary(function), x, b.initializer("other", ramp(3, 1, 1)));
            });
        }
        for (Reduction function : Reduction.values()) {
            add(graphs, "reduce-" + function, sizes, (b, x) -> b.add(new Operation.Reduce(function, List.of(1, -1), false), x));
            add(graphs, "reduce-keep-" + function, sizes, (b, x) -> b.add(new Operation.Reduce(function, List.of(2), true), x));
        }
        for (DataType type : DataType.values()) {
            // Back from bfloat16, which numpy does not have; whole numbers stay exact.
            add(graphs, "cast-" + type, sizes, (b, x) -> type == DataType.BFLOAT16
                    ? x.multiply(100f).floor().cast(type).cast(DataType.FLOAT32)
                    : x.multiply(100f).add(1f).cast(type).reshape(x.shape()));
        }
        Tensor zero = Tensor.ofBytes(Shape.of(new long[0]), new byte[]{(byte) 200});
        add(graphs, "quantize-linear", sizes,
                (b, x) -> b.add(new Operation.QuantizeLinear(1), x, b.constant(0.01f), b.initializer("zero", zero)));
        add(graphs, "quantize-linear-per-channel", sizes,
                (b, x) -> b.add(new Operation.QuantizeLinear(1), x, b.initializer("scale", ramp(3)),
                        b.initializer("zero", Tensor.ofSignedBytes(Shape.of(3), new byte[]{-5, 0, 7}))));
        add(graphs, "quantize-linear-without-zero", sizes, (b, x) -> b.add(new Operation.QuantizeLinear(1), x, b.constant(0.01f)));
        add(graphs, "dequantize-linear", sizes,
                (b, x) -> b.add(new Operation.DequantizeLinear(1), x.multiply(100f).cast(DataType.INT8), b.initializer("scale", ramp(3)),
                        b.initializer("zero", Tensor.ofSignedBytes(Shape.of(3), new byte[]{-5, 0, 7}))));
        add(graphs, "gemm", sizes, (b, x) -> b.add(new Operation.Gemm(), x.reshape(sizes.batch().times(sizes.height()).times(12),
                sizes.width().times(8)).reshape(sizes.batch().times(sizes.height()).times(12).times(sizes.width()), Dimension.of(8)),
                b.initializer("weight", ramp(5, 8)), b.initializer("bias", ramp(5))));
        add(graphs, "reduce-nothing", sizes, (b, x) -> b.add(new Operation.Reduce(Reduction.MEAN, List.of(), false), x));
        add(graphs, "where", sizes, (b, x) -> x.where(x.less(0.5f), b.constant(-1f)));
        add(graphs, "mat-mul", sizes, (b, x) -> x.matMul(x.transpose(0, 1, 3, 2)));
        add(graphs, "conv", sizes, (b, x) -> b.add(new Operation.Conv(2, 1, 1, 1), x, b.initializer("weight", ramp(5, 3, 3, 3)),
                b.initializer("bias", ramp(5))));
        add(graphs, "conv-grouped", sizes, (b, x) -> b.add(new Operation.Conv(1, 4, 2, 3), x, b.initializer("weight", ramp(6, 1, 5, 3))));
        add(graphs, "max-pool", sizes, (b, x) -> b.add(new Operation.MaxPool(3, 2, 1), x));
        add(graphs, "batch-normalization", sizes, (b, x) -> b.add(new Operation.BatchNormalization(1e-5f), x,
                b.initializer("scale", ramp(3)), b.initializer("bias", ramp(3)), b.initializer("mean", ramp(3)),
                b.initializer("variance", ramp(3))));
        add(graphs, "instance-normalization", sizes, (b, x) -> b.add(new Operation.InstanceNormalization(1e-3f), x,
                b.initializer("scale", ramp(3)), b.initializer("bias", ramp(3))));
        add(graphs, "layer-normalization", sizes, (b, x) -> b.add(new Operation.LayerNormalization(1e-5f), x.transpose(0, 2, 3, 1),
                b.initializer("scale", ramp(3)), b.initializer("bias", ramp(3))));
        add(graphs, "softmax", sizes, (b, x) -> x.softmax(1));
        add(graphs, "arg-max", sizes, (b, x) -> x.argMax(1));
        add(graphs, "reshape-tokens", sizes, (b, x) -> x.mapToTokens());
        add(graphs, "reshape-map", sizes, (b, x) -> x.mapToTokens().relu().tokensToMap(x.size(2), x.size(3)));
        add(graphs, "reshape-windows", sizes, (b, x) -> x.reshape(sizes.batch().times(3).times(sizes.height()), Dimension.of(4),
                sizes.width(), Dimension.of(2), Dimension.of(4)));
        add(graphs, "reshape-flat", sizes, (b, x) -> x.reshape(x.shape().elements()));
        add(graphs, "transpose", sizes, (b, x) -> x.transpose(3, 1, 0, 2));
        add(graphs, "concat", sizes, (b, x) -> Value.concat(-1, List.of(x, x.relu())));
        add(graphs, "slice", sizes, (b, x) -> x.slice(-1, sizes.width(), sizes.width().times(3).plus(1)));
        add(graphs, "slice-fixed", sizes, (b, x) -> x.slice(1, 1, 3));
        add(graphs, "expand", sizes,
                (b, x) -> b.initializer("row", ramp(1, 3, 1, 1)).expand(x.shape().dimensions().toArray(Dimension[]::new)));
        add(graphs, "gather", sizes,
                (b, x) -> x.gather(1, b.initializer("indices", Tensor.of(Shape.of(2, 2), 2L, 0L, 1L, 1L))));
        add(graphs, "resize-bilinear", sizes,
                (b, x) -> x.resize(Operation.Resize.Mode.BILINEAR, sizes.height().times(7), sizes.width().times(3)));
        add(graphs, "resize-nearest", sizes,
                (b, x) -> x.resize(Operation.Resize.Mode.NEAREST, sizes.height().times(7), sizes.width().times(3)));
        add(graphs, "resize-nearest-double", sizes,
                (b, x) -> x.resize(Operation.Resize.Mode.NEAREST, x.size(2).times(2), x.size(3).times(2)));
        add(graphs, "grid-sample", sizes, (b, x) -> x.gridSample(x.slice(1, 0, 2).transpose(0, 2, 3, 1)));
        add(graphs, "range", sizes, (b, x) -> b.range(sizes.height().times(sizes.width()).plus(1)));
        add(graphs, "sizes", sizes, (b, x) -> b.add(new Operation.Sizes(
                List.of(sizes.height(), Dimension.of(7), sizes.height().times(4).ceilingDivide(7).times(7), sizes.batch()))));
        add(graphs, "sizes-one", sizes, (b, x) -> b.add(new Operation.Sizes(List.of(sizes.width().plus(-1)))));
        return graphs;
    }

    private static void add(Map<String, Graph> graphs, String name, Sizes sizes, BiFunction<GraphBuilder, Value, Value> operation) {
        GraphBuilder builder = new GraphBuilder();
        Value picture = builder.input("picture", sizes.picture());
        builder.metadata("maskforge.test", name);
        builder.output("result", builder.within("model.layer", () -> operation.apply(builder, picture)));
        graphs.put(name, builder.build());
    }

    /// Positive, mildly uneven numbers.
    static Tensor ramp(long... sizes) {
        Shape shape = Shape.of(sizes);
        float[] elements = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = 0.1f + (i * 7 % 11) * 0.05f;
        }
        return Tensor.of(shape, elements);
    }

    /// Writes all graphs into the folder that is the only argument.
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder);
        graphs(Sizes.FIXED).forEach((name, graph) -> write(graph, folder.resolve(name + "-fixed.onnx")));
        graphs(Sizes.FREE).forEach((name, graph) -> write(graph, folder.resolve(name + "-free.onnx")));
    }

    private static void write(Graph graph, Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            OnnxWriter.write(graph, "test", channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
