package dev.maskforge.engine.tensorrt.binding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Which nodes of the network each layer of a plan computes, as TensorRT's inspector tells: by `Metadata`, where layers keep
/// that, or else by their names, which put together what they were fused of.
///
/// @param byLayer names of nodes by the layer's name
record LayerNodes(Map<String, List<String>> byLayer) {
    private static final Pattern ONNX_LAYER = Pattern.compile("\\[ONNX Layer: ([^\\]]*)\\]");
    private static final Pattern FOREIGN = Pattern.compile("\\{ForeignNode\\[([^\\]]*)\\]\\}");

    LayerNodes {
        byLayer = Map.copyOf(byLayer);
    }

    /// @param inspected the inspector's JSON; from what is none, nothing is learnt
    static LayerNodes of(String inspected) {
        Map<String, List<String>> byLayer = new HashMap<>();
        try {
            for (JsonNode layer : JsonMapper.shared().readTree(inspected).path("Layers")) {
                String name = layer.path("Name").asString("");
                List<String> nodes = ONNX_LAYER.matcher(layer.path("Metadata").asString("")).results().map(found -> found.group(1))
                        .distinct().toList();
                if (!name.isEmpty() && !nodes.isEmpty()) {
                    byLayer.put(name, nodes);
                }
            }
        } catch (JacksonException e) {
            System.getLogger(LayerNodes.class.getName()).log(System.Logger.Level.DEBUG, "what the inspector says is not read", e);
        }
        return new LayerNodes(byLayer);
    }

    /// Of one layer; what is not known is read from its name.
    List<String> nodes(String layer) {
        List<String> known = byLayer.get(layer);
        return known == null ? named(layer) : known;
    }

    /// Such as `a + b`, or `{ForeignNode[a...b]}` for all from a to b.
    private static List<String> named(String layer) {
        List<String> nodes = new ArrayList<>();
        for (String part : layer.split(" \\+ ", -1)) {
            List<String> ends = FOREIGN.matcher(part).results().map(MatchResult::group).toList();
            nodes.addAll(ends.isEmpty() ? List.of(part)
                    : Arrays.asList(part.replaceAll(".*\\{ForeignNode\\[|\\]\\}.*", "").split("\\.\\.\\.", -1)));
        }
        return nodes.stream().map(String::strip).filter(node -> !node.isEmpty()).toList();
    }
}
