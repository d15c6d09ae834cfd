package dev.maskforge.engine.tensorrt.kernels.stem;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// The kernel of a stem against sums in float64 of the same numbers.
///
/// @param seed    of the numbers
/// @param spoiled what one weight is instead of a number, which spoils one channel and leaves the others
public record StemCheck(StemGraphs sizes, long seed, Optional<Float> spoiled) implements KernelCheck {
    /// What is written is rounded to 11 bits, by up to 4.9e-4 of itself; sums of float32 add little to that. Emulated on a CPU the file is
    /// off by 4.8e-4 of the largest value at most.
    private static final double TOLERANCE = 6e-4;
    /// As often a run is repeated, each time behind the one before, for what depends on chance to show.
    private static final int RUNS = 50;
    private static final int SPOILED = 5;

    /// Sizes that no vector, warp or strip divides, and such as they do, several pictures, and less than one of everything.
    public static List<KernelCheck> all() {
        List<KernelCheck> checks = new ArrayList<>(awkward());
        checks.add(new StemCheck(new StemGraphs(1, 512, 1024), 9, Optional.empty()));
        checks.add(new StemCheck(new StemGraphs(2, 513, 1022), 10, Optional.empty()));
        return List.copyOf(checks);
    }

    /// Small ones.
    public static List<KernelCheck> awkward() {
        List<KernelCheck> checks = new ArrayList<>();
        for (int[] size : new int[][]{{1, 1, 1}, {2, 2, 3}, {1, 5, 7}, {3, 37, 53}, {2, 70, 131}, {1, 130, 251}, {2, 70, 256}, {1, 64, 452},
                {1, 4, 4}, {1, 96, 512}}) {
            checks.add(new StemCheck(new StemGraphs(size[0], size[1], size[2]), 20 + checks.size(), Optional.empty()));
        }
        for (int width : new int[]{67, 68}) {
            for (float none : new float[]{Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                checks.add(new StemCheck(new StemGraphs(1, 33, width), 20 + checks.size(), Optional.of(none)));
            }
        }
        return List.copyOf(checks);
    }

    @Override
    public Stream<Finding> findings(KernelBench bench) {
        return Stream.of(bench).map(this::compared);
    }

    private Finding compared(KernelBench bench) {
        float[] weights = StemGraphs.weights(seed);
        spoiled.ifPresent(none -> weights[SPOILED * 3 * 7 * 7 + 3] = none);
        float[] bias = StemGraphs.bias(seed);
        byte[] pixels = sizes.pixels(seed);
        float[] expected = sizes.reference(pixels, sizes.valid(), weights, bias);
        try (DeviceMemory memory = bench.memory();
                StemKernel kernel = StemKernel.load(bench.loader(), StemProgram.of(sizes.graph()), Map.of())) {
            long output = memory.poisoned((long) expected.length * DataType.FLOAT16.bytes());
            Map<String, Long> places = Map.of("pixels", memory.bytes(pixels), "valid", memory.integers(sizes.valid()), "weights",
                    memory.floats(StemWeights.pack(Tensor.ofHalves(StemWeights.NATURAL, weights)).halvesToFloats(), DataType.FLOAT16),
                    "bias", memory.floats(bias, DataType.FLOAT16), "output", output);
            kernel.enqueue(name -> Objects.requireNonNull(places.get(name), name), 0, bench.stream());
            float[] actual = memory.floats(output, expected.length, DataType.FLOAT16);
            for (int i = 0; i < RUNS; i++) {
                kernel.enqueue(name -> Objects.requireNonNull(places.get(name), name), 0, bench.stream());
            }
            if (!Arrays.equals(actual, memory.floats(output, expected.length, DataType.FLOAT16))) {
                return new Finding(false, "stem, " + sizes + ": runs differ");
            }
            return Finding.ofError("stem, " + sizes + spoiled.map(none -> ", a weight of " + none).orElse(""),
                    KernelCheck.relativeErrorOfNumbers(actual, expected), TOLERANCE);
        }
    }

    @Override
    public String toString() {
        return sizes.toString();
    }
}
