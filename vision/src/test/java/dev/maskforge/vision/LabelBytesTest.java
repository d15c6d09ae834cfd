package dev.maskforge.vision;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LabelBytesTest {
    /// Each label at each place among others that are fine: within each eight of a whole 32, and in the rest.
    @Test
    void everyLabelAgainstEveryLimit() {
        for (int limit = -1; limit <= 300; limit++) {
            for (int label = 0; label < 256; label++) {
                for (int place : new int[]{0, 7, 8, 17, 31, 32, 40, 63, 64, 69}) {
                    byte[] labels = new byte[70];
                    Arrays.fill(labels, (byte) Math.clamp(limit - 1, 0, 255));
                    labels[place] = (byte) label;
                    assertEquals(limit > 0 && label < limit, LabelBytes.areBelow(limit, labels, 0, labels.length),
                            label + " at " + place + ", limit " + limit);
                }
            }
        }
    }

    @Test
    void onlyTheRangeCounts() {
        byte[] labels = new byte[100];
        labels[4] = 19;
        labels[90] = 19;
        assertTrue(LabelBytes.areBelow(19, labels, 5, 90));
        assertFalse(LabelBytes.areBelow(19, labels, 4, 90));
        assertFalse(LabelBytes.areBelow(19, labels, 5, 91));
        assertTrue(LabelBytes.areBelow(0, labels, 5, 5));
    }
}
