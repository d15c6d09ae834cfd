package dev.maskforge;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

class LabelArraysTest {
    @Test
    void eachArrayHasTheSizeThatIsAskedForAndIsNobodyElses() {
        LabelArrays arrays = LabelArrays.of(List.of(6, 8));
        assertEquals(6, arrays.take(6).length, "before any was made");
        arrays.make();
        byte[] first = arrays.take(6);
        assertEquals(6, first.length);
        assertNotSame(first, arrays.take(6), "the next one is for 8");
        assertEquals(8, arrays.take(8).length);
        assertEquals(8, arrays.take(8).length, "when none is left");
        assertEquals(0, LabelArrays.none().take(0).length);
    }
}
