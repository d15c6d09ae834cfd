package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.Partition;
import dev.maskforge.engine.tensorrt.kernels.normalization.GroupNormalizationProgram;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.TensorType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The values `[N, C, H, W]` between the steps of a plan that lie in memory as `[N, H, W, C]`: those that the kernel of group
/// normalisation takes and gives. Steps of TensorRT's take and give them like that, too.
public final class ChannelsLast {
    private ChannelsLast() {
    }

    /// Those that steps take and give.
    public static Set<String> of(Stream<Partition.Step.Kernel> steps) {
        Set<String> channelsLast = new HashSet<>();
        steps.filter(step -> isGroupNormalization(step.node())).forEach(step -> {
            addMaps(step.node().inputs(), step.inputs(), channelsLast);
            addMaps(step.node().outputs(), step.outputs(), channelsLast);
        });
        return Set.copyOf(channelsLast);
    }

    private static void addMaps(List<String> values, List<TensorType> types, Set<String> channelsLast) {
        IntStream.range(0, values.size()).filter(i -> types.get(i).shape().rank() == 4).mapToObj(values::get).forEach(channelsLast::add);
    }

    /// Whether all that a prepared graph would have of them can be: what comes after they were chosen may have made one of two values, or a
    /// constant.
    static boolean canBe(Graph graph) {
        Neighbours neighbours = Neighbours.of(graph);
        return graph.nodes().stream().filter(ChannelsLast::isGroupNormalization)
                .flatMap(node -> Stream.concat(node.inputs().stream(), node.outputs().stream()))
                .filter(value -> graph.type(value).shape().rank() == 4).allMatch(value -> canBe(graph, value, neighbours));
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
