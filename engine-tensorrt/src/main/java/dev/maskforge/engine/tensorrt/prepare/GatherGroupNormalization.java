package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.tensorrt.kernels.normalization.GroupNormalizationProgram;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.RemoveUnused;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;

/// GroupNormalization, with what a [GroupNormalizationProgram] does around it -> one Subgraph of them.
///
/// Exact: the same nodes compute the same. Convolutions leave a picture's channels last in memory, and want them so; a runtime's
/// normalisation wants them first, so that between two convolutions of a feature pyramid there are two changes of layout and up to
/// six more launches.
///
/// Of a Subgraph only its last node's value is used elsewhere, so it stands where that one stood.
record GatherGroupNormalization() implements Pass {
    @Override
    public String name() {
        return "gather group normalisation and what follows it";
    }

    @Override
    public Outcome apply(Graph graph) {
        Graph used = new RemoveUnused().apply(graph).graph();
        Neighbours neighbours = Neighbours.of(used);
        SequencedMap<Node, List<Node>> groups = new LinkedHashMap<>();
        Set<Node> gathered = new HashSet<>();
        // From the end, for the longest of each.
        for (Node node : used.nodes().reversed()) {
            if (node.outputs().size() != 1 || gathered.contains(node)) {
                continue;
            }
            GroupNormalizationProgram.matching(used, node.output()).map(GroupNormalizationProgram.Match::nodes)
                    .filter(nodes -> nodes.stream().noneMatch(gathered::contains) && hasBorders(used, node, nodes, neighbours))
                    .ifPresent(nodes -> {
                        gathered.addAll(nodes);
                        groups.put(node, used.nodes().stream().filter(nodes::contains).toList());
                    });
        }
        return groups.isEmpty()
                ? Outcome.unchanged(graph)
                : Subgraphs.gather(used, used.nodes(), Map.copyOf(groups), "group_normalization", neighbours);
    }

    /// Whether all maps that go in or out can have their channels last.
    private static boolean hasBorders(Graph graph, Node last, Set<Node> nodes, Neighbours neighbours) {
        Stream<String> inputs = nodes.stream().flatMap(node -> node.inputs().stream())
                .filter(input -> neighbours.giver(input).stream().noneMatch(nodes::contains));
        return Stream.concat(inputs, Stream.of(last.output())).filter(value -> graph.type(value).shape().rank() == 4)
                .allMatch(value -> MapBorders.canBe(graph, value, neighbours));
    }
}
