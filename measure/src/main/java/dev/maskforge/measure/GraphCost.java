package dev.maskforge.measure;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.Binding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Stream;

/// What the nodes of a graph cost, as it is written: no operation fused with another, none left out.
///
/// @param nodes           with what they cost, in the graph's order
/// @param uncounted       names of the nodes that cannot be counted: operations that are not known, or sizes that only
///                        running tells
/// @param compulsoryBytes what any engine must read and write at least: constants and inputs once, outputs once
public record GraphCost(SequencedMap<Node, Cost> nodes, List<String> uncounted, long compulsoryBytes) {
    private static final TensorType LEFT_OUT = new TensorType(DataType.BOOL, Shape.of(0L));

    /// Counts a graph.
    ///
    /// @param sizes of its symbols
    /// @throws ArithmeticException if a count does not fit in 64 bits
    public static GraphCost of(Graph graph, Map<String, Long> sizes) {
        SequencedMap<Node, Cost> nodes = new LinkedHashMap<>();
        List<String> uncounted = new ArrayList<>();
        for (Node node : graph.nodes()) {
            cost(graph, node, sizes).ifPresentOrElse(cost -> nodes.put(node, cost), () -> uncounted.add(node.name()));
        }
        long compulsory = Stream.of(graph.inputs(), graph.outputs(), graph.initializers().keySet()).flatMap(names -> names.stream())
                .mapToLong(name -> bytes(sized(graph, name, sizes)).orElse(0L)).sum();
        return new GraphCost(nodes, List.copyOf(uncounted), compulsory);
    }

    private static Optional<Cost> cost(Graph graph, Node node, Map<String, Long> sizes) {
        List<TensorType> inputs = node.inputs().stream().map(name -> sized(graph, name, sizes)).toList();
        List<TensorType> outputs = node.outputs().stream().filter(name -> !name.isEmpty()).map(name -> sized(graph, name, sizes)).toList();
        if (outputs.isEmpty() || !Stream.concat(inputs.stream(), outputs.stream()).allMatch(type -> type.shape().isConstant())) {
            return Optional.empty();
        }
        return Arithmetic
                .flops(Binding.bind(node.operation(), sizes), inputs.stream().map(TensorType::shape).toList(), outputs.getFirst().shape())
                .map(flops -> new Cost(flops.product(), flops.other(), bytesRead(node.operation(), inputs, outputs),
                        bytesWritten(node.operation(), outputs)));
    }

    /// What takes part of its data reads no more than that; the same elements under another shape move nowhere.
    private static long bytesRead(Operation operation, List<TensorType> inputs, List<TensorType> outputs) {
        return switch (operation) {
            case Operation.Reshape _,Operation.Sizes _,Operation.Range _ -> 0;
            case Operation.Slice _,Operation.Expand _ -> Math.min(sum(inputs), sum(outputs));
            case Operation.Gather _ -> sum(outputs) + sum(inputs.subList(1, inputs.size()));
            default -> sum(inputs);
        };
    }

    private static long bytesWritten(Operation operation, List<TensorType> outputs) {
        return operation instanceof Operation.Reshape ? 0 : sum(outputs);
    }

    private static long sum(List<TensorType> types) {
        return types.stream().mapToLong(type -> bytes(type).orElse(0L)).sum();
    }

    private static Optional<Long> bytes(TensorType type) {
        return type.shape().isConstant() ? Optional.of(type.shape().elementCount() * type.dataType().bytes()) : Optional.empty();
    }

    private static TensorType sized(Graph graph, String value, Map<String, Long> sizes) {
        if (value.isEmpty()) {
            return LEFT_OUT;
        }
        TensorType type = graph.type(value);
        return new TensorType(type.dataType(), type.shape().with(sizes));
    }

    public Cost total() {
        return nodes.values().stream().reduce(Cost.NONE, Cost::plus);
    }

    /// The costs by part.
    ///
    /// @param part of a node, such as the first names in its scope
    public SequencedMap<String, Cost> by(Function<Node, String> part) {
        SequencedMap<String, Cost> parts = new LinkedHashMap<>();
        nodes.forEach((node, cost) -> parts.merge(part.apply(node), cost, Cost::plus));
        return parts;
    }
}
