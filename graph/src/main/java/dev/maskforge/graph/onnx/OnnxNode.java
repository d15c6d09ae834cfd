package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Operation.Attribute;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A node as ONNX has it. Attributes are sorted, so that equal nodes are equal bytes.
record OnnxNode(String domain, String type, String name, List<String> inputs, List<String> outputs,
        SortedMap<String, Attribute> attributes) {
    OnnxNode {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    }

    OnnxNode(String type, String name, List<String> inputs, List<String> outputs, Map<String, Attribute> attributes) {
        this("", type, name, inputs, outputs, new TreeMap<>(attributes));
    }
}
