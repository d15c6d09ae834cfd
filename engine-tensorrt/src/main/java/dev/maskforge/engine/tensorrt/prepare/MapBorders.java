package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.tensorrt.steps.ChannelsLast;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import java.util.Set;

/// Which values of a graph can lie in memory with their [channels last][ChannelsLast].
final class MapBorders {
    /// Kernels of ours that take or give maps with their channels last.
    private static final Set<String> WITH_LAYOUT = Set.of(KernelSteps.GROUP_NORMALIZATION, KernelSteps.MASKS, KernelSteps.STEM);

    private MapBorders() {
    }

    /// Whether all that a prepared graph would have of them can: what came after they were chosen may have made one of two values, or a
    /// constant.
    static boolean areKept(Graph graph) {
        Neighbours neighbours = Neighbours.of(graph);
        return graph.nodes().stream().flatMap(node -> ChannelsLast.of(node, graph.types()).stream())
                .allMatch(value -> canBe(graph, value, neighbours));
    }

    /// Whether TensorRT or a kernel that gives maps like that gives a value, and only TensorRT and kernels that take them so take it.
    static boolean canBe(Graph graph, String value, Neighbours neighbours) {
        return !graph.outputs().contains(value)
                && neighbours.giver(value).filter(node -> !KernelSteps.name(node).equals(KernelSteps.MASKS) && leavesLayout(node))
                        .isPresent()
                && neighbours.takers(value).stream().allMatch(MapBorders::leavesLayout);
    }

    /// Other kernels of ours that take or give maps have their channels first.
    private static boolean leavesLayout(Node node) {
        return switch (node.operation()) {
            case Operation.Pixels _,Operation.SemanticLabels _ -> false;
            case Operation.Subgraph _ -> WITH_LAYOUT.contains(KernelSteps.name(node));
            default -> true;
        };
    }
}
