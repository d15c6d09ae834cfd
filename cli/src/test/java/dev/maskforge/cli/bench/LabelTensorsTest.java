package dev.maskforge.cli.bench;

import dev.maskforge.LabelArrays;
import dev.maskforge.MaskforgeException;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.kernels.Workers;
import dev.maskforge.vision.LabelMap;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LabelTensorsTest {
    @Test
    void theFirstOfTheBestIsTheLabel() {
        Tensor scores = Tensor.of(Shape.of(1, 3, 1, 4), 1, 5, 0, Float.NaN, 2, 5, 0, 1, 3, 4, 0, 1);
        assertEquals(LabelMap.ofBytes(new byte[]{2, 0, 0, 1}, 1, 4), LabelTensors.best(scores));
    }

    /// The last class of as many as there can be, and one more.
    @Test
    void moreClassesThanLabelMapsHoldAreRefused() {
        float[] scores = new float[65_536];
        scores[65_535] = 1;
        assertEquals(65_535, LabelTensors.best(Tensor.of(Shape.of(1, 65_536, 1, 1), scores)).at(0));
        Tensor more = Tensor.of(Shape.of(1, 65_537, 1, 1), new float[65_537]);
        String message = String.valueOf(assertThrows(MaskforgeException.class, () -> LabelTensors.best(more)).getMessage());
        assertTrue(message.contains("65537 classes"), message);
    }

    private static LabelMap map(Tensor labels) {
        LabelArrays arrays = LabelArrays.of(List.of(4));
        arrays.make();
        LabelMap map = LabelTensors.map(labels, arrays, Workers.callerOnly());
        assertEquals(map, LabelTensors.map(labels, LabelArrays.none(), Workers.callerOnly()));
        return map;
    }

    @Test
    void labelsOfAnyIntegersAreTaken() {
        Shape shape = Shape.of(1, 2, 2);
        assertEquals(LabelMap.ofBytes(new byte[]{1, 2, 3, (byte) 255}, 2, 2), map(Tensor.of(shape, 1L, 2, 3, 255)));
        assertEquals(LabelMap.ofShorts(new short[]{1, 2, 3, 256}, 2, 2), map(Tensor.of(shape, 1L, 2, 3, 256)));
        Tensor narrow = new Tensor(new TensorType(DataType.INT32, shape),
                MemorySegment.ofArray(new byte[]{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0}));
        assertEquals(LabelMap.ofBytes(new byte[]{1, 2, 3, 4}, 2, 2), map(narrow));
        Tensor bytes = Tensor.ofBytes(shape, new byte[]{4, 3, (byte) 255, 1});
        assertEquals(LabelMap.ofBytes(new byte[]{4, 3, (byte) 255, 1}, 2, 2), map(bytes));
        assertThrows(IllegalStateException.class, () -> map(Tensor.of(shape, 1L, 2, 3, -1)));
    }
}
