package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionKernel.Added;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionKernel.Operands;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Level;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Rows;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Interpreter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/// The deformable attention kernel against the reference interpreter, on the same numbers.
///
/// @param tables what is added to offsets and logits, if the layout says that there is something
public record DeformableAttentionCheck(DeformableAttentionLayout layout, Tensor value, Tensor offsets, Tensor logits, List<Tensor> tables,
        CompletableFuture<Tensor> reference) implements KernelCheck {
    /// Positions of float32 are exact to 1e-5 pixels at 256 of them, and neighbouring values differ by several times their
    /// deviation.
    private static final double FLOAT_TOLERANCE = 5e-5;
    /// Half a unit in the last place of float16, relative to the largest value, beside that.
    private static final double HALF_TOLERANCE = 6e-4;

    /// Sizes that no tile, vector or block divides, and several pictures.
    public static List<KernelCheck> awkward() {
        return of(awkwardLayouts());
    }

    /// Those, and networks' own.
    public static List<KernelCheck> all() {
        return of(Stream.concat(awkwardLayouts(), Stream.of(AttentionLayouts.pixelDecoder(128, 256, DataType.FLOAT16, DataType.FLOAT16),
                AttentionLayouts.pixelDecoder(512, 1024, DataType.FLOAT32, DataType.FLOAT32),
                AttentionLayouts.pixelDecoder(1024, 2048, DataType.FLOAT16, DataType.FLOAT32),
                AttentionLayouts.positioned(512, 1024, DataType.FLOAT32, DataType.FLOAT32),
                AttentionLayouts.positioned(1024, 2048, DataType.FLOAT16, DataType.FLOAT16))));
    }

    private static Stream<DeformableAttentionLayout> awkwardLayouts() {
        List<Level> odd = List.of(new Level(1, 1), new Level(3, 5), new Level(4, 7));
        List<Level> oddPyramid = List.of(new Level(5, 7), new Level(9, 13), new Level(17, 26));
        Rows merged = new Rows(DataType.FLOAT16, 544);
        return Stream.concat(positioned(odd, oddPyramid),
                Stream.of(DeformableAttentionLayout.of(2, 3, 5, 3, odd, DataType.FLOAT32, DataType.FLOAT32),
                        DeformableAttentionLayout.of(3, 8, 32, 4, oddPyramid, DataType.FLOAT32, DataType.FLOAT32),
                        DeformableAttentionLayout.of(3, 8, 32, 4, oddPyramid, DataType.FLOAT16, DataType.FLOAT32),
                        DeformableAttentionLayout.of(2, 2, 264, 1, odd, DataType.FLOAT32, DataType.FLOAT16),
                        DeformableAttentionLayout.of(2, 5, 24, 7, oddPyramid, DataType.FLOAT16, DataType.FLOAT16),
                        new DeformableAttentionLayout(2, 8, 32, 4, oddPyramid, merged, merged, merged)));
    }

    /// With one table for all pictures and with one for each, of both types, and rows that are wider than what they hold.
    private static Stream<DeformableAttentionLayout> positioned(List<Level> odd, List<Level> oddPyramid) {
        DeformableAttentionLayout small = DeformableAttentionLayout.of(1, 2, 5, 3, odd, DataType.FLOAT32, DataType.FLOAT32);
        DeformableAttentionLayout halves = DeformableAttentionLayout.of(1, 8, 32, 4, oddPyramid, DataType.FLOAT16, DataType.FLOAT16);
        DeformableAttentionLayout uneven = DeformableAttentionLayout.of(1, 5, 24, 7, oddPyramid, DataType.FLOAT16, DataType.FLOAT16);
        return Stream.of(AttentionLayouts.positioned(small, 3, DataType.FLOAT32, 1),
                AttentionLayouts.positioned(small, 2, DataType.FLOAT32, 2),
                AttentionLayouts.positioned(halves, 1, DataType.FLOAT16, 1),
                AttentionLayouts.positioned(halves, 3, DataType.FLOAT16, 1),
                AttentionLayouts.positioned(halves, 3, DataType.FLOAT16, 3),
                AttentionLayouts.positioned(halves, 2, DataType.FLOAT32, 2),
                AttentionLayouts.positioned(uneven, 2, DataType.FLOAT16, 1));
    }

    private static List<KernelCheck> of(Stream<DeformableAttentionLayout> layouts) {
        List<KernelCheck> checks = new ArrayList<>();
        layouts.forEach(layout -> checks.add(of(layout, checks.size())));
        return List.copyOf(checks);
    }

    /// The reference is computed aside.
    private static DeformableAttentionCheck of(DeformableAttentionLayout layout, long seed) {
        int rows = layout.pictures() * layout.tokens();
        int samples = layout.heads() * layout.levels().size() * layout.points();
        int channels = layout.heads() * layout.channels();
        Tensor value = tensor(layout, Randoms.normal(seed, rows * channels, 1, layout.value().dataType()));
        Tensor offsets = tensor(layout, Randoms.normal(seed + 1, rows * samples * 2, 3, layout.offsets().dataType()));
        Tensor logits = tensor(layout, Randoms.normal(seed + 2, rows * samples, 2, layout.logits().dataType()));
        List<Tensor> tables = layout.tables().map(added -> List.of(table(seed + 3, layout, added.offsets(), 2 * samples),
                table(seed + 4, layout, added.logits(), samples))).orElse(List.of());
        return new DeformableAttentionCheck(layout, value, offsets, logits, tables,
                CompletableFuture
                        .supplyAsync(() -> reference(layout, List.of(value, added(offsets, tables, 0), added(logits, tables, 1)))));
    }

    private static Tensor table(long seed, DeformableAttentionLayout layout, DeformableAttentionLayout.Table table, int width) {
        float[] values = Randoms.normal(seed, table.pictures() * layout.tokens() * width, 2, table.rows().dataType());
        return Tensor.of(Shape.of(table.pictures(), layout.tokens(), width), values);
    }

    private static Tensor added(Tensor product, List<Tensor> tables, int index) {
        return tables.isEmpty()
                ? product
                : Interpreter.evaluate(new Operation.Binary(Operation.BinaryFunction.ADD), List.of(product, tables.get(index)));
    }

    private static Tensor reference(DeformableAttentionLayout layout, List<Tensor> inputs) {
        List<Operation.DeformableAttention.Level> levels = layout.levels().stream()
                .map(level -> new Operation.DeformableAttention.Level(Dimension.of(level.height()), Dimension.of(level.width()))).toList();
        return Interpreter.evaluate(new Operation.DeformableAttention(layout.heads(), layout.points(), levels),
                inputs);
    }

    private static Tensor tensor(DeformableAttentionLayout layout, float[] values) {
        long rows = (long) layout.pictures() * layout.tokens();
        return Tensor.of(Shape.of(layout.pictures(), layout.tokens(), values.length / rows), values);
    }

    @Override
    public Stream<Finding> findings(KernelBench bench) {
        double tolerance = layout.value().dataType() == DataType.FLOAT16 ? HALF_TOLERANCE : FLOAT_TOLERANCE;
        return Stream.of(bench).map(device -> Finding.ofError("deformable attention, " + this, error(device), tolerance));
    }

    /// The largest difference, relative to the largest value; NaN if an element was not written.
    private double error(KernelBench bench) {
        try (DeviceMemory memory = bench.memory();
                DeformableAttentionKernel kernel = DeformableAttentionKernel.load(bench.loader(), layout)) {
            DataType type = layout.value().dataType();
            int count = Math.toIntExact(value.elementCount());
            long output = memory.poisoned((long) count * type.bytes());
            kernel.enqueue(operands(memory), output, bench.stream());
            return KernelCheck.relativeError(memory.floats(output, count, type), reference.join().toFloats());
        }
    }

    /// With tables all operands are columns of one product.
    private Operands operands(DeviceMemory memory) {
        if (layout.tables().isEmpty()) {
            return new Operands(put(memory, layout.value(), value), put(memory, layout.offsets(), offsets),
                    put(memory, layout.logits(), logits), Optional.empty());
        }
        DeformableAttentionLayout.Tables added = layout.tables().get();
        long bytes = layout.value().dataType().bytes();
        long product = put(memory, layout.value(), value, offsets, logits);
        long first = product + value.shape().get(2).size() * bytes;
        return new Operands(product, first, first + offsets.shape().get(2).size() * bytes, Optional.of(
                new Added(put(memory, added.offsets().rows(), tables.getFirst()), put(memory, added.logits().rows(), tables.getLast()))));
    }

    /// Rows with their stride; between them lies what must not be read as a number.
    private static long put(DeviceMemory memory, Rows rows, Tensor... columns) {
        int count = Math.toIntExact(columns[0].shape().get(0).size() * columns[0].shape().get(1).size());
        float[] spread = new float[count * rows.stride()];
        Arrays.fill(spread, Float.NaN);
        int start = 0;
        for (Tensor tensor : columns) {
            float[] values = tensor.toFloats();
            int width = values.length / count;
            for (int row = 0; row < count; row++) {
                System.arraycopy(values, row * width, spread, row * rows.stride() + start, width);
            }
            start += width;
        }
        return memory.floats(spread, rows.dataType());
    }

    @Override
    public String toString() {
        return layout.pictures() + " x " + layout.levels().stream().map(level -> level.height() + "x" + level.width()).toList() + ", "
                + layout.heads() + " heads of " + layout.channels() + ", " + layout.points() + " points, values " + layout.value()
                + ", queries " + layout.offsets() + layout.tables().map(tables -> ", " + tables).orElse("");
    }
}
