package dev.maskforge.checkpoint;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertThrows;

/// Weights in memory.
class WeightsTest {
    @Test
    void namesCannotBeChangedFromOutside() {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("one", Tensor.of(Shape.of(2), 1f, 2f));
        tensors.put("other", Tensor.of(Shape.of(1), 3f));
        Weights weights = Weights.of("a test", tensors);
        assertThrows(UnsupportedOperationException.class, () -> weights.types().clear());
        assertThrows(UnsupportedOperationException.class, () -> weights.keys().remove("other"));
    }
}
