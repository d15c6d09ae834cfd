package dev.maskforge.engine.tensorrt.kernels.tokens;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The kernel of tokens against sums in float64 of the same numbers, which nothing rounds on the way. These are computed when a finding
/// is asked for, on all cores: kept from the start, those of all checks would take more memory than tests have.
///
/// @param seed of the numbers
public record TokensCheck(TokensGraphs sizes, long seed) implements KernelCheck {
    /// Tokens are rounded to 11 bits between products: what the first normalisation gives is the second sum's summand, and is, like what
    /// is written, off by up to 2^-11 of itself. The largest are about five deviations, relative to which two such errors are 1e-3; those
    /// of the hidden channels average out over the products. Emulated on a CPU the file is off
    /// by 5.6e-4 at most, in 130 rows of up to 256 channels.
    private static final double TOLERANCE = 1.5e-3;
    /// As often a run is repeated, each time behind the one before, for what depends on chance to show.
    private static final int RUNS = 50;
    /// Rows of none, one and two warps beside whole blocks, of blocks of one and of two warpgroups; of the last there is one tile more than
    /// blocks, so that one goes round.
    private static final int[] ROWS = {1, 63, 64, 65, 127, 129, 1000, 8449, 17_000};
    private static final int FEW = 1000;
    /// Beyond that the reference takes longer than a second or two.
    private static final long MOST_PRODUCTS = 5L << 30;

    /// All rows at all of some sizes, and where one token is NaN.
    public static List<KernelCheck> all() {
        List<KernelCheck> checks = new ArrayList<>(of(Integer.MAX_VALUE));
        checks.add(rounds());
        checks.addAll(TokensNanCheck.all());
        return List.copyOf(checks);
    }

    /// Two blocks go round three times, the others twice.
    private static TokensCheck rounds() {
        return new TokensCheck(new TokensGraphs(34_000, 64, 128, 32), 6100);
    }

    /// Those for compute-sanitizer, under which many rows take long.
    public static List<KernelCheck> small() {
        List<KernelCheck> checks = new ArrayList<>(of(FEW));
        checks.add(new TokensCheck(new TokensGraphs(8449, 64, 128, 32), 6000));
        checks.add(rounds());
        checks.addAll(TokensNanCheck.all());
        return List.copyOf(checks);
    }

    private static List<KernelCheck> of(int mostRows) {
        List<KernelCheck> checks = new ArrayList<>();
        // Last steps of 16 and 48 columns, whole ones, an even number of steps, and one step of hidden channels.
        for (int[] widths : new int[][]{{64, 64, 16}, {128, 64, 112}, {192, 192, 128}, {256, 128, 80}}) {
            checks.add(new TokensCheck(new TokensGraphs(130, widths[0], widths[1], widths[2]), 4000 + 100L * checks.size()));
        }
        for (int[] widths : new int[][]{{64, 128, 32}, {64, 1024, 0}, {128, 128, 544}, {128, 1024, 32}, {192, 128, 0}, {256, 128, 32},
                {256, 1024, 0}, {256, 1024, 544}}) {
            for (int rows : ROWS) {
                if (rows <= mostRows && (long) rows * widths[0] * widths[1] <= MOST_PRODUCTS) {
                    checks.add(new TokensCheck(new TokensGraphs(rows, widths[0], widths[1], widths[2]), 5000 + 100L * checks.size()));
                }
            }
        }
        return List.copyOf(checks);
    }

    @Override
    public Stream<Finding> findings(KernelBench bench) {
        return Stream.of(bench).flatMap(this::compared);
    }

    private Stream<Finding> compared(KernelBench bench) {
        SequencedMap<String, Tensor> numbers = sizes.numbers(seed);
        List<float[]> results = run(numbers, bench);
        List<float[]> expected = sizes.reference(numbers);
        Finding tokens = Finding.ofError("tokens, " + sizes, KernelCheck.relativeError(results.getFirst(), expected.getFirst()), TOLERANCE);
        return sizes.outputs() == 0
                ? Stream.of(tokens)
                : Stream.of(tokens, Finding.ofError("tokens, " + sizes + ", the product that follows",
                        KernelCheck.relativeError(results.getLast(), expected.getLast()), TOLERANCE));
    }

    /// What the graph's outputs become; NaN where repeated runs differ, or nothing was written.
    private List<float[]> run(SequencedMap<String, Tensor> numbers, KernelBench bench) {
        Graph graph = sizes.graph();
        try (DeviceMemory memory = bench.memory();
                TokensKernel kernel = TokensKernel.load(bench.loader(), TokensProgram.of(graph), Map.of())) {
            Map<String, Long> places = places(graph, TokensGraphs.inputs(numbers), memory);
            kernel.enqueue(name -> place(places, name), 0, bench.stream());
            List<float[]> first = results(graph, places, memory);
            for (int i = 0; i < RUNS; i++) {
                kernel.enqueue(name -> place(places, name), 0, bench.stream());
            }
            List<float[]> last = results(graph, places, memory);
            boolean areSame = IntStream.range(0, first.size()).allMatch(i -> Arrays.equals(first.get(i), last.get(i)));
            if (!areSame) {
                first.forEach(values -> Arrays.fill(values, Float.NaN));
            }
            return first;
        }
    }

    /// The graph's outputs, one after the other.
    static List<float[]> results(Graph graph, Map<String, Long> places, DeviceMemory memory) {
        return graph.outputs().stream().map(name -> memory.floats(place(places, name),
                Math.toIntExact(graph.type(name).shape().elementCount()), DataType.FLOAT16)).toList();
    }

    static long place(Map<String, Long> places, String name) {
        return Objects.requireNonNull(places.get(name), name);
    }

    /// Inputs as the kernel takes them, and room for the results.
    static Map<String, Long> places(Graph graph, SequencedMap<String, Tensor> inputs, DeviceMemory memory) {
        Map<String, Long> places = new HashMap<>();
        inputs.forEach((name, tensor) -> places.put(name, memory.floats(tensor.halvesToFloats(), DataType.FLOAT16)));
        graph.outputs().forEach(name -> places.put(name,
                memory.poisoned(graph.type(name).shape().elementCount() * graph.type(name).dataType().bytes())));
        return places;
    }

    @Override
    public String toString() {
        return sizes.toString();
    }
}
