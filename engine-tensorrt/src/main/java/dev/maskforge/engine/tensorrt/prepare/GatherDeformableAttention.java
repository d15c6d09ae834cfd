package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionProgram;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.Rewriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/// DeformableAttention of columns, with the sums that give offsets and logits their positions, as a [DeformableAttentionProgram] computes
/// them -> one Subgraph.
///
/// Exact: the same nodes compute the same; the kernel does not even round the sums. A runtime writes them to memory, and reads the
/// product and the table for that, from where the kernel can read them as well.
///
/// Tables are what follows from no input. Those of constant sizes become constants, however large: a runtime folds what its own
/// kernels take, but would copy what it hands on at each run. Tables of free sizes are computed at each run, as they are anyhow.
record GatherDeformableAttention() implements Pass {
    @Override
    public String name() {
        return "gather deformable attention and its positions";
    }

    @Override
    public Outcome apply(Graph graph) {
        Graph used = new RemoveUnused().apply(graph).graph();
        SequencedMap<Node, DeformableAttentionProgram.Match> matches = matches(used);
        Set<String> tables = new TreeSet<>();
        matches.values().forEach(match -> tables.addAll(match.tables()));
        Optional<Graph> folded = matches.isEmpty() ? Optional.empty() : withConstants(used, tables);
        return folded.map(GatherDeformableAttention::gathered).orElse(Outcome.unchanged(graph));
    }

    private static Outcome gathered(Graph graph) {
        SequencedMap<Node, List<Node>> groups = new LinkedHashMap<>();
        matches(graph).forEach((node, match) -> groups.put(node, graph.nodes().stream().filter(match.nodes()::contains).toList()));
        return Subgraphs.replace(graph, groups, "deformable_attention");
    }

    private static SequencedMap<Node, DeformableAttentionProgram.Match> matches(Graph graph) {
        Set<String> ofInputs = Neighbours.ofInputs(graph);
        SequencedMap<Node, DeformableAttentionProgram.Match> matches = new LinkedHashMap<>();
        graph.nodes().forEach(node -> DeformableAttentionProgram.matching(graph, node, table -> !ofInputs.contains(table))
                .ifPresent(match -> matches.put(node, match)));
        return matches;
    }

    /// The graph with those tables as constants that have constant sizes; nothing if the interpreter does not know what computes them.
    private static Optional<Graph> withConstants(Graph graph, Set<String> tables) {
        List<String> computed = tables.stream()
                .filter(table -> !graph.initializers().containsKey(table) && graph.type(table).shape().isConstant()).toList();
        if (computed.isEmpty()) {
            return Optional.of(graph);
        }
        Graph above = new RemoveUnused().apply(new Graph(graph.inputs(), computed, graph.nodes(), graph.initializers(), graph.types(),
                graph.metadata()))
                .graph();
        try {
            Graph closed = new Graph(List.of(), computed, above.nodes(), above.initializers(), above.types(), new LinkedHashMap<>());
            Map<String, Tensor> constants = Interpreter.run(closed, Map.of());
            Outcome replaced = Rewriter.rewrite(graph, (node, _, place) -> Optional.ofNullable(constants.get(node.outputs().getFirst()))
                    .filter(_ -> node.outputs().size() == 1).map(constant -> place.builder().initializer(node.output(), constant)));
            return Optional.of(new RemoveUnused().apply(replaced.graph()).graph());
        } catch (IllegalArgumentException _) {
            // Sizes of what is on the way may be free all the same, or the operation somebody else's.
            return Optional.empty();
        }
    }
}
