package dev.maskforge.engine;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// When each node of a [Partition] runs: the nodes of one even stage are one segment, those of an odd stage kernels, stage
/// after stage.
final class Stages {
    /// Before all: the stage of inputs and constants.
    private static final int START = -1;

    private final List<Node> nodes;
    private final boolean[] isOwn;
    private final int[] stages;
    /// By value, the node that gives it; none for inputs and constants.
    private final Map<String, Integer> givers = new HashMap<>();
    /// The values that a node of another stage takes.
    private final Set<String> leaving = new HashSet<>();

    private Stages(List<Node> nodes, Predicate<Node> own) {
        this.nodes = nodes;
        this.isOwn = new boolean[nodes.size()];
        this.stages = new int[nodes.size()];
        for (int i = 0; i < isOwn.length; i++) {
            isOwn[i] = own.test(nodes.get(i));
            for (String output : nodes.get(i).outputs()) {
                givers.put(output, i);
            }
        }
    }

    static Stages of(Graph graph, Predicate<Node> own) {
        Stages stages = new Stages(needed(graph), own);
        stages.runEarly();
        stages.delay(stages.followFromNoInput(graph));
        stages.markLeaving();
        return stages;
    }

    private static List<Node> needed(Graph graph) {
        Set<String> needed = new HashSet<>(graph.outputs());
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes().reversed()) {
            if (node.outputs().stream().anyMatch(needed::contains)) {
                nodes.addFirst(node);
                needed.addAll(node.inputs());
            }
        }
        return nodes;
    }

    private Stream<Integer> givers(int node) {
        return nodes.get(node).inputs().stream().filter(givers::containsKey).map(givers::get);
    }

    /// A segment takes what segments of its own stage give, a kernel what kernels of its own stage do.
    private void runEarly() {
        for (int i = 0; i < stages.length; i++) {
            int latest = givers(i).mapToInt(giver -> stages[giver]).max().orElse(START);
            boolean isOdd = latest % 2 != 0;
            stages[i] = isOdd == isOwn[i] ? latest : latest + 1;
        }
    }

    private boolean[] followFromNoInput(Graph graph) {
        Set<String> inputs = Set.copyOf(graph.inputs());
        boolean[] free = new boolean[stages.length];
        for (int i = 0; i < free.length; i++) {
            free[i] = !isOwn[i] && nodes.get(i).inputs().stream().noneMatch(inputs::contains) && givers(i).allMatch(giver -> free[giver]);
        }
        return free;
    }

    /// Moves the nodes that can be computed at any time to the first segment that takes what they give, or that runs before
    /// a kernel which does.
    private void delay(boolean[] nodesToDelay) {
        int[] firstTaken = new int[stages.length];
        Arrays.fill(firstTaken, Integer.MAX_VALUE);
        for (int i = stages.length - 1; i >= 0; i--) {
            if (nodesToDelay[i] && firstTaken[i] < Integer.MAX_VALUE) {
                stages[i] = firstTaken[i];
            }
            int segment = isOwn[i] ? stages[i] - 1 : stages[i];
            givers(i).forEach(giver -> firstTaken[giver] = Math.min(firstTaken[giver], segment));
        }
    }

    private void markLeaving() {
        for (int i = 0; i < stages.length; i++) {
            for (String input : nodes.get(i).inputs()) {
                Integer giver = givers.get(input);
                if (giver != null && stages[giver] != stages[i]) {
                    leaving.add(input);
                }
            }
        }
    }

    /// Whether a node of another stage takes a value.
    boolean leaves(String value) {
        return leaving.contains(value);
    }

    int nodeCount() {
        return nodes.size();
    }

    /// The nodes of each stage, in the graph's order; no stage is empty.
    List<List<Node>> inOrder() {
        List<List<Node>> ordered = new ArrayList<>();
        int last = Arrays.stream(stages).max().orElse(START);
        for (int stage = START; stage <= last; stage++) {
            List<Node> together = new ArrayList<>();
            for (int i = 0; i < stages.length; i++) {
                if (stages[i] == stage) {
                    together.add(nodes.get(i));
                }
            }
            if (!together.isEmpty()) {
                ordered.add(together);
            }
        }
        return ordered;
    }
}
