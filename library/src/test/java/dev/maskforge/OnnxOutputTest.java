package dev.maskforge;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.OnnxBorder;
import dev.maskforge.graph.text.GraphText;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

class OnnxOutputTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "labels: uint8[n, 2, 3]                                                 | Labels[name=labels]",
            "scores: float32[1, 5, 2, 3], labels: int64[1, 2, 3]                     | Scores[name=scores] Labels[name=labels]",
            "labels: int64[1, 2, 3], scores: float32[1, 5, 2, 3]                     | Scores[name=scores] Labels[name=labels]",
            "output: float32[1, 5, 2, 3]                                            | Scores[name=output]",
            "output: float32[1, 5, a, b]                                            | Scores[name=output]",
            "pred_masks: float32[1, 9, 1, 1], pred_logits: float32[1, 9, 6]         | Logits[classes=pred_logits, masks=pred_masks]",
            "pred_masks: float32[1, 9, a, b], pred_logits: float32[1, 9, 6]         | Logits[classes=pred_logits, masks=pred_masks]",
            "class_queries_logits: float32[1, 9, 6], masks_queries_logits: float32[1, 9, 1, 1], more: float32[1, 7, 2, 3] "
                    + "| Logits[classes=class_queries_logits, masks=masks_queries_logits] Scores[name=more]",
            "small: float32[1, 7, 1, 1], whole: float32[1, 7, 2, 3]                  | Scores[name=whole]",
            "one: float32[1, 7, 2, 3], other: float32[1, 7, 2, 3]                   | none",
            "output: float32[1, 5, 4, 6]                                            | Scores[name=output]",
            "output: bool[1, 2, 3]                                                 | none",
            "output: float32[1, 1000]                                               | none"})
    void waysAreToldByTypesAndNames(String outputs, String expected) {
        Graph graph = GraphText.parse("(" + outputs + ") -> (y) {\n  y = Range{length=1}()\n}\n");
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        graph.inputs().forEach(name -> types.put(name, graph.type(name)));
        OnnxBorder border = new OnnxBorder(new LinkedHashMap<>(), types, new LinkedHashMap<>());
        String found = OnnxOutput.all(border, Shape.of(1, 3, 2, 3)).stream().map(Object::toString).collect(Collectors.joining(" "));
        assertEquals(expected, found.isEmpty() ? "none" : found);
    }
}
