package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.Interpreter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/// The attention kernel against the reference interpreter, on the same numbers. Of the mask's rows some block nothing, some all
/// keys but one, the others half of the keys, in runs, so that whole shares of the keys are blocked.
record MaskedAttentionCheck(AttentionLayout layout, List<Tensor> inputs, CompletableFuture<Tensor> reference) {
    /// The reference is computed aside.
    static MaskedAttentionCheck of(AttentionLayout layout, long seed) {
        List<Tensor> inputs = new ArrayList<>(List.of(tensor(layout, layout.queries(), seed, 2),
                tensor(layout, layout.keys(), seed + 1, 1), tensor(layout, layout.keys(), seed + 2, 1)));
        if (layout.masked()) {
            MemorySegment mask = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_BYTE, mask(layout, seed + 3));
            inputs.add(new Tensor(new TensorType(DataType.BOOL, Shape.of(layout.pictures(), layout.queries(), layout.keys())), mask));
        }
        return new MaskedAttentionCheck(layout, List.copyOf(inputs),
                CompletableFuture.supplyAsync(() -> Interpreter.evaluate(new Operation.Attention(layout.heads()), inputs)));
    }

    private static Tensor tensor(AttentionLayout layout, int rows, long seed, double deviation) {
        float[] values = Randoms.normal(seed, Math.multiplyExact(layout.pictures() * rows, layout.model()), deviation, layout.dataType());
        return Tensor.of(Shape.of(layout.pictures(), rows, layout.model()), values);
    }

    static byte[] mask(AttentionLayout layout, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] blocked = new byte[Math.multiplyExact(layout.pictures() * layout.queries(), layout.keys())];
        for (int row = 0; row < layout.pictures() * layout.queries(); row++) {
            int first = row * layout.keys();
            if (row % 5 == 1) {
                Arrays.fill(blocked, first, first + layout.keys(), (byte) 1);
            } else if (row % 5 != 0) {
                for (int i = 0; i < layout.keys(); i++) {
                    blocked[first + i] = i % (7 * row + 1) == 0 ? (byte) random.nextInt(2) : blocked[first + i - 1];
                }
            }
            blocked[first + random.nextInt(layout.keys())] = 0;
        }
        return blocked;
    }

    /// The largest difference, relative to the largest value; NaN if an element was not written.
    double error(KernelLoader loader, Cuda cuda, long stream, AttentionTile tile) {
        try (DeviceMemory memory = new DeviceMemory(cuda, stream); AttentionKernel kernel = AttentionKernel.load(loader, layout, tile)) {
            DataType type = layout.dataType();
            int count = layout.pictures() * layout.queries() * layout.model();
            long output = memory.poisoned((long) count * type.bytes());
            long workspace = kernel.workspaceBytes() == 0 ? 0 : memory.poisoned(kernel.workspaceBytes());
            List<Long> places = inputs.stream().limit(3).map(input -> memory.floats(input.toFloats(), type)).toList();
            OptionalLong mask = layout.masked() ? OptionalLong.of(memory.bytes(inputs.get(3).memory().toArray(ValueLayout.JAVA_BYTE)))
                    : OptionalLong.empty();
            kernel.enqueue(places.get(0), places.get(1), places.get(2), mask, workspace, output, stream);
            return AttentionCheck.relativeError(memory.floats(output, count, type), reference.join().toFloats());
        }
    }
}
