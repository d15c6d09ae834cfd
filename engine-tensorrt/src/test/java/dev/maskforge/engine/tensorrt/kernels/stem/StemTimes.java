package dev.maskforge.engine.tensorrt.kernels.stem;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// How long the kernel of a stem takes.
public final class StemTimes {
    /// What multiplications and sums an H100's matrix units do in a microsecond, by its data sheet: 989 TFLOPS of float16, dense.
    private static final double OPERATIONS_PER_MICROSECOND = 989e6;

    private StemTimes() {
    }

    public static void print(KernelBench bench) {
        for (KernelBench.Picture picture : KernelBench.PICTURES) {
            StemGraphs sizes = new StemGraphs(1, picture.height(), picture.width());
            System.out.println("stem, " + picture + ", strips of " + sizes.layout().rows() + ": " + times(bench, sizes)
                    + ", of products %.2f us".formatted(operations(sizes) / OPERATIONS_PER_MICROSECOND));
        }
    }

    private static double operations(StemGraphs sizes) {
        return 2.0 * sizes.pictures() * StemLayout.halved(sizes.height()) * StemLayout.halved(sizes.width()) * 64 * 3 * 7 * 7;
    }

    private static KernelBench.Times times(KernelBench bench, StemGraphs sizes) {
        int elements = sizes.pictures() * sizes.layout().outputHeight() * sizes.layout().outputWidth() * 64;
        byte[] pixels = sizes.pixels(1);
        long bytes = pixels.length + (long) elements * DataType.FLOAT16.bytes();
        int sets = KernelBench.sets(bytes);
        Tensor weights = StemWeights.pack(Tensor.ofHalves(StemWeights.NATURAL, StemGraphs.weights(1)));
        try (DeviceMemory memory = bench.memory();
                StemKernel kernel = StemKernel.load(bench.loader(), StemProgram.of(sizes.graph()), Map.of())) {
            List<Map<String, Long>> places = new ArrayList<>();
            for (int i = 0; i < sets; i++) {
                places.add(Map.of("pixels", memory.bytes(pixels), "valid", memory.integers(sizes.height(), sizes.width()), "weights",
                        memory.floats(weights.halvesToFloats(), DataType.FLOAT16), "bias",
                        memory.floats(StemGraphs.bias(1), DataType.FLOAT16), "output",
                        memory.poisoned((long) elements * DataType.FLOAT16.bytes())));
            }
            return bench.time(bytes, sets,
                    set -> kernel.enqueue(name -> Objects.requireNonNull(places.get(set).get(name), name), 0, bench.stream()));
        }
    }
}
