package dev.maskforge.vision;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.MemorySegment;

final class FloatTensors {
    private FloatTensors() {
    }

    /// The tensor of these elements, shared, not copied.
    static Tensor of(float[] elements, long... sizes) {
        return new Tensor(new TensorType(DataType.FLOAT32, Shape.of(sizes)), MemorySegment.ofArray(elements));
    }
}
