package dev.maskforge.passes.precision;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The nodes that half precision must leave alone, and why:
///
/// - What comes before the first product (matrix product or convolution): the picture's normalisation, whose values reach
///   255, and positions, which are whole numbers up to the picture's size. It is cheap, or constant.
/// - What decides: whatever is compared, or is a graph's output, or goes into semantic inference or an ArgMax, back to the
///   product that gives it, that included. A sigmoid near its threshold has fewer than a dozen steps to 0.5 in half
///   precision, and a flipped mask changes the layers after it.
/// - What half precision cannot hold: constants beyond 65504, and results measured beyond [HalfPrecision#LARGEST].
/// - Operations that are named to it, and foreign ones and subgraphs, whose types are their own.
final class SingleNodes {
    private static final float LARGEST_HALF = 65504;

    private final Graph graph;
    private final Set<Class<? extends Operation>> single;
    private final Ranges ranges;
    private final Map<String, Node> producers = new HashMap<>();
    private final Set<String> nodes = new HashSet<>();

    private SingleNodes(Graph graph, Set<Class<? extends Operation>> single, Ranges ranges) {
        this.graph = graph;
        this.single = single;
        this.ranges = ranges;
        graph.nodes().forEach(node -> node.outputs().forEach(output -> producers.put(output, node)));
    }

    /// Their names.
    static Set<String> of(Graph graph, Set<Class<? extends Operation>> single, Ranges ranges) {
        SingleNodes found = new SingleNodes(graph, single, ranges);
        found.findUnprepared();
        found.findDeciding();
        graph.nodes().stream().filter(found::cannotBeHalf).forEach(node -> found.nodes.add(node.name()));
        return Set.copyOf(found.nodes);
    }

    private void findUnprepared() {
        Set<String> beforeProducts = new HashSet<>(graph.inputs());
        beforeProducts.addAll(graph.initializers().keySet());
        for (Node node : graph.nodes()) {
            if (!computes(node.operation()) && beforeProducts.containsAll(node.inputs())) {
                beforeProducts.addAll(node.outputs());
                nodes.add(node.name());
            }
        }
    }

    /// Whether the node is one of those that the time goes into.
    private static boolean computes(Operation operation) {
        return isProduct(operation) || switch (operation) {
            case Operation.Attention _,Operation.DeformableAttention _,Operation.LayerNormalization _,Operation.GroupNormalization _ ->
                true;
            default -> false;
        };
    }

    private static boolean isProduct(Operation operation) {
        return switch (operation) {
            case Operation.Conv _,Operation.FusedConv _,Operation.FeedForward _,Operation.MatMul _,Operation.Linear _ -> true;
            default -> false;
        };
    }

    private void findDeciding() {
        Deque<String> values = new ArrayDeque<>(graph.outputs());
        graph.nodes().stream().filter(node -> decides(node.operation())).forEach(node -> {
            nodes.add(node.name());
            values.addAll(node.inputs());
        });
        Set<String> seen = new HashSet<>();
        while (!values.isEmpty()) {
            String value = values.pop();
            Node node = producers.get(value);
            if (node == null || !seen.add(value) || graph.type(value).dataType() != DataType.FLOAT32) {
                continue;
            }
            if (isProduct(node.operation()) || graph.outputs().contains(value)) {
                nodes.add(node.name());
            }
            if (handsOn(node.operation())) {
                nodes.add(node.name());
                values.addAll(node.inputs());
            }
        }
    }

    private static boolean decides(Operation operation) {
        return switch (operation) {
            case Operation.Binary(BinaryFunction function) -> function.isComparison();
            case Operation.ArgMax _,Operation.SemanticInference _,Operation.SemanticLabels _ -> true;
            default -> false;
        };
    }

    /// Whether a result is as exact as what goes in.
    private static boolean handsOn(Operation operation) {
        return switch (operation) {
            case Operation.Unary _,Operation.Binary _,Operation.Where _,Operation.Softmax _,Operation.Reduce _,Operation.Reshape _,Operation.Transpose _,Operation.Concat _,Operation.Slice _,Operation.Expand _,Operation.Resize _,Operation.Cast _ ->
                true;
            default -> false;
        };
    }

    private boolean cannotBeHalf(Node node) {
        return single.contains(node.operation().getClass()) || hasTypesOfItsOwn(node.operation())
                || node.outputs().stream().anyMatch(output -> ranges.largest().getOrDefault(output, 0f) > HalfPrecision.LARGEST)
                || node.inputs().stream().anyMatch(this::isConstantBeyondHalf);
    }

    private static boolean hasTypesOfItsOwn(Operation operation) {
        return switch (operation) {
            case Operation.Foreign _,Operation.Cast _,Operation.Range _,Operation.Sizes _,Operation.GridSample _,Operation.Subgraph _ ->
                true;
            default -> false;
        };
    }

    private boolean isConstantBeyondHalf(String name) {
        Tensor constant = graph.initializers().get(name);
        return constant != null && constant.dataType() == DataType.FLOAT32 && Ranges.magnitude(constant) > LARGEST_HALF;
    }
}
