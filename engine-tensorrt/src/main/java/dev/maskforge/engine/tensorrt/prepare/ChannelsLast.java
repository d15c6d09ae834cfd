package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.Partition;
import dev.maskforge.engine.tensorrt.kernels.normalization.GroupNormalizationProgram;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/// The values `[N, C, H, W]` between the steps of a plan that lie in memory as `[N, H, W, C]`: those that the kernel of group
/// normalisation takes and gives. Steps of TensorRT's take and give them like that, too.
public final class ChannelsLast {
    private ChannelsLast() {
    }

    /// Those of a graph that is cut like this.
    public static Set<String> of(Graph graph, Partition partition) {
        Set<String> channelsLast = new HashSet<>();
        for (Partition.Step step : partition.steps()) {
            if (step instanceof Partition.Step.Kernel(Node node, _, _) && isGroupNormalization(node)) {
                Stream.concat(node.inputs().stream(), node.outputs().stream()).filter(value -> graph.type(value).shape().rank() == 4)
                        .forEach(channelsLast::add);
            }
        }
        return Set.copyOf(channelsLast);
    }

    /// Whether a value could be one of them: TensorRT or the kernel of group normalisation gives it, and only these take it.
    static boolean canBe(Graph graph, String value, Neighbours neighbours) {
        return !graph.outputs().contains(value) && neighbours.giver(value).filter(ChannelsLast::isOfEither).isPresent()
                && neighbours.takers(value).stream().allMatch(ChannelsLast::isOfEither);
    }

    /// Other kernels of ours that take or give maps have their channels first.
    private static boolean isOfEither(Node node) {
        return switch (node.operation()) {
            case Operation.Pixels _,Operation.SemanticLabels _ -> false;
            case Operation.Subgraph _ -> isGroupNormalization(node);
            default -> true;
        };
    }

    private static boolean isGroupNormalization(Node node) {
        return node.operation() instanceof Operation.Subgraph(Graph inner) && GroupNormalizationProgram.isFor(inner);
    }
}
