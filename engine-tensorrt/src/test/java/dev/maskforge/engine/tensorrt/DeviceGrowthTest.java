package dev.maskforge.engine.tensorrt;

import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class DeviceGrowthTest {
    private static final long MIB = 1L << 20;

    private int times;

    /// @param mib free before, and after each time
    private long after(long... mib) {
        times = 0;
        Iterator<Long> moments = LongStream.of(mib).map(each -> each * MIB).iterator();
        return DeviceGrowth.after(() -> times++, moments::next);
    }

    @Test
    void aQuietDeviceIsLookedAtOnce() {
        assertEquals(2 * MIB, after(800, 798));
        assertEquals(1, times);
    }

    @Test
    void whatOthersTakeAndGiveIsNone() {
        assertTrue(DeviceGrowth.isNone(after(800, 600, 600, 600)));
        assertEquals(3, times);
        // They do something each second time, and stay at less.
        assertTrue(DeviceGrowth.isNone(after(800, 600, 600, 900, 900, 900)));
        assertTrue(DeviceGrowth.isNone(after(800, 900, 900, 902)));
        // They give back more and more.
        assertTrue(DeviceGrowth.isNone(after(800, 900, 1000, 1100, 1200, 1300)));
    }

    @Test
    void aLeakIsThereEachTimeWhateverOthersDo() {
        assertEquals(30 * MIB, after(800, 794, 788, 782, 776, 770));
        assertEquals(5, times);
        assertFalse(DeviceGrowth.isNone(after(800, 594, 588, 582, 876, 870)));
        assertFalse(DeviceGrowth.isNone(after(800, 906, 900, 894, 788, 782)));
    }

    @Test
    void aLeakOfABlockNowAndThenIsOne() {
        assertFalse(DeviceGrowth.isNone(DeviceGrowth.of(List.of(800 * MIB, 798 * MIB, 798 * MIB, 796 * MIB, 794 * MIB, 792 * MIB))));
        assertFalse(DeviceGrowth.isNone(DeviceGrowth.of(List.of(800 * MIB, 798 * MIB, 798 * MIB, 796 * MIB, 796 * MIB, 794 * MIB))));
    }

    @Test
    void aLeakInLargeLumpsIsOne() {
        assertEquals(40 * MIB, DeviceGrowth.of(List.of(800 * MIB, 780 * MIB, 780 * MIB, 780 * MIB, 760 * MIB, 760 * MIB)));
    }
}
