package dev.maskforge.measure;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.TensorType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;

/// What a part of a graph costs.
///
/// @param flops           of its nodes
/// @param compulsoryBytes that the part cannot do without if all within it is fused: its constants, and what it takes from and
///                        gives to other parts, each once
public record PartCost(Cost flops, long compulsoryBytes) {
    /// The parts of a graph, in its order.
    ///
    /// @param sizes of its symbols
    /// @param part  of a node, such as the first names in its scope
    public static SequencedMap<String, PartCost> of(Graph graph, Map<String, Long> sizes, Function<Node, String> part) {
        SequencedMap<String, Cost> costs = GraphCost.of(graph, sizes).by(part);
        Map<String, String> makers = new HashMap<>();
        graph.nodes().forEach(node -> node.outputs().forEach(output -> makers.put(output, part.apply(node))));
        Map<String, Set<String>> values = new HashMap<>();
        for (Node node : graph.nodes()) {
            String own = part.apply(node);
            for (String input : node.inputs()) {
                String maker = makers.getOrDefault(input, "");
                if (!input.isEmpty() && !own.equals(maker)) {
                    values.computeIfAbsent(own, _ -> new HashSet<>()).add(input);
                    values.computeIfAbsent(maker, _ -> new HashSet<>()).add(input);
                }
            }
        }
        graph.outputs().forEach(output -> values.computeIfAbsent(makers.getOrDefault(output, ""), _ -> new HashSet<>()).add(output));
        SequencedMap<String, PartCost> parts = new LinkedHashMap<>();
        costs.forEach((name, cost) -> parts.put(name, new PartCost(cost,
                values.getOrDefault(name, Set.of()).stream().mapToLong(value -> bytes(graph.type(value), sizes).orElse(0L)).sum())));
        return parts;
    }

    private static Optional<Long> bytes(TensorType type, Map<String, Long> sizes) {
        var shape = type.shape().with(sizes);
        return shape.isConstant() ? Optional.of(shape.elementCount() * type.dataType().bytes()) : Optional.empty();
    }
}
