package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.kernels.DeformableAttentionLayout.Rows;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Interpreter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The deformable attention kernel against the reference interpreter, on the same numbers.
record AttentionCheck(DeformableAttentionLayout layout, Tensor value, Tensor offsets, Tensor logits,
        CompletableFuture<Tensor> reference) {
    /// The reference is computed aside.
    static AttentionCheck of(DeformableAttentionLayout layout, long seed) {
        int rows = layout.pictures() * layout.tokens();
        int samples = layout.heads() * layout.levels().size() * layout.points();
        int channels = layout.heads() * layout.channels();
        Tensor value = tensor(layout, Randoms.normal(seed, rows * channels, 1, layout.value().dataType()));
        Tensor offsets = tensor(layout, Randoms.normal(seed + 1, rows * samples * 2, 3, layout.offsets().dataType()));
        Tensor logits = tensor(layout, Randoms.normal(seed + 2, rows * samples, 2, layout.logits().dataType()));
        return new AttentionCheck(layout, value, offsets, logits,
                CompletableFuture.supplyAsync(() -> reference(layout, List.of(value, offsets, logits))));
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

    /// The largest difference, relative to the largest value; NaN if an element was not written.
    double error(KernelLoader loader, Cuda cuda, long stream, DeformableAttentionTile tile) {
        try (DeviceMemory memory = new DeviceMemory(cuda, stream);
                DeformableAttentionKernel kernel = DeformableAttentionKernel.load(loader, layout, tile)) {
            DataType type = layout.value().dataType();
            int count = Math.toIntExact(value.elementCount());
            long output = memory.poisoned((long) count * type.bytes());
            kernel.enqueue(put(memory, value, layout.value()), put(memory, offsets, layout.offsets()), put(memory, logits, layout.logits()),
                    output, stream);
            return relativeError(memory.floats(output, count, type), reference.join().toFloats());
        }
    }

    /// Rows with their stride; between them lies what must not be read as a number.
    private long put(DeviceMemory memory, Tensor tensor, Rows rows) {
        float[] values = tensor.toFloats();
        int count = layout.pictures() * layout.tokens();
        int width = values.length / count;
        float[] spread = new float[count * rows.stride()];
        Arrays.fill(spread, Float.NaN);
        for (int row = 0; row < count; row++) {
            System.arraycopy(values, row * width, spread, row * rows.stride(), width);
        }
        return memory.floats(spread, rows.dataType());
    }

    static double relativeError(float[] actual, float[] expected) {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
        }
        return difference / largest;
    }

    @Override
    public String toString() {
        return layout.pictures() + " x " + layout.levels().stream().map(level -> level.height() + "x" + level.width()).toList() + ", "
                + layout.heads() + " heads of " + layout.channels() + ", " + layout.points() + " points, values " + layout.value()
                + ", queries " + layout.offsets();
    }
}
