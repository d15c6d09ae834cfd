package dev.maskforge.vision;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Label maps, class lists, and what is written of them.
class PicturesTest {
    private static final ClassList CITYSCAPES = ClassList.ofDataset("cityscapes").orElseThrow();

    @TempDir
    Path folder;

    @Test
    void cityscapesIsAsItsScriptsDefineIt() {
        assertEquals(19, CITYSCAPES.size());
        assertEquals(List.of(7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33),
                CITYSCAPES.classes().stream().map(SegmentationClass::datasetId).toList());
        assertEquals(IntStream.rangeClosed(11, 18).boxed().toList(),
                CITYSCAPES.classes().stream().filter(SegmentationClass::isThing).map(SegmentationClass::trainId).toList());
        assertEquals(new SegmentationClass(13, 26, "car", new Colour(0, 0, 142), true), CITYSCAPES.get(13));
        assertEquals(new SegmentationClass(0, 7, "road", new Colour(128, 64, 128), false), CITYSCAPES.get(0));
        assertEquals(19, CITYSCAPES.classes().stream().map(SegmentationClass::colour).distinct().count());
    }

    @Test
    void onlyKnownDatasetsHaveATable() {
        assertEquals(Optional.empty(), ClassList.ofDataset("nowhere"));
        assertEquals(Optional.empty(), ClassList.ofDataset("../classes/cityscapes"));
    }

    @Test
    void generatedColoursDiffer() {
        ClassList generated = ClassList.generated(150);
        assertEquals("class 149", generated.get(149).name());
        int nearest = Integer.MAX_VALUE;
        for (int i = 0; i < 150; i++) {
            for (int j = 0; j < i; j++) {
                Colour a = generated.get(i).colour();
                Colour b = generated.get(j).colour();
                nearest = Math.min(nearest, Math.abs(a.red() - b.red()) + Math.abs(a.green() - b.green()) + Math.abs(a.blue() - b.blue()));
            }
        }
        System.out.println("150 generated colours: the nearest two differ by " + nearest + " levels");
        assertTrue(nearest >= 5, "two colours differ by " + nearest);
    }

    @Test
    void labelMapsCompareByWhatTheySay() {
        LabelMap bytes = LabelMap.ofBytes(new byte[]{0, 1, (byte) 200, 3, 4, 5}, 2, 3);
        LabelMap shorts = LabelMap.ofShorts(new short[]{0, 1, 200, 3, 4, 5}, 2, 3);
        assertEquals(bytes, shorts);
        assertEquals(bytes.hashCode(), shorts.hashCode());
        assertEquals(200, bytes.at(0, 2));
        assertEquals(60_000, LabelMap.ofShorts(new short[]{(short) 60_000}, 1, 1).at(0));
        assertNotEquals(bytes, LabelMap.ofBytes(bytes.bytes(), 3, 2));
        assertArrayEquals(new long[]{1, 1, 0, 1}, bytes.histogram(4));
        assertThrows(IllegalStateException.class, shorts::bytes);
        assertThrows(IllegalArgumentException.class, () -> LabelMap.ofBytes(new byte[5], 2, 3));
    }

    @Test
    void picturesOfJava2dLoseTheirTransparencyOnly() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0x40_10_20_30);
        image.setRGB(1, 0, 0xff_ff_00_80);
        assertArrayEquals(new byte[]{0x10, 0x20, 0x30, (byte) 0xff, 0, (byte) 0x80}, RgbImage.of(image).samples());
        assertArrayEquals(RgbImage.of(image).samples(), RgbImage.of(RgbImage.of(image).toBufferedImage()).samples());
        assertThrows(IllegalArgumentException.class, () -> RgbImage.ofRgb(new byte[5], 1, 2));
        assertThrows(IllegalArgumentException.class, () -> RgbImage.ofRgb(new byte[0], 0, 2));
    }

    @Test
    void picturesComeBackFromPng() {
        RgbImage picture = Fixtures.picture("noise", 13, 17);
        Path path = folder.resolve("picture.png");
        PngFile.write(picture, path);
        assertArrayEquals(picture.samples(), ImageFile.read(path).samples());
        PngFile.write(Fixtures.picture("waves", 3, 4), path);
        assertEquals(3, ImageFile.read(path).height());
    }

    @Test
    void labelPicturesHoldTheIdsOfTheDatasetOrOfTheModel() throws IOException {
        LabelMap labels = LabelMap.ofBytes(new byte[]{0, 13, 18, 5}, 2, 2);
        Path path = folder.resolve("labels.png");
        PngFile.writeLabels(labels, CITYSCAPES, LabelIds.DATASET, path);
        assertLabels(path, 8, 7, 26, 33, 17);
        PngFile.writeLabels(labels, CITYSCAPES, LabelIds.TRAIN, path);
        assertLabels(path, 8, 0, 13, 18, 5);
    }

    @Test
    void manyClassesTakeSixteenBits() throws IOException {
        LabelMap labels = LabelMap.ofShorts(new short[]{0, 255, 256, 846}, 2, 2);
        Path path = folder.resolve("labels.png");
        PngFile.writeLabels(labels, ClassList.generated(847), LabelIds.TRAIN, path);
        assertLabels(path, 16, 0, 255, 256, 846);
        PngFile.writeLabels(LabelMap.ofBytes(new byte[]{0, (byte) 255, 1, 2}, 2, 2), ClassList.generated(256), LabelIds.TRAIN, path);
        assertLabels(path, 8, 0, 255, 1, 2);
    }

    private static void assertLabels(Path path, int bits, int... expected) throws IOException {
        BufferedImage image = ImageIO.read(path.toFile());
        assertEquals(1, image.getRaster().getNumBands());
        assertEquals(bits, image.getColorModel().getPixelSize());
        assertArrayEquals(expected, image.getRaster().getSamples(0, 0, 2, 2, 0, new int[4]));
    }

    @Test
    void colourPicturesHaveTheClassesColours() {
        LabelMap labels = LabelMap.ofBytes(new byte[]{0, 13, 18, 5}, 2, 2);
        Path path = folder.resolve("colours.png");
        PngFile.writeColours(labels, CITYSCAPES, path);
        RgbImage picture = ImageFile.read(path);
        assertEquals(0x804080, picture.at(0, 0));
        assertEquals(0x00008e, picture.at(0, 1));
        assertEquals(0x770b20, picture.at(1, 0));
        PngFile.writeColours(LabelMap.ofShorts(new short[]{0, 300, 2, 3}, 2, 2), ClassList.generated(301), path);
        Colour last = ClassList.generated(301).get(300).colour();
        assertEquals(last.red() << 16 | last.green() << 8 | last.blue(), ImageFile.read(path).at(0, 1));
    }

    @Test
    void aLabelWithoutAClassIsAnError() throws IOException {
        LabelMap labels = LabelMap.ofBytes(new byte[]{19}, 1, 1);
        Path path = folder.resolve("labels.png");
        assertThrows(IllegalArgumentException.class, () -> PngFile.writeLabels(labels, CITYSCAPES, LabelIds.TRAIN, path));
        assertThrows(IllegalArgumentException.class, () -> PngFile.writeColours(labels, CITYSCAPES, path));
        assertThrows(IllegalArgumentException.class, () -> Overlay.draw(Fixtures.picture("waves", 1, 1), labels, CITYSCAPES));
        assertTrue(Files.notExists(path));
    }

    @Test
    void anOverlayKeepsThePlaceOfThePictureAndNamesItsClasses() {
        RgbImage picture = Fixtures.picture("waves", 300, 400);
        byte[] ids = new byte[300 * 400];
        Arrays.fill(ids, 0, 200 * 400, (byte) 10);
        RgbImage overlay = Overlay.draw(picture, LabelMap.ofBytes(ids, 300, 400), CITYSCAPES);
        assertEquals(400, overlay.width());
        assertTrue(overlay.height() > 320 && overlay.height() < 400, "height " + overlay.height());
        assertEquals(mixed(picture.at(50, 50) >> 16, 70), overlay.at(50, 50) >> 16);
        assertEquals(mixed(picture.at(250, 50) >> 16, 128), overlay.at(250, 50) >> 16);
        int brightest = 0;
        List<Integer> swatches = new ArrayList<>();
        for (int y = 300; y < overlay.height(); y++) {
            for (int x = 0; x < 400; x++) {
                brightest = Math.max(brightest, overlay.at(y, x) & 0xff);
                swatches.add(overlay.at(y, x));
            }
        }
        assertTrue(brightest > 230, "no text in the legend");
        assertTrue(swatches.contains(0x804080) && swatches.contains(0x4682b4), "no colours in the legend");
        assertTrue(!swatches.contains(0x00008e), "a class in the legend that is not in the picture");
    }

    private static int mixed(int below, int above) {
        return (below * 130 + above * 125 + 127) / 255;
    }

    @Test
    void contoursAreLightAndDark() {
        RgbImage grey = RgbImage.ofRgb(filled(100 * 100 * 3, 128), 100, 100);
        byte[] ids = new byte[100 * 100];
        Arrays.fill(ids, 0, 50 * 100, (byte) 2);
        RgbImage overlay = Overlay.draw(grey, LabelMap.ofBytes(ids, 100, 100), ClassList.generated(3));
        int light = overlay.at(49, 10) >> 8 & 0xff;
        int dark = overlay.at(50, 10) >> 8 & 0xff;
        assertTrue(light > 180 && dark < 80, "light " + light + ", dark " + dark);
        assertEquals(overlay.at(10, 10), overlay.at(48, 10));
        assertEquals(overlay.at(60, 10), overlay.at(51, 10));
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test
    void overlaysOfAnySizeAndAnyNameAreDrawn() {
        ClassList odd = ClassList.named("odd", List.of("naïve ☃ " + "long ".repeat(20), "", "two\nlines"));
        for (int[] size : new int[][]{{1, 1}, {1, 900}, {900, 1}, {2500, 2600}}) {
            byte[] ids = new byte[size[0] * size[1]];
            ids[0] = 2;
            RgbImage picture = RgbImage.ofRgb(new byte[3 * ids.length], size[0], size[1]);
            RgbImage overlay = Overlay.draw(picture, LabelMap.ofBytes(ids, size[0], size[1]), odd);
            assertTrue(overlay.height() > size[0] && overlay.width() >= size[1]);
        }
        LabelMap all = LabelMap.ofBytes(new byte[]{0, 1, 2, 3}, 2, 2);
        assertThrows(IllegalArgumentException.class, () -> Overlay.draw(Fixtures.picture("waves", 2, 3), all, CITYSCAPES));
    }

    @Test
    void legendsOfManyClassesStayShort() {
        byte[] ids = new byte[200 * 200];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (byte) (i % 150);
        }
        RgbImage overlay = Overlay.draw(Fixtures.picture("waves", 200, 200), LabelMap.ofBytes(ids, 200, 200), ClassList.generated(150));
        assertTrue(overlay.height() < 1200, "height " + overlay.height());
    }
}
