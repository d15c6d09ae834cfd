package dev.maskforge.engine.tensorrt.binding;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class LayerNodesTest {
    @Test
    void metadataTellsNodes() {
        LayerNodes nodes = LayerNodes.of("""
                {"Layers": [{"Name": "__myl_FcAdd_myl0_1", "LayerType": "gemm",
                             "Metadata": "[ONNX Layer: backbone.res2.0.conv1/Conv]\\u001e[ONNX Layer: backbone.res2.0/Relu]"},
                            {"Name": "silent", "Metadata": ""}, "without more"], "Bindings": []}
                """);
        assertEquals(List.of("backbone.res2.0.conv1/Conv", "backbone.res2.0/Relu"), nodes.nodes("__myl_FcAdd_myl0_1"));
        assertEquals(List.of("silent"), nodes.nodes("silent"));
    }

    @Test
    void namesTellNodesWhereNothingElseDoes() {
        LayerNodes nodes = new LayerNodes(Map.of());
        assertEquals(List.of("a/Conv", "a/Relu"), nodes.nodes("a/Conv + a/Relu"));
        assertEquals(List.of("a/Conv", "b/Add"), nodes.nodes("{ForeignNode[a/Conv...b/Add]}"));
    }

    @Test
    void whatIsNoJsonTellsNothing() {
        assertEquals(Map.of(), LayerNodes.of("no JSON").byLayer());
        assertEquals(Map.of(), LayerNodes.of("").byLayer());
        assertEquals(Map.of(), LayerNodes.of("[1, 2]").byLayer());
    }
}
