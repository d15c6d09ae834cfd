package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

class PicturesTest {
    private static final Tensor PIXELS = Tensor.ofBytes(Shape.of(2, 1, 2, 3),
            new byte[]{0, 10, 20, (byte) 255, 30, 40, 1, 2, 3, 4, 5, 6});
    private static final List<Float> MEAN = List.of(1f, 10f, 123.675f);
    private static final List<Float> DEVIATION = List.of(2f, -4f, 58.395f);

    @Test
    void pixelsBecomePlanesAndZeroBeyondTheValidSize() {
        Tensor image = Interpreter.evaluate(new Operation.Pixels(MEAN, DEVIATION),
                List.of(PIXELS, Tensor.ofIntegers(Shape.of(2, 2), 1, 2, 5, 1)));
        float[] expected = {-0.5f, 127, -0f, -5, (20 - 123.675f) / 58.395f, (40 - 123.675f) / 58.395f, 0, 0, 2, 0,
                (3 - 123.675f) / 58.395f, 0};
        assertEquals("float32[2, 3, 1, 2]", image.toString());
        assertArrayEquals(expected, image.toFloats());
    }

    @Test
    void halvesAreTheRoundedSingles() {
        Tensor valid = Tensor.ofIntegers(Shape.of(2, 2), 1, 2, 1, 0);
        float[] singles = Interpreter.evaluate(new Operation.Pixels(MEAN, DEVIATION), List.of(PIXELS, valid)).toFloats();
        Tensor halves = Interpreter.evaluate(new Operation.Pixels(MEAN, DEVIATION, DataType.FLOAT16), List.of(PIXELS, valid));
        float[] rounded = new float[singles.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = Float.float16ToFloat(Float.floatToFloat16(singles[i]));
        }
        assertArrayEquals(rounded, halves.halvesToFloats());
    }
}
