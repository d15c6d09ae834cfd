package dev.maskforge.vision;

import dev.maskforge.kernels.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/// Rows of a picture that has a margin on the right and another picture before it, as in a batch.
class LabelRowsTest {
    private static final int CLASSES = 19;

    /// Of one band and of several, of rows that are wider than a band, and with a last band that is short.
    @ParameterizedTest
    @CsvSource({"3, 5", "513, 1024", "1000, 1500", "3, 700000"})
    void everyRowIsCopiedAndEveryLabelLookedAt(int height, int width) throws Exception {
        int stride = width + 7;
        int begin = 2 * stride;
        byte[] labels = new byte[begin + height * stride];
        new Random(height).nextBytes(labels);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = begin + y * stride + x;
                labels[at] = (byte) Math.floorMod(labels[at], CLASSES);
            }
        }
        byte[] expected = new byte[height * width];
        for (int y = 0; y < height; y++) {
            System.arraycopy(labels, begin + y * stride, expected, y * width, width);
        }
        try (ExecutorService lent = Executors.newFixedThreadPool(2); Arena shared = Arena.ofShared(); Arena confined = Arena.ofConfined()) {
            Workers three = new Workers(lent, 3);
            MemorySegment other = shared.allocate(labels.length).copyFrom(MemorySegment.ofArray(labels));
            assertCopied(expected, true, new LabelRows(MemorySegment.ofArray(labels), begin, stride, height, width), Workers.callerOnly());
            assertCopied(expected, true, new LabelRows(other, begin, stride, height, width), three);
            MemorySegment own = confined.allocate(labels.length).copyFrom(other);
            assertCopied(expected, true, new LabelRows(own, begin, stride, height, width), three);
            for (int[] place : new int[][]{{0, 0}, {height / 2, width / 2}, {height - 1, width - 1}}) {
                long at = begin + (long) place[0] * stride + place[1];
                byte before = other.get(ValueLayout.JAVA_BYTE, at);
                other.set(ValueLayout.JAVA_BYTE, at, (byte) CLASSES);
                byte[] wrong = expected.clone();
                wrong[place[0] * width + place[1]] = CLASSES;
                assertCopied(wrong, false, new LabelRows(other, begin, stride, height, width), three);
                other.set(ValueLayout.JAVA_BYTE, at, before);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"-1, 4, 3, 4", "0, 4, 0, 4", "0, 4, 3, 0", "0, 3, 3, 4"})
    void sizesThatAreNoneAreRefused(long begin, long stride, int height, int width) {
        MemorySegment labels = MemorySegment.ofArray(new byte[64]);
        assertThrows(IllegalArgumentException.class, () -> new LabelRows(labels, begin, stride, height, width));
    }

    private static void assertCopied(byte[] expected, boolean areBelow, LabelRows rows, Workers workers) {
        byte[] target = new byte[expected.length];
        assertEquals(areBelow, rows.copyTo(target, CLASSES, workers));
        assertArrayEquals(expected, target);
    }
}
