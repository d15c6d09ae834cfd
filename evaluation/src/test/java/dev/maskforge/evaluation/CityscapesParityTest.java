package dev.maskforge.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Cityscapes' scores against those of cityscapesScripts.
class CityscapesParityTest {
    private static final CityscapesDataset DATASET = CityscapesDataset.open(Expected.FIXTURES.resolve("cityscapes"), "val");
    private static final Path RESULTS = Expected.FIXTURES.resolve("cityscapes-results");

    @Test
    void pixelLevelSemanticLabelling() throws IOException {
        CityscapesPredictions predictions = CityscapesPredictions.open(RESULTS.resolve("labels"));
        CityscapesSemanticScorer scorer = new CityscapesSemanticScorer();
        List<Path> files = predictions.labelFiles(DATASET);
        for (int i = 0; i < files.size(); i++) {
            CityscapesDataset.Picture picture = DATASET.pictures().get(i);
            scorer.add(picture.name(), predictions.readLabels(files.get(i)), picture.readTruth());
        }
        CityscapesSemanticScores scores = scorer.scores();
        Expected.assertSame(scores.officialName(), Expected.read(scores.officialName()), scores.document());
        assertTrue(scores.meanOfLabels() > 0.3 && scores.meanOfLabels() < 0.9, "scores tell little at " + scores.meanOfLabels());
    }

    @Test
    void panopticQuality() throws IOException {
        CocoPanopticFile predictions = CityscapesPredictions.open(RESULTS).panoptic(DATASET);
        PanopticScorer scorer = PanopticScorer.ofCityscapes();
        for (CityscapesDataset.Picture picture : DATASET.pictures()) {
            scorer.add(picture.name(), predictions.read(picture.name()), picture.readTruth().panoptic());
        }
        PanopticScores scores = scorer.scores();
        Expected.assertSame(scores.officialName(), Expected.read(scores.officialName()), scores.document());
        assertEquals(scores.all().count(), scores.things().count() + scores.stuff().count());
    }

    @Test
    void instanceLevelSemanticLabelling() throws IOException {
        CityscapesPredictions predictions = CityscapesPredictions.open(RESULTS.resolve("instances"));
        CityscapesInstanceScorer scorer = new CityscapesInstanceScorer();
        List<Path> files = predictions.instanceFiles(DATASET);
        for (int i = 0; i < files.size(); i++) {
            CityscapesDataset.Picture picture = DATASET.pictures().get(i);
            scorer.add(picture.name(), predictions.readInstances(files.get(i)), picture.readTruth());
        }
        CityscapesInstanceScores scores = scorer.scores();
        Expected.assertSame(scores.officialName(), Expected.read(scores.officialName()), scores.document());
        assertTrue(scores.averagePrecision50() > scores.averagePrecision(), scores.toString());
    }
}
