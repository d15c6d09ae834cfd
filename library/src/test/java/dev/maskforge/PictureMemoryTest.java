package dev.maskforge;

import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Where a segmenter's pictures lie, which engines copy by threads of their own if those may read there.
class PictureMemoryTest {
    private static final Thread OTHER = Thread.ofPlatform().unstarted(() -> {
    });

    @BeforeEach
    void nothingIsSeen() {
        WatchingProvider.SEEN.clear();
    }

    @Test
    void anEnginesThreadsMayReadWhatASegmenterGivesIt() {
        Segmenter.Options options = new Segmenter.Options(ModelOptions.none(), WatchingProvider.NAME,
                Segmenter.Options.standard().engineOptions(), Optional.of(new ResizeRule.FitInside(64, 128)),
                ThresholdOptions.none());
        try (Segmenter segmenter = Segmenter.open(Original.checkpoint("maskformer-r50"), options)) {
            segmenter.segment(List.of(picture(64, 128), picture(50, 128)));
            segmenter.segment(picture(30, 60));
            segmenter.segment(picture(64, 128));
            List<MemorySegment> seen = WatchingProvider.SEEN;
            assertEquals(List.of(2L * 3 * 64 * 128 * 4, 3L * 64 * 128 * 4, 3L * 64 * 128 * 4),
                    seen.stream().map(MemorySegment::byteSize).toList());
            assertTrue(seen.stream().allMatch(memory -> memory.isAccessibleBy(OTHER)), seen.toString());
            assertEquals(1, seen.stream().map(MemorySegment::address).distinct().count(), seen.toString());
        }
        assertTrue(WatchingProvider.SEEN.stream().noneMatch(memory -> memory.scope().isAlive()));
    }

    @Test
    void itGrowsAndIsKept() {
        MemorySegment small;
        MemorySegment large;
        try (PictureMemory memory = new PictureMemory()) {
            small = memory.allocate(100, 64);
            assertEquals(100, small.byteSize());
            large = memory.allocate(1000, 64);
            assertFalse(small.scope().isAlive());
            large.fill((byte) 7);
            MemorySegment again = memory.allocate(100, 64);
            assertEquals(large.address(), again.address());
            assertEquals(7, again.get(ValueLayout.JAVA_BYTE, 99));
        }
        assertFalse(large.scope().isAlive());
        new PictureMemory().close();
    }

    private static RgbImage picture(int height, int width) {
        return RgbImage.ofRgb(new byte[3 * height * width], height, width);
    }
}
