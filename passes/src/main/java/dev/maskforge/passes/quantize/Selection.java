package dev.maskforge.passes.quantize;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.passes.Pass.Refusal;
import dev.maskforge.passes.quantize.Calibration.Observation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Which nodes of a graph compute with integers.
///
/// @param structure of the graph
/// @param layers    the first outputs of convolutions and linear layers that do
/// @param sums      those of additions that do: both sides are integers already
/// @param refusals  the layers that stay in float32, and why
record Selection(Structure structure, Set<String> layers, Set<String> sums, List<Refusal> refusals) {
    /// A linear layer on fewer rows than this, such as one on queries, takes less time than its conversions.
    private static final long FEWEST_ROWS = 256;
    /// Below this ratio eight bits say too little of what a layer takes or gives. A normal distribution cut at four
    /// deviations has 41 dB, one with rare, far outliers some 20.
    private static final double LEAST_SIGNAL_TO_NOISE = 15;

    /// The values of which ranges are needed.
    static Set<String> observed(Graph graph) {
        Structure structure = new Structure(graph);
        Kinds kinds = new Kinds(structure);
        Set<String> observed = new TreeSet<>();
        for (Node node : graph.nodes()) {
            if (Kinds.isWeighted(node) && kinds.objection(node).isEmpty()) {
                observed.add(node.inputs().getFirst());
                if (node.operation() instanceof Operation.Conv) {
                    observed.add(structure.result(node));
                }
            } else if (isSum(node.operation()) && node.inputs().stream().allMatch(observed::contains)) {
                observed.add(structure.result(node));
            }
        }
        return observed;
    }

    static Selection of(Graph graph, Calibration calibration) {
        Structure structure = new Structure(graph);
        Kinds kinds = new Kinds(structure);
        Set<String> layers = new HashSet<>();
        Set<String> sums = new HashSet<>();
        List<Refusal> refusals = new ArrayList<>();
        Set<String> integers = new HashSet<>();
        for (Node node : graph.nodes()) {
            if (Kinds.isWeighted(node)) {
                Optional<String> objection = kinds.objection(node).or(() -> objection(structure, node, calibration));
                objection.ifPresent(reason -> refusals.add(new Refusal(node.name(), reason)));
                if (objection.isEmpty()) {
                    layers.add(node.output());
                }
                if (objection.isEmpty() && node.operation() instanceof Operation.Conv) {
                    integers.add(structure.result(node));
                }
            } else if (isSum(node.operation()) && integers.containsAll(node.inputs())
                    && graph.type(node.inputs().get(0)).equals(graph.type(node.inputs().get(1)))
                    && calibration.find(structure.result(node)).isPresent() && !structure.isOutput(structure.result(node))) {
                sums.add(node.output());
                integers.add(structure.result(node));
            }
        }
        return new Selection(structure, layers, sums, refusals);
    }

    private static boolean isSum(Operation operation) {
        return operation instanceof Operation.Binary(var function) && function == Operation.BinaryFunction.ADD;
    }

    /// What the measured ranges say against it.
    private static Optional<String> objection(Structure structure, Node node, Calibration calibration) {
        String input = node.inputs().getFirst();
        Optional<Observation> taken = calibration.find(input);
        if (taken.isEmpty()) {
            return Optional.of("no range of what it takes was measured");
        }
        if (node.operation() instanceof Operation.Linear) {
            long rows = taken.get().elements() / structure.graph().type(input).shape().get(-1).size();
            if (rows < FEWEST_ROWS) {
                return Optional.of("its " + rows + " rows are too few to gain");
            }
            return coarse("takes", taken.get());
        }
        Optional<Observation> given = calibration.find(structure.result(node));
        if (given.isEmpty()) {
            return Optional.of("no range of what it gives was measured");
        }
        return coarse("takes", taken.get()).or(() -> coarse("gives", given.get()));
    }

    private static Optional<String> coarse(String does, Observation observation) {
        return observation.signalToNoise() >= LEAST_SIGNAL_TO_NOISE
                ? Optional.empty()
                : Optional.of(String.format(Locale.ROOT, "8 bits are too coarse for what it %s: %.0f dB", does,
                        observation.signalToNoise()));
    }

    boolean isLayer(Node node) {
        return node.outputs().size() == 1 && layers.contains(node.output());
    }

    boolean isLinearLayer(Node node) {
        return isLayer(node) && node.operation() instanceof Operation.Linear;
    }

    /// Whether the node gives integers: a convolution or sum among the selected, or the ReLU behind one.
    boolean givesIntegers(Node node) {
        if (node.outputs().size() != 1 || isLinearLayer(node)) {
            return false;
        }
        boolean isSelected = layers.contains(node.output()) || sums.contains(node.output());
        if (isSelected) {
            return structure.result(node).equals(node.output());
        }
        return node.operation() instanceof Operation.Unary && structure.producer(node.inputs().getFirst())
                .filter(producer -> producer.outputs().size() == 1
                        && (sums.contains(producer.output()) || layers.contains(producer.output()) && !isLinearLayer(producer)))
                .filter(producer -> structure.result(producer).equals(node.output())).isPresent();
    }
}
