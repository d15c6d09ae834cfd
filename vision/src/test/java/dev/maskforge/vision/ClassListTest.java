package dev.maskforge.vision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The lists that come along, and one's own.
class ClassListTest {
    @TempDir
    Path folder;

    private static ClassList list(String name) {
        return ClassList.ofDataset(name).orElseThrow();
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("mine.txt"), content);
    }

    @ParameterizedTest
    @CsvSource({"cityscapes, 19, 8, 7, 33, road, bicycle", "cityscapes-instance, 8, 8, 24, 33, person, bicycle",
            "ade20k, 150, 100, 1, 150, wall, flag", "ade20k-panoptic, 150, 100, 0, 149, wall, flag",
            "ade20k-instance, 100, 100, 7, 149, bed, flag",
            "ade20k-full, 847, 0, 2978, 3148, wall, 'adding machine, totalizer, totaliser'",
            "coco-panoptic, 133, 80, 1, 200, person, rug-merged", "coco-instance, 80, 80, 1, 90, person, toothbrush",
            "coco-stuff-10k, 171, 80, 1, 182, person, wood", "mapillary-vistas, 65, 37, 0, 64, Bird, Ego Vehicle",
            "mapillary-vistas-panoptic, 65, 37, 1, 65, Bird, Ego Vehicle"})
    void comesAlong(String name, int classes, int things, int firstId, int lastId, String first, String last) {
        ClassList list = list(name);
        assertEquals(name, list.dataset());
        assertEquals(classes, list.size());
        assertEquals(things, list.classes().stream().filter(SegmentationClass::isThing).count());
        assertEquals(first, list.get(0).name());
        assertEquals(last, list.get(classes - 1).name());
        assertEquals(firstId, list.get(0).datasetId());
        assertEquals(lastId, list.get(classes - 1).datasetId());
        assertEquals(classes, list.classes().stream().map(SegmentationClass::name).distinct().count(), "names");
        assertEquals(classes, list.classes().stream().map(SegmentationClass::datasetId).distinct().count(), "ids");
        // Two of ADE20K's 150 colours are one: conveyer belt and crt screen.
        int same = name.equals("ade20k") || name.equals("ade20k-panoptic") ? 1 : 0;
        assertEquals(classes - same, list.classes().stream().map(SegmentationClass::colour).distinct().count(), "colours");
    }

    @Test
    void cocosThingsAreItsInstances() {
        ClassList panoptic = list("coco-panoptic");
        assertEquals(list("coco-instance").classes(), panoptic.classes().subList(0, 80));
        assertTrue(panoptic.classes().subList(80, 133).stream().noneMatch(SegmentationClass::isThing));
        assertEquals(list("coco-instance").classes(), list("coco-stuff-10k").classes().subList(0, 80));
        assertEquals(new SegmentationClass(11, 13, "stop sign", new Colour(220, 220, 0), true), panoptic.get(11));
    }

    @Test
    void cityscapesInstancesAreItsThings() {
        List<SegmentationClass> things = list("cityscapes").classes().stream().filter(SegmentationClass::isThing).toList();
        for (SegmentationClass instance : list("cityscapes-instance").classes()) {
            SegmentationClass thing = things.get(instance.trainId());
            assertEquals(11 + instance.trainId(), thing.trainId());
            assertEquals(thing, new SegmentationClass(thing.trainId(), instance.datasetId(), instance.name(), instance.colour(), true));
        }
    }

    @Test
    void adesInstancesAreItsThings() {
        List<SegmentationClass> things = list("ade20k-panoptic").classes().stream().filter(SegmentationClass::isThing).toList();
        assertEquals(List.of(7, 8, 10, 12, 14, 15, 18, 19, 20, 22), things.stream().limit(10).map(SegmentationClass::trainId).toList());
        for (SegmentationClass instance : list("ade20k-instance").classes()) {
            SegmentationClass thing = things.get(instance.trainId());
            assertEquals(thing.trainId(), instance.datasetId());
            assertEquals(thing.colour(), instance.colour());
        }
    }

    @Test
    void idsOfPanopticAndLabelPicturesAreOneApart() {
        for (int i = 0; i < 150; i++) {
            assertEquals(list("ade20k").get(i).datasetId() - 1, list("ade20k-panoptic").get(i).datasetId());
        }
        for (int i = 0; i < 65; i++) {
            assertEquals(list("mapillary-vistas").get(i).datasetId() + 1, list("mapillary-vistas-panoptic").get(i).datasetId());
        }
    }

    @Test
    void coloursThatNobodyDefinedAreSpread() {
        IntStream.range(0, 847).forEach(i -> assertEquals(ClassList.generatedColour(i), list("ade20k-full").get(i).colour()));
        IntStream.range(80, 171).forEach(i -> assertEquals(ClassList.generatedColour(i), list("coco-stuff-10k").get(i).colour()));
    }

    @Test
    void readsNames() throws IOException {
        ClassList list = ClassList.read(file("\ufeff# mine\r\nroad\r\n naïve snow ☃ \r\ncar, van\r\n\r\n"));
        assertEquals(ClassList.named("mine", List.of("road", "naïve snow ☃", "car, van")), list);
    }

    @Test
    void readsThingsAndStuff() throws IOException {
        ClassList list = ClassList.read(file("road\tstuff\ncar\tthing"));
        assertEquals(List.of(false, true), list.classes().stream().map(SegmentationClass::isThing).toList());
        assertEquals(ClassList.generatedColour(1), list.get(1).colour());
        assertEquals(1, list.get(1).datasetId());
    }

    @Test
    void readsWholeTables() throws IOException {
        ClassList list = ClassList.read(file("road\t7\t128\t64\t128\tstuff\n# between\ncar\t65535\t0\t0\t255\tthing\n"));
        assertEquals(List.of(new SegmentationClass(0, 7, "road", new Colour(128, 64, 128), false),
                new SegmentationClass(1, 65535, "car", new Colour(0, 0, 255), true)), list.classes());
    }
}
