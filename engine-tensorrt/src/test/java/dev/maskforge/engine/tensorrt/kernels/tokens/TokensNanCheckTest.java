package dev.maskforge.engine.tensorrt.kernels.tokens;

import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What the check of NaN asks for, and that it finds what is otherwise.
class TokensNanCheckTest {
    private static final TokensGraphs SIZES = new TokensGraphs(70, 64, 64, 16);
    private static final TokensNanCheck CHECK = new TokensNanCheck(SIZES, 66, 1);
    private static final int FIRST = 66 * 64;

    /// The operations by themselves make all of the token NaN, and nothing else.
    @ParameterizedTest
    @ValueSource(ints = {64, 1})
    void isWhatTheOperationsGive(int count) {
        SequencedMap<String, Tensor> numbers = SIZES.numbers(1);
        float[] attended = CHECK.attended(numbers, count);
        SequencedMap<String, Tensor> withNan = new LinkedHashMap<>(numbers);
        withNan.put("attended", Tensor.ofHalves(Shape.of(1, 70, 64), attended));
        List<float[]> without = SIZES.reference(numbers);
        List<float[]> with = SIZES.reference(withNan);
        for (int i = 0; i < without.size(); i++) {
            assertEquals(0, CHECK.wrong(with.get(i), without.get(i)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 1})
    void onlySoManyOfTheTokenAreNan(int count) {
        float[] attended = CHECK.attended(SIZES.numbers(1), count);
        long ofToken = 0;
        long ofAll = 0;
        for (int i = 0; i < attended.length; i++) {
            ofAll += Float.isNaN(attended[i]) ? 1 : 0;
            ofToken += Float.isNaN(attended[i]) && i / 64 == 66 ? 1 : 0;
        }
        assertEquals(count, ofToken);
        assertEquals(count, ofAll);
    }

    private static float[] numbers() {
        float[] values = new float[70 * 64];
        Arrays.fill(values, 0.5f);
        return values;
    }

    private static float[] right() {
        float[] values = numbers();
        Arrays.fill(values, FIRST, FIRST + 64, Float.NaN);
        return values;
    }

    /// A number of the token, or what was not written; of the rows beside it NaN, a neighbour of float16, infinity, what was not written.
    @ParameterizedTest
    @CsvSource({"0, 0.5", "63, 0", "31, Infinity", "17, 65504", "-1, NaN", "64, NaN", "-4224, NaN", "255, 0.50048828", "64, Infinity",
            "-1, 65504"})
    void findsAnElement(int place, float value) {
        float[] values = right();
        assertEquals(0, CHECK.wrong(values, numbers()));
        values[FIRST + place] = value;
        assertEquals(1, CHECK.wrong(values, numbers()));
    }

    @Test
    void findsAnotherZero() {
        float[] without = numbers();
        without[3] = 0;
        float[] values = right();
        values[3] = -0f;
        assertEquals(1, CHECK.wrong(values, without));
    }

    /// What is no number without any NaN, or was not written, proves nothing.
    @Test
    void findsWhatIsNoNumberWithoutAny() {
        for (int place : new int[]{0, FIRST}) {
            for (float value : new float[]{Float.NaN, Float.POSITIVE_INFINITY, TokensNanCheck.UNWRITTEN}) {
                float[] without = numbers();
                without[place] = value;
                float[] values = right();
                values[place] = place == 0 ? value : Float.NaN;
                assertEquals(1, CHECK.wrong(values, without));
            }
        }
    }

    /// None lies in the first tile, and blocks of two warpgroups that go round have another tile behind it.
    @Test
    void liesWhereItShould() {
        for (KernelCheck each : TokensNanCheck.all()) {
            TokensNanCheck check = (TokensNanCheck) each;
            TokensGraphs sizes = check.sizes();
            TokensLayout layout = new TokensLayout(sizes.rows(), sizes.channels(), sizes.hidden(), sizes.outputs());
            int tokens = 64 * layout.warpgroups();
            int tile = check.token() / tokens;
            int tiles = Math.ceilDiv(sizes.rows(), tokens);
            assertTrue(tile > 0 && check.token() < sizes.rows(), each.toString());
            assertTrue(tiles == layout.blocks() || tile + layout.blocks() < tiles, each.toString());
        }
    }
}
