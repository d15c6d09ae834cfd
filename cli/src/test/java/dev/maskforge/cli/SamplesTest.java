package dev.maskforge.cli;

import dev.maskforge.Segmenter;
import dev.maskforge.evaluation.ConfusionMatrix;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.LabelFile;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The sample models on held-out scenes, against what PyTorch says of them in float32 (`tools/train/evaluate.py`).
///
/// `-Dmaskforge.heldOut=100` takes all scenes that there are, which is a minute's work.
class SamplesTest {
    private static final Path EXPECTED = Path.of(System.getProperty("maskforge.fixtures")).resolveSibling("train").resolve("expected");
    private static final Size SIZE = new Size(256, 512);
    private static final long FIRST_SEED = 1_000_000;
    private static final int ALL = 100;
    private static final int SCENES = Integer.getInteger("maskforge.heldOut", 10);
    /// Float32 in another order moves a pixel or two of a picture across a border between classes.
    private static final double LEAST_AGREEMENT = 0.9999;
    private static final double MEAN_TOLERANCE = 0.001;

    private final ClassList classes = ClassList.ofDataset("cityscapes").orElseThrow();

    @ParameterizedTest
    @CsvSource({"0, maskformer, 0.70", "1, mask2former, 0.75"})
    void saysWhatPyTorchSays(int sample, String name, double least) throws IOException {
        ConfusionMatrix ours = ConfusionMatrix.ofClasses(classes.size());
        ConfusionMatrix theirs = ConfusionMatrix.ofClasses(classes.size());
        long agreeing = 0;
        try (Segmenter segmenter = Segmenter.open(Samples.models().get(sample).checkpoint(),
                Segmenter.Options.standard().withResizeRule(new ResizeRule.FitInside(SIZE.height(), SIZE.width())))) {
            for (long seed = FIRST_SEED; seed < FIRST_SEED + SCENES; seed++) {
                SampleScene scene = SampleScene.draw(seed, SIZE);
                LabelMap labels = segmenter.segment(scene.image());
                LabelMap expected = LabelFile.read(EXPECTED.resolve(name).resolve(String.format(Locale.ROOT, "%08d.png", seed)));
                ours.add(labels, scene.truth(), SampleScene.VOID);
                theirs.add(expected, scene.truth(), SampleScene.VOID);
                agreeing += agreeing(labels, expected);
            }
        }
        double agreement = (double) agreeing / SCENES / SIZE.height() / SIZE.width();
        double mean = ours.meanIntersectionOverUnion().orElseThrow();
        double expectedMean = theirs.meanIntersectionOverUnion().orElseThrow();
        System.out.printf(Locale.ROOT, "%s, %d scenes: mIoU %.5f, PyTorch %.5f; %.6f of the pixels agree%n", name, SCENES, mean,
                expectedMean,
                agreement);
        assertTrue(agreement >= LEAST_AGREEMENT, () -> name + ": " + agreement);
        assertEquals(expectedMean, mean, MEAN_TOLERANCE);
        requireSkill(name, ours, theirs, least);
    }

    /// The figures that are told of the models are those of all scenes.
    private void requireSkill(String name, ConfusionMatrix ours, ConfusionMatrix theirs, double least) throws IOException {
        JsonNode told = new JsonMapper().readTree(Files.readString(EXPECTED.resolve("figures.json"))).get("models").get(name);
        assertTrue(told.get("mIoU").asDouble() >= least);
        assertEquals(classes.size(), told.get("IoU").size());
        for (JsonNode each : told.get("IoU")) {
            assertTrue(each.asDouble() > 0);
        }
        if (SCENES == ALL) {
            assertEquals(told.get("mIoU").asDouble(), theirs.meanIntersectionOverUnion().orElseThrow(), 1e-5);
            for (int trainId = 0; trainId < classes.size(); trainId++) {
                assertEquals(told.get("IoU").get(classes.get(trainId).name()).asDouble(), ours.intersectionOverUnion(trainId).orElseThrow(),
                        MEAN_TOLERANCE);
            }
        }
    }

    private static long agreeing(LabelMap labels, LabelMap expected) {
        long agreeing = 0;
        for (int pixel = 0; pixel < labels.pixels(); pixel++) {
            agreeing += labels.at(pixel) == expected.at(pixel) ? 1 : 0;
        }
        return agreeing;
    }
}
