package dev.maskforge.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A computation as a value: nodes in an order in which they can run, every value defined once and known by its name.
///
/// Made by [GraphBuilder], which infers the types; changed by making another one.
///
/// @param inputs       names of the inputs, in order
/// @param outputs      names of the outputs, in order
/// @param nodes        each node after those whose values it takes
/// @param initializers the constants, by name
/// @param types        the type of every value: inputs, constants, and what nodes give
/// @param metadata     free text by key, carried into files
public record Graph(List<String> inputs, List<String> outputs, List<Node> nodes, SequencedMap<String, Tensor> initializers,
        Map<String, TensorType> types, SequencedMap<String, String> metadata) {
    public Graph {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        nodes = List.copyOf(nodes);
        initializers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(initializers));
        types = Map.copyOf(types);
        metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    }

    /// The type of a value.
    ///
    /// @throws IllegalArgumentException if the graph has no such value
    public TensorType type(String value) {
        TensorType type = types.get(value);
        if (type == null) {
            throw new IllegalArgumentException("the graph has no value '" + value + "'");
        }
        return type;
    }

    public Graph withMetadata(SequencedMap<String, String> metadata) {
        return new Graph(inputs, outputs, nodes, initializers, types, metadata);
    }
}
