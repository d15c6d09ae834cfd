package dev.maskforge.evaluation;

import dev.maskforge.vision.LabelFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// ADE20K's scores against those of Detectron2's evaluator and of the scene parsing benchmark.
class Ade20kParityTest {
    @Test
    void semanticSegmentation() throws IOException {
        Ade20kScorer scorer = new Ade20kScorer();
        for (Ade20kDataset.Picture picture : Ade20kDataset.open(Expected.FIXTURES.resolve("ade20k"), "validation").pictures()) {
            scorer.add(picture.name(), LabelFile.read(Expected.FIXTURES.resolve("ade20k-results").resolve(picture.name() + ".png")),
                    picture.readTruth());
        }
        SemanticScores scores = scorer.scores();
        JsonNode expected = Expected.read("ade20k.json");
        // The script calls classes by their label ids.
        SequencedMap<String, Object> actual = new LinkedHashMap<>(
                new SemanticScores(IntStream.rangeClosed(1, 150).mapToObj(Integer::toString).toList(), scores.counts()).document());
        actual.put("benchmark mean IoU", scores.benchmarkMean());
        Expected.assertSame("ade20k.json", expected, actual);
        assertEquals("wall", scores.classes().getFirst());
    }
}
