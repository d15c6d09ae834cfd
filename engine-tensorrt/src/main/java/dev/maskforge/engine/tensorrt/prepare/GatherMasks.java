package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.tensorrt.kernels.masks.MasksProgram;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.RemoveUnused;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Masks of queries, as a [MasksProgram] computes them -> one Subgraph.
///
/// Exact: the same nodes compute the same. A runtime casts features to float32 for the product, since sums of float16 would move logits
/// near 0 across it, and changes their layout; what is asked of the logits is up to four more launches.
///
/// Layers that look at the same features share how these are joined and cast; each Subgraph has nodes for that of its own.
record GatherMasks() implements Pass {
    private static final float LARGEST_HALF = 65_504;

    @Override
    public String name() {
        return "gather masks of queries";
    }

    @Override
    public Outcome apply(Graph graph) {
        Graph used = new RemoveUnused().apply(graph).graph();
        Neighbours neighbours = Neighbours.of(used);
        SequencedMap<Node, List<Node>> groups = new LinkedHashMap<>();
        Set<Node> within = new HashSet<>();
        // From the end, for what is asked of logits before the logits.
        for (Node node : used.nodes().reversed()) {
            boolean mayEnd = node.operation() instanceof Operation.Reshape || node.operation() instanceof Operation.Binary;
            if (mayEnd && !within.contains(node)) {
                MasksProgram.matching(used, node.output())
                        .filter(match -> MapBorders.canBe(used, match.program().features().value(), neighbours))
                        .filter(match -> fitIntoFactors(used, match.program()))
                        .map(MasksProgram.Match::nodes).ifPresent(nodes -> {
                            within.addAll(nodes);
                            groups.put(node, inOrder(used, nodes));
                        });
            }
        }
        return groups.isEmpty() ? Outcome.unchanged(graph) : Subgraphs.replace(used, groups, "masks");
    }

    /// With features of float16 embeddings of float32 are rounded to it: those that are computed may be too large.
    private static boolean fitIntoFactors(Graph graph, MasksProgram program) {
        DataType embeddings = program.embeddings().type().dataType();
        if (program.features().type().dataType() == embeddings) {
            return true;
        }
        return Optional.ofNullable(graph.initializers().get(program.embeddings().value())).stream()
                .anyMatch(GatherMasks::fitsIntoHalves);
    }

    private static boolean fitsIntoHalves(Tensor constant) {
        for (float element : constant.toFloats()) {
            if (!(Math.abs(element) <= LARGEST_HALF)) {
                return false;
            }
        }
        return true;
    }

    private static List<Node> inOrder(Graph graph, Set<Node> nodes) {
        return graph.nodes().stream().filter(nodes::contains).toList();
    }
}
