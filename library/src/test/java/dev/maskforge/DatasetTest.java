package dev.maskforge;

import dev.maskforge.models.Task;
import dev.maskforge.models.Zoo;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.SegmentationClass;
import dev.maskforge.vision.Thresholds;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What datasets mean for the models that were trained on them.
class DatasetTest {
    private static Dataset dataset(String name) {
        return Dataset.named(name).orElseThrow();
    }

    /// Both repositories' configurations, resolved with their bases.
    @ParameterizedTest
    @CsvSource({"cityscapes, SEMANTIC, MaskFormer, R101, 1024, 2048, 0.8, 32",
            "cityscapes, INSTANCE, Mask2Former, Swin-L, 1024, 2048, 0.8, 32",
            "ade20k, SEMANTIC, MaskFormer, R50, 512, 2048, 0.8, 32", "ade20k, SEMANTIC, MaskFormer, Swin-S, 512, 2048, 0.8, 32",
            "ade20k, SEMANTIC, MaskFormer, Swin-B, 640, 2560, 0.8, 32", "ade20k, SEMANTIC, Mask2Former, Swin-B-IN21k, 640, 2560, 0.8, 32",
            "ade20k, SEMANTIC, Mask2Former, Swin-L, 640, 2560, 0.8, 32", "ade20k, PANOPTIC, MaskFormer, R50, 640, 2560, 0.7, 32",
            "ade20k, PANOPTIC, Mask2Former, R50, 640, 2560, 0.8, 32", "ade20k, INSTANCE, Mask2Former, Swin-L, 640, 2560, 0.8, 32",
            "ade20k-full, SEMANTIC, MaskFormer, R101c, 512, 2048, 0.8, 32", "coco-stuff-10k, SEMANTIC, MaskFormer, R50, 640, 2560, 0.8, 32",
            "coco, PANOPTIC, MaskFormer, Swin-T, 800, 1333, 0.8, 1", "coco, PANOPTIC, Mask2Former, R50, 800, 1333, 0.8, 32",
            "coco, INSTANCE, Mask2Former, R50, 800, 1333, 0.8, 32", "coco, SEMANTIC, Mask2Former, R50, 800, 1333, 0.8, 32",
            "mapillary-vistas, SEMANTIC, MaskFormer, R50, 2048, 2048, 0.0, 32",
            "mapillary-vistas, PANOPTIC, Mask2Former, Swin-L, 2048, 2048, 0.0, 32"})
    void testsAsTheOfficialConfigurationsDo(String name, Task task, String architecture, String backbone, int shortest, int longest,
            double objectMaskThreshold, int sizeDivisibility) {
        assertEquals(
                new Dataset.Testing(new ResizeRule.ShortestEdge(shortest, longest), new Thresholds(objectMaskThreshold, 0.8, 100),
                        sizeDivisibility),
                dataset(name).testing(task, architecture, backbone));
    }

    @Test
    void unknownOnesAreTestedAsDetectron2Does() {
        Dataset unknown = Dataset.ofClasses(20);
        assertEquals("unknown", unknown.name());
        assertEquals(new ResizeRule.ShortestEdge(800, 1333), unknown.testing(Task.SEMANTIC, "Mask2Former", "Swin-L").resizeRule());
        assertEquals(Optional.empty(), unknown.task(20));
        assertEquals(Optional.empty(), unknown.classList(Task.SEMANTIC, 20));
    }

    @ParameterizedTest
    @CsvSource({"8, cityscapes, INSTANCE", "19, cityscapes, SEMANTIC", "65, mapillary-vistas, SEMANTIC", "80, coco, INSTANCE",
            "100, ade20k, INSTANCE", "133, coco, PANOPTIC", "150, ade20k, SEMANTIC", "171, coco-stuff-10k, SEMANTIC",
            "847, ade20k-full, SEMANTIC"})
    void areToldFromTheNumberOfClasses(int classes, String name, Task task) {
        assertEquals(name, Dataset.ofClasses(classes).name());
        assertEquals(Optional.of(task), Dataset.ofClasses(classes).task(classes));
    }

    @Test
    void noNumberOfClassesBelongsToTwo() {
        for (Dataset dataset : Dataset.known()) {
            dataset.uses().forEach(use -> assertEquals(dataset, Dataset.ofClasses(use.classes())));
        }
    }

    @Test
    void theirListsAreThere() {
        for (Dataset dataset : Dataset.known()) {
            for (Dataset.Use use : dataset.uses()) {
                ClassList list = dataset.classList(use.task(), use.classes()).orElseThrow();
                assertEquals(use.classList(), list.dataset());
                assertEquals(use.classes(), list.size());
                assertTrue(use.task() != Task.INSTANCE || list.classes().stream().allMatch(SegmentationClass::isThing), list.dataset());
            }
        }
    }

    @Test
    void otherTasksUseTheListOfAsManyClasses() {
        assertEquals("coco-panoptic", dataset("coco").classList(Task.SEMANTIC, 133).orElseThrow().dataset());
        assertEquals("ade20k-instance", dataset("ade20k").classList(Task.PANOPTIC, 100).orElseThrow().dataset());
        assertEquals(Optional.empty(), dataset("coco").classList(Task.SEMANTIC, 19));
    }

    @Test
    void everyOfficialModelHasItsDatasetAndList() {
        for (Zoo.Entry entry : Zoo.entries()) {
            Dataset dataset = dataset(entry.dataset());
            OptionalInt classes = dataset.classes(entry.task());
            assertTrue(classes.isPresent() && dataset.classList(entry.task(), classes.getAsInt()).isPresent(), entry.md5());
        }
    }
}
