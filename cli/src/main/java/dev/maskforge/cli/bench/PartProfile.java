package dev.maskforge.cli.bench;

import dev.maskforge.engine.LayerTime;
import dev.maskforge.measure.Ceilings;
import dev.maskforge.measure.Latencies;
import dev.maskforge.measure.PartCost;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Where a network's time goes, by its parts. Layers are timed one by one, which takes longer than all of them in one go: the
/// sum of the parts is more than the network takes.
///
/// @param runs                     of each kind
/// @param engineMilliseconds       of the network in one go, the median
/// @param layersMilliseconds       of all layers, one by one
/// @param floorMilliseconds        of the whole network, if it is known
/// @param parts                    in the order in which they first run
/// @param layers                   in the order in which they run
public record PartProfile(int runs, double engineMilliseconds, double layersMilliseconds, Optional<Double> floorMilliseconds,
        List<Part> parts, List<Layer> layers) {
    public PartProfile {
        parts = List.copyOf(parts);
        layers = List.copyOf(layers);
    }

    /// A part of the network.
    ///
    /// @param milliseconds      of its layers
    /// @param productFlops      by the graph as authored, if it is known, as the rest is
    /// @param compulsoryBytes   its constants, and what it takes from and gives to other parts
    /// @param floorMilliseconds the least time, by the machine's ceilings
    public record Part(String name, int layers, double milliseconds, Optional<Long> productFlops, Optional<Long> compulsoryBytes,
            Optional<Double> floorMilliseconds) {}

    /// A layer of the engine.
    ///
    /// @param milliseconds the mean over all runs
    public record Layer(String name, String part, double milliseconds) {}

    /// What is known of the network's parts without running it.
    ///
    /// @param costs    by part
    /// @param ceilings of the machine, if they are known
    /// @param shrink   2 where values are held in half of the bytes that the costs count
    record Floor(Map<String, PartCost> costs, Optional<Ceilings> ceilings, int shrink) {
        private Optional<Part> of(String name, int layers, double milliseconds) {
            PartCost cost = costs.get(name);
            return cost == null ? Optional.empty()
                    : Optional.of(new Part(name, layers, milliseconds, Optional.of(cost.flops().productFlops()),
                            Optional.of(cost.compulsoryBytes() / shrink), ceilings
                                    .map(best -> 1e3 * best.floorOf(cost.flops().productFlops(), cost.compulsoryBytes() / shrink))));
        }
    }

    /// Sums runs up.
    ///
    /// @param engine what the network took in one go
    /// @param runs   layer by layer, all with the same layers
    static PartProfile of(Latencies engine, List<List<LayerTime>> runs, Optional<Floor> floor, Optional<Double> wholeFloorSeconds) {
        List<Layer> layers = new ArrayList<>();
        List<LayerTime> first = runs.getFirst();
        if (runs.stream().anyMatch(run -> run.size() != first.size())) {
            throw new IllegalStateException("the engine's runs have different numbers of layers");
        }
        for (int at = 0; at < first.size(); at++) {
            int place = at;
            double mean = runs.stream().mapToLong(run -> run.get(place).nanoseconds()).average().orElse(0) / 1e6;
            layers.add(new Layer(first.get(at).layer(), NetworkPart.ofNodes(first.get(at).nodes()), mean));
        }
        SequencedMap<String, List<Layer>> byPart = new LinkedHashMap<>();
        layers.forEach(layer -> byPart.computeIfAbsent(layer.part(), _ -> new ArrayList<>()).add(layer));
        List<Part> parts = new ArrayList<>();
        byPart.forEach((name, own) -> {
            double milliseconds = own.stream().mapToDouble(Layer::milliseconds).sum();
            parts.add(floor.flatMap(known -> known.of(name, own.size(), milliseconds)).orElseGet(
                    () -> new Part(name, own.size(), milliseconds, Optional.empty(), Optional.empty(), Optional.empty())));
        });
        return new PartProfile(runs.size(), engine.median() / 1e6, layers.stream().mapToDouble(Layer::milliseconds).sum(),
                wholeFloorSeconds.map(seconds -> 1e3 * seconds), parts, layers);
    }

    /// For a terminal: parts, the sum, and the network in one go.
    public List<String> lines() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("part", "layers", "ms", "share", "GFLOP", "MB", "floor ms", "times floor"));
        for (Part part : parts) {
            rows.add(List.of(part.name(), Integer.toString(part.layers()), number(part.milliseconds()),
                    String.format(Locale.ROOT, "%.1f %%", 100 * part.milliseconds() / layersMilliseconds),
                    part.productFlops().map(flops -> number(flops / 1e9)).orElse("-"),
                    part.compulsoryBytes().map(bytes -> number(bytes / 1e6)).orElse("-"),
                    part.floorMilliseconds().map(PartProfile::number).orElse("-"),
                    part.floorMilliseconds().filter(least -> least > 0)
                            .map(least -> String.format(Locale.ROOT, "%.1f", part.milliseconds() / least)).orElse("-")));
        }
        rows.add(List.of("all, layer by layer", Integer.toString(layers.size()), number(layersMilliseconds), "100.0 %", "-", "-",
                floorMilliseconds.map(PartProfile::number).orElse("-"), times(layersMilliseconds)));
        rows.add(List.of("all, in one go", "-", number(engineMilliseconds), "-", "-", "-",
                floorMilliseconds.map(PartProfile::number).orElse("-"), times(engineMilliseconds)));
        return Columns.align(rows);
    }

    private String times(double milliseconds) {
        return floorMilliseconds.map(least -> String.format(Locale.ROOT, "%.1f", milliseconds / least)).orElse("-");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.2f" : "%.3f", value);
    }
}
