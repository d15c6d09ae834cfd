package dev.maskforge.engine.onnxruntime;

import dev.maskforge.engine.onnxruntime.BufferLayout.Lifetime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class BufferLayoutTest {
    @Test
    void whatIsNotNeededAtTheSameTimeSharesMemory() {
        BufferLayout layout = BufferLayout.of(List.of(new Lifetime("a", 1000, 0, 1), new Lifetime("b", 500, 2, 3),
                new Lifetime("c", 400, 2, 2)));
        assertEquals(0, layout.offset("a"));
        assertEquals(0, layout.offset("b"));
        assertEquals(512, layout.offset("c"));
        assertEquals(1000, layout.bytes());
    }

    @Test
    void whatOneStepReadsAndWritesIsApart() {
        BufferLayout layout = BufferLayout.of(List.of(new Lifetime("read", 64, 0, 1), new Lifetime("written", 64, 1, 2)));
        assertEquals(64, Math.abs(layout.offset("read") - layout.offset("written")));
    }

    @Test
    void nothingTakesNothing() {
        assertEquals(0, BufferLayout.of(List.of()).bytes());
    }

    @Test
    void randomLifetimesNeverOverlapAndAreAligned() {
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 200; round++) {
            List<Lifetime> values = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                int first = random.nextInt(12);
                values.add(new Lifetime("v" + i, random.nextLong(0, 5000), first, first + random.nextInt(4)));
            }
            BufferLayout layout = BufferLayout.of(values);
            for (Lifetime a : values) {
                assertEquals(0, layout.offset(a.name()) % BufferLayout.ALIGNMENT);
                assertTrue(layout.offset(a.name()) + a.bytes() <= layout.bytes());
                for (Lifetime b : values) {
                    boolean together = a.first() <= b.last() && b.first() <= a.last() && !a.equals(b);
                    boolean apart = layout.offset(a.name()) + a.bytes() <= layout.offset(b.name())
                            || layout.offset(b.name()) + b.bytes() <= layout.offset(a.name());
                    assertTrue(!together || apart, a + " and " + b);
                }
            }
        }
    }
}
