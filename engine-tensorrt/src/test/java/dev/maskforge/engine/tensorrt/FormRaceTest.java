package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm.GATHER;
import static dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm.GRID_SAMPLE;
import static dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm.KERNEL;
import static dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm.PLUGIN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FormRaceTest {
    private static final int SERIES = 12 * 5;

    private final List<DeformableAttentionForm> ran = new ArrayList<>();

    /// What disturbs the runs of a form, by how many runs there were before.
    private interface Disturbance {
        double factor(DeformableAttentionForm form, int before);
    }

    private DeformableAttentionForm winner(Map<DeformableAttentionForm, Double> microseconds, Disturbance disturbance) {
        SequencedMap<DeformableAttentionForm, DoubleSupplier> runs = new LinkedHashMap<>();
        for (DeformableAttentionForm form : DeformableAttentionForm.values()) {
            Double alone = microseconds.get(form);
            if (alone != null) {
                runs.put(form, () -> {
                    double factor = disturbance.factor(form, ran.size());
                    ran.add(form);
                    return alone * factor * 1e-6;
                });
            }
        }
        return FormRace.winner(runs);
    }

    private static Map<DeformableAttentionForm, Double> times(double plugin, double kernel) {
        return Map.of(GRID_SAMPLE, 40.0, GATHER, 60.0, PLUGIN, plugin, KERNEL, kernel);
    }

    @ParameterizedTest
    @CsvSource({"10, 8, KERNEL", "10, 10.4, KERNEL", "10, 10.6, PLUGIN", "10, 20, PLUGIN"})
    void theKernelWinsWithinItsMargin(double plugin, double kernel, DeformableAttentionForm wins) {
        assertEquals(wins, winner(times(plugin, kernel), (_, _) -> 1));
        assertEquals(4 * SERIES, ran.size(), "the order is certain at once");
    }

    @Test
    void withoutTheKernelTheFastestWins() {
        assertEquals(PLUGIN, winner(Map.of(GATHER, 10.1, PLUGIN, 10.0), (_, _) -> 1));
        assertEquals(KERNEL, winner(Map.of(KERNEL, 10.0), (_, _) -> 1));
        assertEquals(2 * SERIES, ran.size(), "who is alone need not run");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aBusyDeviceChangesNothing(long seed) {
        Random random = new Random(seed);
        // Three runs of four wait for others, up to thirty times as long as they take.
        assertEquals(KERNEL, winner(times(5, 4), (_, _) -> random.nextInt(4) == 0 ? 1 : 1 + 30 * random.nextDouble()));
        assertEquals(PLUGIN, winner(times(5, 8), (_, _) -> random.nextInt(4) == 0 ? 1 : 1 + 30 * random.nextDouble()));
    }

    @Test
    void aWhileInWhichAllIsSlowChangesNothing() {
        // Longer than all runs of one form, which one form after the other would have had alone.
        assertEquals(KERNEL, winner(times(10, 8), (_, before) -> before < 3 * SERIES ? 4 : 1));
    }

    @Test
    void eachRoundBeginsWithAnother() {
        winner(times(10, 8), (_, _) -> 1);
        assertEquals(List.of(GRID_SAMPLE, KERNEL, PLUGIN, GATHER, GRID_SAMPLE),
                List.of(ran.get(0), ran.get(20), ran.get(40), ran.get(60), ran.get(80)));
        for (DeformableAttentionForm form : DeformableAttentionForm.values()) {
            assertEquals(SERIES, ran.stream().filter(form::equals).count());
        }
    }

    @Test
    void whatWasLuckIsMeasuredAgain() {
        // For a series the kernel is never left alone, save for one run that is nearly so.
        Disturbance disturbance = (form, before) -> form != KERNEL || before > 4 * SERIES ? 1 : before == 97 ? 1.5 : 3;
        assertEquals(KERNEL, winner(times(10, 8), disturbance));
        assertEquals(8 * SERIES, ran.size());
    }

    @Test
    void whatStaysUncertainIsMeasuredFourTimesAndThenDecided() {
        int[] runs = {0};
        // Each run is better than all before.
        assertTrue(List.of(GATHER, PLUGIN).contains(winner(Map.of(GATHER, 10.0, PLUGIN, 10.0), (_, _) -> 1 - 1e-4 * runs[0]++)));
        assertEquals(4 * 2 * SERIES, ran.size());
    }

    @Test
    void aFormThatFailsIsOut() {
        SequencedMap<DeformableAttentionForm, DoubleSupplier> runs = new LinkedHashMap<>();
        runs.put(PLUGIN, () -> 2e-6);
        runs.put(KERNEL, () -> {
            throw new EngineException("no graph can be made");
        });
        assertEquals(PLUGIN, FormRace.winner(runs));
        runs.remove(PLUGIN);
        runs.put(PLUGIN, () -> {
            throw new EngineException("the device is lost");
        });
        assertThrows(EngineException.class, () -> FormRace.winner(runs));
    }
}
