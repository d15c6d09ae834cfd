package dev.maskforge.cli.bench;

import dev.maskforge.engine.LayerTime;
import dev.maskforge.engine.Precision;
import dev.maskforge.measure.Ceilings;
import dev.maskforge.measure.Clock;
import dev.maskforge.measure.Latencies;
import dev.maskforge.measure.PartCost;
import dev.maskforge.measure.Stage;
import dev.maskforge.measure.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Profiles networks: warms them up, runs them in one go, then layer by layer.
///
/// @param warmups runs of each kind before those that count
/// @param runs    of each kind that count
/// @param clock   that is read
public record Profiler(int warmups, int runs, Clock clock) {
    /// Profiles a network.
    ///
    /// @param network   ready for the shape
    /// @param reference whose graph's parts are counted
    /// @param ceilings  of what the network computes on, in its precision
    public PartProfile profile(ImageNetwork network, Precision precision, RunShape shape, Optional<CheckpointModel> reference,
            Optional<Ceilings> ceilings) {
        BenchPictures pictures = BenchPictures.standard(shape.size());
        List<Long> engine = new ArrayList<>();
        for (int run = 0; run < warmups + runs; run++) {
            Map<Stage, Long> times = network.run(pictures.inTurn(run, shape.batch()), clock).times().nanoseconds();
            if (run >= warmups) {
                engine.add(times.getOrDefault(Stage.COMPUTE, 0L));
            }
        }
        List<List<LayerTime>> layers = new ArrayList<>();
        for (int run = 0; run < warmups + runs; run++) {
            List<LayerTime> times = network.layerTimes(pictures.inTurn(run, shape.batch()));
            if (run >= warmups) {
                layers.add(times);
            }
        }
        return PartProfile.of(Latencies.ofNanoseconds(engine.stream().mapToLong(Long::longValue).toArray()), layers,
                reference.map(model -> floor(model, precision, shape, ceilings)),
                reference.flatMap(model -> ceilings.flatMap(best -> whole(model, precision, shape, best))));
    }

    private static PartProfile.Floor floor(CheckpointModel model, Precision precision, RunShape shape,
            Optional<Ceilings> ceilings) {
        Map<String, PartCost> costs = PartCost.of(model.graph(shape), Map.of(), node -> NetworkPart.ofNode(node.name()));
        return new PartProfile.Floor(costs, ceilings, precision == Precision.FP16 ? 2 : 1);
    }

    private static Optional<Double> whole(CheckpointModel model, Precision precision, RunShape shape, Ceilings ceilings) {
        return model.cost(shape).map(cost -> Work.of("reference", cost, precision, ceilings).floorSeconds());
    }
}
