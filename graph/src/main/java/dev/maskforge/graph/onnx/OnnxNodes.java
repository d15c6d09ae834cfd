package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// The nodes and constants of an ONNX graph as they are collected: those that stand for a graph's own, and the helpers
/// between them, which get names of their own.
final class OnnxNodes {
    /// Where the helpers live: `sizes/Mul_3`, and the constant `sizes/1,64,-1`.
    private static final String SCOPE = "sizes/";

    private final List<OnnxNode> nodes = new ArrayList<>();
    private final SequencedMap<String, Tensor> constants = new LinkedHashMap<>();
    private final Map<String, String> constantNames = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final Set<String> taken;

    OnnxNodes(Graph graph) {
        this.taken = new HashSet<>(graph.types().keySet());
        graph.nodes().forEach(node -> taken.add(node.name()));
    }

    List<OnnxNode> nodes() {
        return nodes;
    }

    /// The constants that the graph does not have itself.
    SequencedMap<String, Tensor> constants() {
        return constants;
    }

    void add(OnnxNode node) {
        nodes.add(node);
    }

    /// Adds a helper; gives the name of its output.
    String add(String type, List<String> inputs, Map<String, Attribute> attributes) {
        String name = unique(SCOPE + type);
        add(new OnnxNode(type, name, inputs, List.of(name), attributes));
        return name;
    }

    /// The name of an int64 constant of shape [number of elements]; equal ones share it.
    String vector(long... elements) {
        return constant(Arrays.toString(elements).replaceAll("[\\[\\] ]", ""), Tensor.of(Shape.of(elements.length), elements));
    }

    /// The name of an int64 constant of shape []; equal ones share it.
    String scalar(long element) {
        return constant("scalar/" + element, Tensor.of(new Shape(List.of()), element));
    }

    private String constant(String text, Tensor tensor) {
        return constantNames.computeIfAbsent(text, _ -> {
            String name = unique(SCOPE + text);
            constants.put(name, tensor);
            return name;
        });
    }

    private String unique(String wanted) {
        String name;
        do {
            int count = counts.merge(wanted, 1, Integer::sum);
            name = count == 1 ? wanted : wanted + "_" + (count - 1);
        } while (!taken.add(name));
        return name;
    }
}
