package dev.maskforge.cli.bench;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.Size;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class OutputFormTest {
    private static final Size SIZE = new Size(2, 3);

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "labels: uint8[n, 2, 3]                                                 | Labels[name=labels]",
            "scores: float32[1, 5, 2, 3], labels: int64[1, 2, 3]                     | Labels[name=labels]",
            "output: float32[1, 5, 2, 3]                                            | Scores[name=output]",
            "output: float32[1, 5, a, b]                                            | Scores[name=output]",
            "pred_masks: float32[1, 9, 1, 1], pred_logits: float32[1, 9, 6]         | Queries[classes=pred_logits, masks=pred_masks]",
            "pred_masks: float32[1, 9, a, b], pred_logits: float32[1, 9, 6]         | Queries[classes=pred_logits, masks=pred_masks]",
            "class_queries_logits: float32[1, 9, 6], masks_queries_logits: float32[1, 9, 1, 1], more: float32[1, 7, 8, 9] "
                    + "| Queries[classes=class_queries_logits, masks=masks_queries_logits]",
            "output: float32[1, 5, 4, 6]                                            | none",
            "output: bool[1, 2, 3]                                                 | none",
            "output: float32[1, 1000]                                               | none"})
    void formsAreToldByTypesAndNames(String outputs, String form) {
        Map<String, TensorType> types = new LinkedHashMap<>();
        var graph = GraphText.parse("(" + outputs + ") -> (y) {\n  y = Range{length=1}()\n}\n");
        graph.inputs().forEach(name -> types.put(name, graph.type(name)));
        assertEquals(form, OutputForm.of(types, SIZE).map(Object::toString).orElse("none"));
    }

    @Test
    void theFirstOfTheBestIsTheLabel() {
        Tensor scores = Tensor.of(Shape.of(1, 3, 1, 4), 1, 5, 0, Float.NaN, 2, 5, 0, 1, 3, 4, 0, 1);
        assertEquals(LabelMap.ofBytes(new byte[]{2, 0, 0, 1}, 1, 4), LabelTensors.best(scores));
    }

    @Test
    void labelsOfAnyIntegersAreTaken() {
        Shape shape = Shape.of(1, 2, 2);
        assertEquals(LabelMap.ofBytes(new byte[]{1, 2, 3, (byte) 255}, 2, 2), LabelTensors.map(Tensor.of(shape, 1L, 2, 3, 255)));
        assertEquals(LabelMap.ofShorts(new short[]{1, 2, 3, 256}, 2, 2), LabelTensors.map(Tensor.of(shape, 1L, 2, 3, 256)));
        Tensor narrow = new Tensor(new TensorType(DataType.INT32, shape),
                MemorySegment.ofArray(new byte[]{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0}));
        assertEquals(LabelMap.ofBytes(new byte[]{1, 2, 3, 4}, 2, 2), LabelTensors.map(narrow));
        assertThrows(IllegalStateException.class, () -> LabelTensors.map(Tensor.of(shape, 1L, 2, 3, -1)));
    }
}
