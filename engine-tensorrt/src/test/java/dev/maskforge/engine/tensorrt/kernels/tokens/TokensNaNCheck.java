package dev.maskforge.engine.tensorrt.kernels.tokens;

import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.graph.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// One element of a token that is NaN makes all that becomes of the token NaN, since each normalisation is over all its channels, and
/// leaves the bits of every other token, since no two meet.
///
/// @param seed of the numbers
record TokensNaNCheck(TokensGraphs sizes, long seed) implements KernelCheck {
    private static final List<String> SPOILED = List.of("attended", "tokens");

    /// Blocks of one and of two warpgroups, with and without a product behind, and one of which a block goes round.
    static List<KernelCheck> all() {
        return List.of(new TokensNaNCheck(new TokensGraphs(130, 64, 64, 16), 7000),
                new TokensNaNCheck(new TokensGraphs(130, 256, 128, 80), 7100),
                new TokensNaNCheck(new TokensGraphs(129, 256, 1024, 0), 7200),
                new TokensNaNCheck(new TokensGraphs(8449, 64, 128, 32), 7300));
    }

    @Override
    public Stream<Finding> findings(KernelBench bench) {
        return SPOILED.stream().map(input -> finding(input, bench));
    }

    private Finding finding(String input, KernelBench bench) {
        SequencedMap<String, Tensor> numbers = sizes.numbers(seed);
        // The first of a second warpgroup's, or of a second block, with its first channel, and the last of all with its last.
        Set<Integer> rows = Set.of(64, sizes.rows() - 1);
        SequencedMap<String, Tensor> spoiled = new LinkedHashMap<>(numbers);
        spoiled.computeIfPresent(input, (_, tensor) -> spoiled(tensor, rows));
        List<float[]> before = TokensCheck.run(sizes, numbers, bench);
        List<float[]> after = TokensCheck.run(sizes, spoiled, bench);
        long wrong = IntStream.range(0, before.size()).mapToLong(output -> wrong(before.get(output), after.get(output), rows)).sum();
        return new Finding(wrong == 0, "tokens, %s, NaN in two of %s: %d values are not as they must be".formatted(sizes, input, wrong));
    }

    private Tensor spoiled(Tensor tensor, Set<Integer> rows) {
        float[] values = tensor.halvesToFloats();
        for (int row : rows) {
            int channel = row == sizes.rows() - 1 ? sizes.channels() - 1 : 0;
            values[row * sizes.channels() + channel] = Float.NaN;
        }
        return Tensor.ofHalves(tensor.shape(), values);
    }

    private long wrong(float[] before, float[] after, Set<Integer> rows) {
        int width = before.length / sizes.rows();
        return IntStream.range(0, before.length).filter(i -> Float.isNaN(before[i])
                || (rows.contains(i / width) ? !Float.isNaN(after[i])
                        : Float.floatToRawIntBits(before[i]) != Float.floatToRawIntBits(after[i])))
                .count();
    }
}
