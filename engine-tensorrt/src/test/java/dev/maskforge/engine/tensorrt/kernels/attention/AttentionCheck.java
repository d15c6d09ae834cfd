package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.engine.tensorrt.kernels.Randoms;
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
import java.util.stream.Stream;

/// The attention kernel against the reference interpreter, on the same numbers. Of the mask's rows some block nothing, some all
/// keys but one, the others half of the keys, in runs, so that whole shares of the keys are blocked.
public record AttentionCheck(AttentionLayout layout, List<Tensor> inputs, CompletableFuture<Tensor> reference)
        implements
            KernelCheck {
    /// Scores of some ten are exact to 1e-6, and so are the logarithms of their weights.
    private static final double FLOAT_TOLERANCE = 1e-5;
    /// Half a unit in the last place of the result, and as much of the weights, whose errors average out.
    private static final double HALF_TOLERANCE = 1e-3;

    /// Sizes that no tile, vector or block divides, and several pictures.
    public static List<KernelCheck> awkward() {
        return of(awkwardLayouts());
    }

    /// Those, and networks' own.
    public static List<KernelCheck> all() {
        return of(Stream.concat(awkwardLayouts(), Stream.of(new AttentionLayout(1, 8, 32, 100, 8192, true, DataType.FLOAT32),
                new AttentionLayout(1, 8, 32, 100, 8192, true, DataType.FLOAT16),
                new AttentionLayout(1, 8, 32, 100, 32768, true, DataType.FLOAT16))));
    }

    private static Stream<AttentionLayout> awkwardLayouts() {
        List<AttentionLayout> layouts = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
            for (int keys : new int[]{1, 77, 512, 600, 2048, 3001}) {
                layouts.add(new AttentionLayout(2, 3, 32, 37, keys, true, type));
            }
            layouts.add(new AttentionLayout(2, 8, 32, 100, 512, false, type));
            layouts.add(new AttentionLayout(1, 8, 32, 100, 1000, false, type));
            for (int channels : new int[]{16, 48, 64}) {
                layouts.add(new AttentionLayout(3, 2, channels, 130, 200, true, type));
                layouts.add(new AttentionLayout(1, 4, channels, 130, 1300, true, type));
            }
        }
        return layouts.stream();
    }

    private static List<KernelCheck> of(Stream<AttentionLayout> layouts) {
        List<KernelCheck> checks = new ArrayList<>();
        layouts.forEach(layout -> checks.add(of(layout, 1000 + 10L * checks.size())));
        return List.copyOf(checks);
    }

    /// The reference is computed aside.
    private static AttentionCheck of(AttentionLayout layout, long seed) {
        List<Tensor> inputs = new ArrayList<>(List.of(tensor(layout, layout.queries(), seed, 2),
                tensor(layout, layout.keys(), seed + 1, 1), tensor(layout, layout.keys(), seed + 2, 1)));
        if (layout.masked()) {
            MemorySegment mask = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_BYTE, mask(layout, seed + 3));
            inputs.add(new Tensor(new TensorType(DataType.BOOL, Shape.of(layout.pictures(), layout.queries(), layout.keys())), mask));
        }
        return new AttentionCheck(layout, List.copyOf(inputs),
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

    @Override
    public Stream<Finding> findings(KernelBench bench) {
        double tolerance = layout.dataType() == DataType.FLOAT16 ? HALF_TOLERANCE : FLOAT_TOLERANCE;
        return Stream.of(AttentionTile.standard(layout), AttentionTile.of(layout, 2, 2, 3), AttentionTile.of(layout, 1, 4, 1))
                .map(tile -> Finding.ofError("attention, " + layout + ", " + tile, error(bench, tile), tolerance));
    }

    /// The largest difference, relative to the largest value; NaN if an element was not written.
    private double error(KernelBench bench, AttentionTile tile) {
        try (DeviceMemory memory = bench.memory(); AttentionKernel kernel = AttentionKernel.load(bench.loader(), layout, tile)) {
            DataType type = layout.dataType();
            int count = layout.pictures() * layout.queries() * layout.model();
            long output = memory.poisoned((long) count * type.bytes());
            long workspace = kernel.workspaceBytes() == 0 ? 0 : memory.poisoned(kernel.workspaceBytes());
            List<Long> places = inputs.stream().limit(3).map(input -> memory.floats(input.toFloats(), type)).toList();
            OptionalLong mask = layout.masked() ? OptionalLong.of(memory.bytes(inputs.get(3).memory().toArray(ValueLayout.JAVA_BYTE)))
                    : OptionalLong.empty();
            kernel.enqueue(places.get(0), places.get(1), places.get(2), mask, workspace, output, bench.stream());
            return KernelCheck.relativeError(memory.floats(output, count, type), reference.join().toFloats());
        }
    }
}
