package dev.maskforge.vision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Segments drawn over a picture.
class SegmentOverlayTest {
    private static final ClassList CITYSCAPES = ClassList.ofDataset("cityscapes").orElseThrow();
    private static final int HEIGHT = 120;
    private static final int WIDTH = 200;
    private static final int GREY = 0x808080;

    private static RgbImage grey() {
        byte[] samples = new byte[3 * HEIGHT * WIDTH];
        Arrays.fill(samples, (byte) 0x80);
        return RgbImage.ofRgb(samples, HEIGHT, WIDTH);
    }

    private static Mask rectangle(Box box) {
        Mask.Drawing drawing = new Mask.Drawing(HEIGHT, WIDTH);
        for (int y = box.y(); y < box.bottom(); y++) {
            for (int x = box.x(); x < box.right(); x++) {
                drawing.add(y, x);
            }
        }
        return drawing.finish();
    }

    /// Two cars side by side and a road below; above is void.
    private static PanopticSegmentation cars() {
        byte[] ids = new byte[HEIGHT * WIDTH];
        for (int y = 20; y < HEIGHT; y++) {
            Arrays.fill(ids, y * WIDTH, (y + 1) * WIDTH, (byte) 3);
            if (y < 80) {
                Arrays.fill(ids, y * WIDTH, y * WIDTH + 100, (byte) 1);
                Arrays.fill(ids, y * WIDTH + 100, (y + 1) * WIDTH, (byte) 2);
            }
        }
        return new PanopticSegmentation(LabelMap.ofBytes(ids, HEIGHT, WIDTH), List.of(new Segment(1, 13, true, 0.97f, 6000),
                new Segment(2, 13, true, 0.91f, 6000), new Segment(3, 0, false, 0.99f, 8000)));
    }

    @Test
    void objectsOfAClassDifferAndVoidStaysAsItIs() {
        RgbImage drawn = SegmentOverlay.draw(grey(), cars(), CITYSCAPES);
        assertTrue(drawn.height() > HEIGHT, "the legend is below");
        assertEquals(GREY, drawn.at(5, 100));
        assertNotEquals(GREY, drawn.at(25, 5));
        assertNotEquals(drawn.at(25, 5), drawn.at(25, 195));
        assertEquals(GREY, grey().at(0, 0), "the picture given is not drawn on");
    }

    /// White letters on a dark plate, inside each of the segments.
    @Test
    void everySegmentWithRoomCarriesItsName() {
        RgbImage drawn = SegmentOverlay.draw(grey(), cars(), CITYSCAPES);
        for (Box box : List.of(new Box(3, 23, 94, 54), new Box(103, 23, 94, 54), new Box(3, 83, 194, 34))) {
            int letters = 0;
            for (int y = box.y(); y < box.bottom(); y++) {
                for (int x = box.x(); x < box.right(); x++) {
                    letters += (drawn.at(y, x) & 0xc0c0c0) == 0xc0c0c0 ? 1 : 0;
                }
            }
            assertTrue(letters > 30, letters + " light pixels in " + box);
        }
    }

    @Test
    void theHighestScoreIsOnTop() {
        Box low = new Box(10, 10, 100, 80);
        Box high = new Box(60, 40, 100, 70);
        InstanceSegmentation instances = new InstanceSegmentation(HEIGHT, WIDTH, List.of(new Instance(0, 13, 0.9f, rectangle(high)),
                new Instance(1, 11, 0.8f, rectangle(low)), new Instance(2, 12, 0.7f, rectangle(new Box(70, 50, 20, 20))),
                new Instance(3, 18, 0.2f, rectangle(new Box(0, 0, 5, 5)))));
        PanopticSegmentation seen = InstanceStack.of(instances, 0.5).seenFromAbove(CITYSCAPES);
        assertEquals(List.of(new Segment(1, 13, true, 0.9f, 7000), new Segment(2, 11, true, 0.8f, 8000 - 50 * 50)), seen.segments());
        assertEquals(1, seen.idAt(45, 65));
        assertEquals(2, seen.idAt(45, 15));
        assertEquals(0, seen.idAt(2, 2));
        assertEquals(GREY, SegmentOverlay.draw(grey(), instances, 0.5, CITYSCAPES).at(2, 2));
        assertNotEquals(GREY, SegmentOverlay.draw(grey(), instances, 0.1, CITYSCAPES).at(2, 2));
    }

    @Test
    void nothingAtAllAndSizesThatDoNotFit() {
        PanopticSegmentation nothing = new PanopticSegmentation(LabelMap.ofBytes(new byte[HEIGHT * WIDTH], HEIGHT, WIDTH), List.of());
        assertEquals(GREY, SegmentOverlay.draw(grey(), nothing, CITYSCAPES).at(60, 60));
        assertEquals(GREY, SegmentOverlay.draw(grey(), new InstanceSegmentation(HEIGHT, WIDTH, List.of()), 0.5, CITYSCAPES).at(0, 0));
        RgbImage small = RgbImage.ofRgb(new byte[3], 1, 1);
        assertThrows(IllegalArgumentException.class, () -> SegmentOverlay.draw(small, nothing, CITYSCAPES));
        PanopticSegmentation pixel = new PanopticSegmentation(LabelMap.ofBytes(new byte[]{1}, 1, 1),
                List.of(new Segment(1, 13, true, 1, 1)));
        assertTrue(SegmentOverlay.draw(small, pixel, CITYSCAPES).height() > 1);
    }

    @Test
    void shadesOfAColourDiffer() {
        for (Colour colour : List.of(new Colour(0, 0, 142), new Colour(220, 20, 60), new Colour(0, 0, 0), new Colour(255, 255, 255))) {
            List<Colour> shades = IntStream.range(0, 12).mapToObj(colour::shade).toList();
            assertEquals(colour, shades.getFirst());
            Set<Colour> seen = new HashSet<>();
            List<Integer> distances = new ArrayList<>();
            for (Colour shade : shades) {
                for (Colour other : seen) {
                    distances.add(Math.abs(shade.red() - other.red()) + Math.abs(shade.green() - other.green())
                            + Math.abs(shade.blue() - other.blue()));
                }
                seen.add(shade);
            }
            int nearest = distances.stream().mapToInt(Integer::intValue).min().orElseThrow();
            System.out.println("12 shades of " + colour + ": the nearest two differ by " + nearest + " levels");
            assertTrue(nearest >= 20, "two shades differ by " + nearest);
        }
    }
}
