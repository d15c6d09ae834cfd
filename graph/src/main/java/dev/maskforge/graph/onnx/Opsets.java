package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The versions of the operator sets that a model imports, by domain; ONNX's own domain is the empty name.
record Opsets(SortedMap<String, Long> versions) {
    /// Where a graph keeps the versions that its foreign operations were written for: `=20 com.microsoft=1`.
    static final String METADATA_KEY = "onnx.opsets";

    Opsets {
        versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
    }

    /// ONNX's own version.
    long main() {
        return versions.getOrDefault("", (long) OnnxWriter.OPSET);
    }

    /// What a graph is to be written in: opset 17, unless it has operations that came in another.
    static Opsets of(Graph graph) {
        Map<String, Long> stated = parse(graph.metadata().getOrDefault(METADATA_KEY, ""));
        SortedMap<String, Long> versions = new TreeMap<>();
        versions.put("", (long) OnnxWriter.OPSET);
        graph.nodes().forEach(node -> {
            if (node.operation() instanceof Operation.Foreign foreign) {
                versions.put(foreign.domain(), stated.getOrDefault(foreign.domain(), foreign.domain().isEmpty() ? OnnxWriter.OPSET : 1L));
            }
        });
        return new Opsets(versions);
    }

    private static Map<String, Long> parse(String text) {
        Map<String, Long> versions = new TreeMap<>();
        for (String item : text.split(" ", -1)) {
            int sign = item.lastIndexOf('=');
            if (sign >= 0 && item.substring(sign + 1).matches("[0-9]{1,9}")) {
                versions.put(item.substring(0, sign), Long.valueOf(item.substring(sign + 1)));
            }
        }
        return versions;
    }

    @Override
    public String toString() {
        return versions.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).collect(Collectors.joining(" "));
    }
}
