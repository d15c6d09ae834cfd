package dev.maskforge.vision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Segments and instances as files.
class SegmentFilesTest {
    private static final ClassList CITYSCAPES = ClassList.ofDataset("cityscapes").orElseThrow();
    /// 2x3: a road, a car, void.
    private static final PanopticSegmentation SEGMENTATION = new PanopticSegmentation(
            LabelMap.ofBytes(new byte[]{1, 2, 2, 1, 1, 0}, 2, 3),
            List.of(new Segment(1, 0, false, 0.5f, 3), new Segment(2, 13, true, 0.96875f, 2)));

    @TempDir
    Path folder;

    private static Mask mask(int height, int width, int... pixels) {
        Mask.Drawing drawing = new Mask.Drawing(height, width);
        Arrays.stream(pixels).forEach(pixel -> drawing.add(pixel / width, pixel % width));
        return drawing.finish();
    }

    /// As pycocotools writes them; the masks of all fixtures are compared in [PostprocessingParityTest].
    @Test
    void smallMasksAsCocosTextIsKnown() {
        assertEquals("<", CocoRle.text(mask(3, 4)));
        assertEquals("0<", CocoRle.text(mask(3, 4, IntStream.range(0, 12).toArray())));
        assertEquals("013000", CocoRle.text(mask(3, 3, 0, 4, 8)));
    }

    @Test
    void runsComeBackFromText() {
        Random random = new Random(3);
        for (int run = 0; run < 200; run++) {
            int height = 1 + random.nextInt(40);
            int width = 1 + random.nextInt(150);
            int share = 1 + random.nextInt(60);
            int bottom = 1 + random.nextInt(height);
            int[] pixels = IntStream.range(0, bottom * width).filter(pixel -> random.nextInt(share) == 0 || share > 50).toArray();
            Mask mask = mask(height, width, pixels);
            int[] runs = decoded(CocoRle.text(mask));
            assertArrayEquals(CocoRle.runs(mask), runs);
            int position = 0;
            for (int i = 0; i < runs.length; i++) {
                assertTrue(i == 0 || runs[i] > 0, "only the first run may be empty");
                for (int pixel = position; pixel < position + runs[i]; pixel++) {
                    assertEquals(i % 2 == 1, mask.at(pixel % height, pixel / height));
                }
                position += runs[i];
            }
            assertEquals(height * width, position);
        }
    }

    /// The inverse of [CocoRle#text], from COCO's description of it.
    private static int[] decoded(String text) {
        int[] runs = new int[text.length()];
        int count = 0;
        int at = 0;
        while (at < text.length()) {
            long number = 0;
            int shift = 0;
            int group;
            do {
                group = text.charAt(at++) - 48;
                number |= (long) (group & 31) << shift;
                shift += 5;
            } while ((group & 32) != 0);
            if ((group & 16) != 0) {
                number |= -1L << shift;
            }
            runs[count] = (int) (count > 2 ? number + runs[count - 2] : number);
            count++;
        }
        return Arrays.copyOf(runs, count);
    }

    @Test
    void panopticResultsAreOneFileForADataset() throws IOException {
        CocoImage numbered = new CocoImage("000000397133.jpg", 2, 3);
        CocoImage named = new CocoImage("stra\u00dfe \"1\".a.png", 2, 3);
        ClassList two = new ClassList("two", List.of(CITYSCAPES.get(0), new SegmentationClass(1, 26, "car", new Colour(0, 0, 142), true)));
        PanopticSegmentation small = new PanopticSegmentation(LabelMap.ofBytes(new byte[]{0, 0, 0, 0, 0, 1}, 2, 3),
                List.of(new Segment(1, 1, true, 1, 1)));
        PanopticSegmentation nothing = new PanopticSegmentation(LabelMap.ofBytes(new byte[6], 2, 3), List.of());
        Path path = folder.resolve("panoptic.json");
        CocoFile.writePanoptic(List.of(CocoPanoptic.of(numbered, small, two), CocoPanoptic.of(named, nothing, two)), two, path);
        assertEquals("""
                {"images":[{"id":397133,"file_name":"000000397133.jpg","height":2,"width":3},\
                {"id":"stra\u00dfe \\"1\\".a","file_name":"stra\u00dfe \\"1\\".a.png","height":2,"width":3}],\
                "annotations":[{"image_id":397133,"file_name":"000000397133.png","segments_info":[\
                {"id":1,"category_id":26,"area":1,"bbox":[2,1,1,1],"iscrowd":0,"score":1.0}]},\
                {"image_id":"stra\u00dfe \\"1\\".a","file_name":"stra\u00dfe \\"1\\".a.png","segments_info":[]}],\
                "categories":[{"id":7,"name":"road","isthing":0,"color":[128,64,128]},\
                {"id":26,"name":"car","isthing":1,"color":[0,0,142]}]}""", Files.readString(path));
        List<CocoPanoptic.Entry> entries = CocoPanoptic.of(numbered, SEGMENTATION, CITYSCAPES).segments();
        assertEquals(List.of(new Box(0, 0, 2, 2), new Box(1, 0, 2, 1)), entries.stream().map(CocoPanoptic.Entry::box).toList());
        assertThrows(IllegalArgumentException.class, () -> CocoPanoptic.of(new CocoImage("a.jpg", 3, 2), SEGMENTATION, CITYSCAPES));
    }

    @Test
    void namesOfPicturesAreTextAndNoPaths() {
        assertThrows(IllegalArgumentException.class, () -> new CocoImage("a/b.jpg", 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new CocoImage("", 1, 1));
        assertEquals("?.jpg", new CocoImage("\ud800.jpg", 1, 1).fileName());
        assertFalse(new CocoImage("1234567890123456789.jpg", 1, 1).hasNumber());
        assertFalse(new CocoImage("\u0663.jpg", 1, 1).hasNumber());
        assertEquals(".hidden", new CocoImage(".hidden", 1, 1).name());
        assertEquals("397133", new CocoImage("COCO_val2014_000000397133.jpg", 1, 1).id());
        assertTrue(new CocoImage("COCO_val2014_000000397133.jpg", 1, 1).hasNumber());
        assertEquals("frankfurt_000000_000294", new CocoImage("frankfurt_000000_000294_leftImg8bit.png", 1, 1).id());
        assertEquals("street_leftImg8bit_2", new CocoImage("street_leftImg8bit_2.png", 1, 1).id());
    }

    @Test
    void instancesAreAnArrayOfResults() throws IOException {
        CocoImage image = new CocoImage("7.jpg", 3, 3);
        InstanceSegmentation instances = new InstanceSegmentation(3, 3, List.of(
                new Instance(4, 13, 0.75f, mask(3, 3, 0, 4, 8)), new Instance(5, 18, 0, mask(3, 3))));
        Path path = folder.resolve("instances.json");
        CocoFile.writeInstances(CocoInstance.of(image, instances, CITYSCAPES), path);
        assertEquals("""
                [{"image_id":7,"category_id":26,"segmentation":{"size":[3,3],"counts":"013000"},"bbox":[0,0,3,3],"score":0.75},\
                {"image_id":7,"category_id":33,"segmentation":{"size":[3,3],"counts":"9"},"bbox":[0,0,0,0],"score":0.0}]""",
                Files.readString(path));
        assertThrows(IllegalArgumentException.class, () -> CocoInstance.of(new CocoImage("7.jpg", 3, 4), instances, CITYSCAPES));
        String message = assertThrows(ImageException.class,
                () -> CocoFile.writeInstances(List.of(), folder.resolve("missing").resolve("instances.json"))).getMessage();
        assertTrue(String.valueOf(message).contains("there is no directory"), message);
    }

    @Test
    void idsOfSegmentsAreColours() throws IOException {
        int count = 300;
        short[] ids = new short[count + 1];
        for (int i = 0; i <= count; i++) {
            ids[i] = (short) i;
        }
        PanopticSegmentation many = new PanopticSegmentation(LabelMap.ofShorts(ids, 1, count + 1),
                IntStream.rangeClosed(1, count).mapToObj(id -> new Segment(id, 13, true, 1, 1)).toList());
        Path path = folder.resolve("segments.png");
        PngFile.writeSegments(many, path);
        RgbImage picture = ImageFile.read(path);
        for (int x = 0; x <= count; x++) {
            int colour = picture.at(0, x);
            assertEquals(x, (colour >> 16 & 0xff) + (colour >> 8 & 0xff) * 256 + (colour & 0xff) * 65_536);
        }
    }

    @Test
    void cityscapesReadsAListAndMasks() throws IOException {
        InstanceSegmentation instances = new InstanceSegmentation(3, 3, List.of(
                new Instance(4, 13, 0.75f, mask(3, 3, 0, 4, 8)), new Instance(5, 18, 0, mask(3, 3)),
                new Instance(5, 11, 1e-5f, mask(3, 3, 2))));
        CityscapesInstances.write(instances, CITYSCAPES, "bonn_000001_000019_leftImg8bit", folder);
        assertEquals(
                List.of("bonn_000001_000019_leftImg8bit_000_car.png 26 0.75", "bonn_000001_000019_leftImg8bit_001_person.png 24 1.0E-5"),
                Files.readAllLines(folder.resolve("bonn_000001_000019_leftImg8bit_pred.txt")));
        var raster = ImageIO.read(folder.resolve("bonn_000001_000019_leftImg8bit_000_car.png").toFile()).getRaster();
        assertEquals(1, raster.getNumBands());
        assertArrayEquals(new int[]{255, 0, 0, 0, 255, 0, 0, 0, 255}, raster.getSamples(0, 0, 3, 3, 0, (int[]) null));
        try (var files = Files.list(folder)) {
            assertEquals(3, files.count());
        }
        String message = assertThrows(ImageException.class, () -> CityscapesInstances.write(instances, CITYSCAPES, "my picture", folder))
                .getMessage();
        assertTrue(String.valueOf(message).contains("rename the picture"), message);
    }
}
