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

/// The kernel of tokens, where what attention gave one of them is NaN, all of it or one element. Each channel of the projection is a sum
/// over all of that, in which even a weight of zero leaves NaN; what is added, both normalisations and the products keep it, so all that
/// comes of this token is NaN. No other token looks at it, so what comes of these has the very bits that it has without.
///
/// What the network's Relu makes of NaN it cannot show: the sum behind has NaN from its other summand, too.
///
/// @param token which
/// @param seed  of the numbers
public record TokensNanCheck(TokensGraphs sizes, int token, long seed) implements KernelCheck {
    /// What lies in the outputs' place before a run with NaN: NaN would pass for what the token becomes, and this, the largest of float16,
    /// is what no token may be without.
    static final float UNWRITTEN = 65_504;

    /// None of the first tile, of blocks of one warpgroup and of two.
    public static List<KernelCheck> all() {
        return List.of(
                // The last of all, with which rows beyond go along.
                new TokensNanCheck(new TokensGraphs(130, 64, 64, 16), 129, 7000),
                // In a whole tile, the first row of a lane; then the second.
                new TokensNanCheck(new TokensGraphs(130, 192, 192, 128), 100, 7100),
                new TokensNanCheck(new TokensGraphs(1000, 256, 1024, 544), 333, 7200),
                // A second warpgroup's.
                new TokensNanCheck(new TokensGraphs(8449, 128, 128, 0), 8400, 7300),
                // The second block has another tile behind; the first has one before, too.
                new TokensNanCheck(new TokensGraphs(20_000, 256, 128, 80), 130, 7400),
                new TokensNanCheck(new TokensGraphs(34_000, 64, 128, 32), 16_905, 7500));
    }

    @Override
    public Stream<Finding> findings(KernelBench bench) {
        return Stream.of(bench).flatMap(device -> run(device).stream());
    }

    private List<Finding> run(KernelBench bench) {
        SequencedMap<String, Tensor> numbers = sizes.numbers(seed);
        Graph graph = sizes.graph();
        try (DeviceMemory memory = bench.memory();
                TokensKernel kernel = TokensKernel.load(bench.loader(), TokensProgram.of(graph), Map.of())) {
            Map<String, Long> places = TokensCheck.places(graph, TokensGraphs.inputs(numbers), memory);
            kernel.enqueue(name -> TokensCheck.place(places, name), 0, bench.stream());
            List<float[]> without = TokensCheck.results(graph, places, memory);
            List<Finding> findings = new ArrayList<>();
            for (int count : new int[]{sizes.channels(), 1}) {
                Map<String, Long> others = placesWithNan(graph, places, attended(numbers, count), memory);
                kernel.enqueue(name -> TokensCheck.place(others, name), 0, bench.stream());
                findings.addAll(compared(graph, count, TokensCheck.results(graph, others, memory), without));
            }
            return findings;
        }
    }

    /// What attention gave, of which so many of the token's last elements are NaN.
    float[] attended(SequencedMap<String, Tensor> numbers, int count) {
        float[] values = Objects.requireNonNull(numbers.get("attended")).halvesToFloats();
        int end = (token + 1) * sizes.channels();
        Arrays.fill(values, end - count, end, Float.NaN);
        return values;
    }

    private static Map<String, Long> placesWithNan(Graph graph, Map<String, Long> places, float[] attended, DeviceMemory memory) {
        Map<String, Long> others = new HashMap<>(places);
        others.put("attended", memory.floats(attended, DataType.FLOAT16));
        graph.outputs().forEach(name -> {
            float[] values = new float[Math.toIntExact(graph.type(name).shape().elementCount())];
            Arrays.fill(values, UNWRITTEN);
            others.put(name, memory.floats(values, DataType.FLOAT16));
        });
        return others;
    }

    private List<Finding> compared(Graph graph, int count, List<float[]> results, List<float[]> without) {
        return IntStream.range(0, results.size()).mapToObj(i -> {
            int wrong = wrong(results.get(i), without.get(i));
            return new Finding(wrong == 0, "tokens, " + sizes + ", " + count + " NaN of token " + token + ", " + graph.outputs().get(i)
                    + ": " + wrong + " elements wrong");
        }).toList();
    }

    /// How many elements of an output are not what they must be: NaN of the token, of others the very bits they are without, and
    /// all numbers without.
    int wrong(float[] actual, float[] without) {
        int width = without.length / sizes.rows();
        return (int) IntStream.range(0, without.length).filter(i -> !isRight(i / width, actual[i], without[i])).count();
    }

    private boolean isRight(int row, float actual, float without) {
        boolean isSame = Float.floatToIntBits(actual) == Float.floatToIntBits(without);
        return Float.isFinite(without) && without != UNWRITTEN && (row == token ? Float.isNaN(actual) : isSame);
    }

    @Override
    public String toString() {
        return sizes + ", NaN of token " + token;
    }
}
