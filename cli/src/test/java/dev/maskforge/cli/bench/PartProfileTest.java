package dev.maskforge.cli.bench;

import dev.maskforge.engine.LayerTime;
import dev.maskforge.measure.Ceilings;
import dev.maskforge.measure.Cost;
import dev.maskforge.measure.Latencies;
import dev.maskforge.measure.PartCost;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PartProfileTest {
    private static final Latencies ENGINE = Latencies.ofNanoseconds(900_000, 1_000_000, 1_100_000);

    private static List<LayerTime> run(long... nanoseconds) {
        return List.of(new LayerTime("conv", List.of("backbone.res2.0.conv1/Conv"), nanoseconds[0]),
                new LayerTime("myl", List.of("?"), nanoseconds[1]),
                new LayerTime("labels", List.of("head/SemanticLabels"), nanoseconds[2]),
                new LayerTime("conv2", List.of("backbone.res2.1.conv1/Conv"), nanoseconds[3]));
    }

    @Test
    void partsAreSummedInTheOrderInWhichTheyRun() {
        Map<String, PartCost> costs = Map.of("backbone, stage 2", new PartCost(new Cost(400_000, 0, 0, 0), 2_000));
        PartProfile profile = PartProfile.of(ENGINE, List.of(run(100_000, 10_000, 20_000, 200_000), run(300_000, 30_000, 20_000, 400_000)),
                Optional.of(new PartProfile.Floor(costs, Optional.of(new Ceilings(2e9, 4e9, 1e9)), 2)), Optional.of(0.0005));
        assertEquals(List.of("backbone, stage 2", "other", "head"), profile.parts().stream().map(PartProfile.Part::name).toList());
        PartProfile.Part backbone = profile.parts().getFirst();
        assertEquals(2, backbone.layers());
        assertEquals(0.5, backbone.milliseconds(), 1e-9);
        assertEquals(Optional.of(400_000L), backbone.productFlops());
        // Half of the bytes; 0.4 MFLOP at 4 GFLOP/s take longer than 1 kB at 1 GB/s.
        assertEquals(Optional.of(1_000L), backbone.compulsoryBytes());
        assertEquals(0.1, backbone.floorMilliseconds().orElseThrow(), 1e-9);
        assertEquals(Optional.empty(), profile.parts().getLast().floorMilliseconds());
        assertEquals(0.54, profile.layersMilliseconds(), 1e-9);
        assertEquals(1.0, profile.engineMilliseconds(), 1e-9);
        List<String> lines = profile.lines();
        assertTrue(lines.get(1).startsWith("backbone, stage 2 ") && lines.get(1).endsWith(" 5.0"), lines::toString);
        assertTrue(lines.getLast().startsWith("all, in one go ") && lines.getLast().endsWith(" 2.0"), lines::toString);
        assertEquals(3 + 3, lines.size());
    }

    @Test
    void runsOfDifferentLayersAreNoProfile() {
        assertThrows(IllegalStateException.class,
                () -> PartProfile.of(ENGINE, List.of(run(1, 1, 1, 1), List.of()), Optional.empty(), Optional.empty()));
    }
}
