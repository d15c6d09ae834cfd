package dev.maskforge;

import dev.maskforge.engine.EngineException;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.InstanceSegmentation;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.PanopticSegmentation;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.SemanticInference.ConfidentLabels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The library's front door, on a small checkpoint.
class SegmenterTest {
    private static Segmenter open(String model, int height, int width) {
        return open(model, new ResizeRule.FitInside(height, width));
    }

    private static Segmenter open(String model, ResizeRule rule) {
        return Segmenter.open(Original.checkpoint(model), Segmenter.Options.standard().withResizeRule(rule));
    }

    /// A picture of the network's own size needs no resizing, so the labels are the original's wherever it is sure.
    @ParameterizedTest
    @ValueSource(strings = {"maskformer-r50", "maskformer-r101", "mask2former-r50", "mask2former-r101"})
    void saysWhatTheOriginalSays(String model) {
        try (Original original = Original.open(model, "64x128"); Segmenter segmenter = open(model, 64, 128)) {
            byte[] theirs = original.tensor("labels").toBytes();
            byte[] sure = original.tensor("sure").toBytes();
            for (int picture = 0; picture < original.pictures(); picture++) {
                byte[] ours = segmenter.segment(original.picture(picture)).bytes();
                int different = 0;
                for (int i = 0; i < ours.length; i++) {
                    int at = picture * ours.length + i;
                    different += sure[at] != 0 && ours[i] != theirs[at] ? 1 : 0;
                }
                assertEquals(0, different);
            }
        }
    }

    @Test
    void answersInThePicturesGeometry() {
        try (Original original = Original.open("maskformer-r50", "64x128"); Segmenter segmenter = open("maskformer-r50", 96, 96)) {
            LabelMap labels = segmenter.segment(original.picture(0));
            assertEquals(64, labels.height());
            assertEquals(128, labels.width());
            ConfidentLabels confident = segmenter.segmentWithConfidence(original.picture(0));
            assertEquals(labels, confident.labels());
            assertEquals("float32[64, 128]", confident.confidence().toString());
        }
    }

    @Test
    void aBatchSaysWhatItsPicturesSayAlone() {
        try (Original wide = Original.open("mask2former-r101", "64x128");
                Original other = Original.open("mask2former-r101", "96x64");
                Segmenter segmenter = open("mask2former-r101", new ResizeRule.ShortestEdge(64, 128))) {
            RgbImage small = wide.picture(0);
            List<RgbImage> pictures = List.of(small, wide.picture(1), other.picture(0));
            List<LabelMap> together = segmenter.segment(pictures);
            for (int i = 0; i < pictures.size(); i++) {
                LabelMap alone = segmenter.segment(pictures.get(i));
                long different = 0;
                for (int pixel = 0; pixel < alone.pixels(); pixel++) {
                    different += alone.at(pixel) != together.get(i).at(pixel) ? 1 : 0;
                }
                // Products of other shapes round differently, which shows where two classes are level.
                assertTrue(different <= alone.pixels() / 1000, "pixels that differ: " + different);
            }
        }
    }

    @Test
    void manyThreadsSayTheSame() throws Exception {
        try (Original original = Original.open("mask2former-r101", "64x128");
                Segmenter segmenter = open("mask2former-r101", 64, 128);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            LabelMap alone = segmenter.segment(original.picture(1));
            List<Future<LabelMap>> answers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                answers.add(threads.submit(() -> segmenter.segment(original.picture(1))));
            }
            for (Future<LabelMap> answer : answers) {
                assertEquals(alone, answer.get());
            }
        }
    }

    @Test
    void givesUpWhenTheTimeIsOver() {
        try (Original original = Original.open("mask2former-r50", "64x128"); Segmenter segmenter = open("mask2former-r50", 512, 1024)) {
            EngineException e = assertThrows(EngineException.class, () -> segmenter.segment(original.picture(0), Duration.ofMillis(1)));
            assertTrue(String.valueOf(e.getMessage()).contains("given up after 1 ms"), e.getMessage());
            assertEquals(64, segmenter.segment(original.picture(0), Duration.ofMinutes(5)).height());
        }
    }

    @Test
    void isOfNoUseOnceClosed() {
        Segmenter segmenter = open("maskformer-r50", 64, 128);
        segmenter.close();
        try (Original original = Original.open("maskformer-r50", "64x128")) {
            RgbImage picture = original.picture(0);
            assertThrows(IllegalStateException.class, () -> segmenter.segment(picture));
        }
    }

    private static Segmenter open(String model, Task task) {
        return Segmenter.open(Original.checkpoint(model), Segmenter.Options.standard().withModel(ModelOptions.none().trainedFor(task))
                .withResizeRule(new ResizeRule.FitInside(64, 128)));
    }

    /// One run of the network gives all answers, and each is what is given alone.
    @Test
    void answersSeveralQuestionsFromOneRun() {
        try (Original original = Original.open("mask2former-r50", "64x128"); Segmenter segmenter = open("mask2former-r50", Task.PANOPTIC)) {
            RgbImage picture = original.picture(0);
            record All(LabelMap labels, PanopticSegmentation panoptic, InstanceSegmentation instances) {}
            All all = segmenter.predict(picture, said -> new All(said.labels(), said.panoptic(), said.instances()));
            assertEquals(segmenter.segment(picture), all.labels());
            assertEquals(segmenter.panoptic(picture), all.panoptic());
            assertEquals(segmenter.instances(picture), all.instances());
            ClassList classes = segmenter.model().classes();
            assertTrue(all.instances().instances().stream().allMatch(instance -> classes.get(instance.trainId()).isThing()));
        }
    }

    @Test
    void givesOnlyWhatTheModelWasTrainedFor() {
        try (Original original = Original.open("maskformer-r50", "64x128");
                Segmenter semantic = open("maskformer-r50", Task.SEMANTIC);
                Segmenter panoptic = open("maskformer-r50", Task.PANOPTIC);
                Segmenter instance = open("mask2former-r50", Task.INSTANCE)) {
            RgbImage picture = original.picture(0);
            assertThrows(MaskforgeException.class, () -> semantic.panoptic(picture));
            assertThrows(MaskforgeException.class, () -> semantic.instances(picture));
            assertThrows(MaskforgeException.class, () -> panoptic.instances(picture));
            assertThrows(MaskforgeException.class, () -> instance.segment(picture));
            assertEquals(EnumSet.of(Task.SEMANTIC, Task.PANOPTIC), panoptic.model().results());
            assertEquals(100, instance.instances(picture).instances().size());
        }
    }
}
