package dev.maskforge.checkpoint;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Weights under other names.
class WeightsTest {
    private static final String STATIC = "sem_seg_head.predictor.static_query.weight";
    private static final String RUNTIME = "sem_seg_head.predictor.query_feat.weight";

    private final Weights weights = Weights.of("a test", tensors());

    private static SequencedMap<String, Tensor> tensors() {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(STATIC, Tensor.of(Shape.of(2), 1f, 2f));
        tensors.put("other", Tensor.of(Shape.of(1), 3f));
        return tensors;
    }

    @Test
    void renamingKeepsOrderTypesAndElements() {
        Weights renamed = weights.renamed(Map.of(STATIC, RUNTIME));
        assertEquals(List.of(RUNTIME, "other"), List.copyOf(renamed.keys()));
        assertEquals("float32[2]", String.valueOf(renamed.types().get(RUNTIME)));
        assertArrayEquals(new float[]{1, 2}, renamed.find(RUNTIME).orElseThrow().toFloats());
        assertTrue(renamed.find(STATIC).isEmpty());
        assertEquals("a test", renamed.source());
    }

    @Test
    void renamingTwiceIsRenamingByBoth() {
        Weights renamed = weights.renamed(name -> name.replace("static_query", "query_feat")).renamed(name -> "module." + name);
        assertArrayEquals(new float[]{3}, renamed.find("module.other").orElseThrow().toFloats());
        assertArrayEquals(new float[]{1, 2}, renamed.find("module." + RUNTIME).orElseThrow().toFloats());
    }

    @Test
    void twoTensorsCannotGetOneName() {
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> weights.renamed(_ -> "same"));
        assertEquals("a test: '" + STATIC + "' and 'other' both stand for 'same'; the file mixes two naming schemes, remove one of the two",
                refusal.getMessage());
    }

    @Test
    void namesCannotBeChangedFromOutside() {
        assertThrows(UnsupportedOperationException.class, () -> weights.types().clear());
        assertThrows(UnsupportedOperationException.class, () -> weights.keys().remove("other"));
        assertThrows(UnsupportedOperationException.class, () -> weights.renamed(name -> name).types().clear());
    }
}
