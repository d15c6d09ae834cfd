package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.RemoveUnused;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// A decoder's nodes between two looks at the picture -> one Subgraph of them.
///
/// Exact: the same nodes compute the same. A hundred queries are little work: on a GPU each of some fifteen nodes a layer takes
/// as long as its launch does, and a kernel that does all of them is launched once.
///
/// What belongs together is told by levels. A node's level is the largest of those of its inputs, where an input that one
/// of the [QueryNodes] gives to a node that is none of them counts one more: so often does a way from the graph's inputs leave
/// the queries. Levels never fall along a way, and rise where it leaves the queries. A Subgraph is made of nodes of one level
/// that are connected by edges between such nodes. A way that leaves it and comes back would stay on its level, so that it never
/// leaves the queries; but its first step out of the Subgraph, to a node of queries on the same level, is such an edge: there is
/// no such way, and the graph has no cycle. By level, and within a level the queries last, nodes stand in an order in
/// which they can run, each level's queries side by side.
///
/// @param type    of the values that are computed with
/// @param refusal why the kernel does not take a Subgraph's graph, if it does not; its nodes then stay as they are
record GatherQueries(DataType type, Function<Graph, Optional<String>> refusal) implements Pass {
    static final String NAME = "gather what computes with queries";
    /// One product, with what is around it, is a launch in a network too.
    private static final int FEWEST_PRODUCTS = 2;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Outcome apply(Graph graph) {
        // What nobody takes would be a Subgraph without outputs.
        Graph used = new RemoveUnused().apply(graph).graph();
        Neighbours neighbours = Neighbours.of(used);
        Set<Node> queries = QueryNodes.of(used, type, neighbours);
        Map<Node, Integer> levels = levels(used, queries, neighbours);
        List<Node> order = used.nodes().stream().sorted(Comparator.<Node>comparingInt(levels::get).thenComparing(queries::contains))
                .toList();
        List<Refusal> refusals = new ArrayList<>();
        Map<Node, List<Node>> gathered = gathered(used, order, queries, levels, neighbours, refusals);
        Outcome outcome = gathered.isEmpty() ? Outcome.unchanged(graph) : Subgraphs.gather(used, order, gathered, "queries", neighbours);
        return new Outcome(outcome.graph(), outcome.matches(), refusals);
    }

    private static Map<Node, Integer> levels(Graph graph, Set<Node> queries, Neighbours neighbours) {
        Map<Node, Integer> levels = new HashMap<>();
        for (Node node : graph.nodes()) {
            boolean isOutside = !queries.contains(node);
            int level = node.inputs().stream().flatMap(input -> neighbours.giver(input).stream())
                    .mapToInt(giver -> levels.getOrDefault(giver, 0) + (isOutside && queries.contains(giver) ? 1 : 0)).max().orElse(0);
            levels.put(node, level);
        }
        return levels;
    }

    /// What is gathered, in an order in which it can run, by its first node.
    private Map<Node, List<Node>> gathered(Graph graph, List<Node> order, Set<Node> queries, Map<Node, Integer> levels,
            Neighbours neighbours, List<Refusal> refusals) {
        Set<Node> seen = new HashSet<>();
        Map<Node, List<Node>> gathered = new HashMap<>();
        for (Node node : order) {
            if (!queries.contains(node) || seen.contains(node)) {
                continue;
            }
            Set<Node> connected = neighbours.reached(List.of(node),
                    (_, next) -> queries.contains(next) && levels.getOrDefault(next, 0).equals(levels.getOrDefault(node, 0)));
            seen.addAll(connected);
            if (connected.stream().filter(member -> member.operation() instanceof Operation.Linear).count() >= FEWEST_PRODUCTS) {
                List<Node> members = order.stream().filter(connected::contains).toList();
                Optional<String> refused = refusal.apply(Subgraphs.of(graph, members, neighbours).graph());
                refused.ifPresent(reason -> refusals.add(new Refusal(node.name(), reason)));
                if (refused.isEmpty()) {
                    gathered.put(members.getFirst(), members);
                }
            }
        }
        return gathered;
    }
}
