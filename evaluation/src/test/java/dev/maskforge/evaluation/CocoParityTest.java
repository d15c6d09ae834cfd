package dev.maskforge.evaluation;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// COCO's scores against those of panopticapi and pycocotools.
class CocoParityTest {
    @Test
    void panopticQuality() throws IOException {
        CocoPanopticFile truth = CocoPanopticFile.open(Expected.FIXTURES.resolve("coco/annotations/panoptic_val2017.json"));
        CocoPanopticFile predictions = CocoPanopticFile.open(Expected.FIXTURES.resolve("coco-results/panoptic_val2017.json"));
        PanopticScorer scorer = new PanopticScorer(truth.categories());
        for (CocoPanopticFile.Annotation annotation : truth.annotations()) {
            scorer.add(annotation.imageId(), predictions.read(annotation.imageId()), truth.read(annotation.imageId()));
        }
        Expected.assertSame("coco-panoptic.json", Expected.read("coco-panoptic.json"), scorer.scores().document());
    }

    @ParameterizedTest
    @CsvSource({"segm, segm.json, MASKS", "segm of boxed, boxed.json, MASKS", "bbox of boxed, boxed.json, BOXES"})
    void instances(String name, String file, CocoInstanceScorer.Kind kind) throws IOException {
        CocoInstanceDataset dataset = CocoInstanceDataset.open(Expected.FIXTURES.resolve("coco/annotations/instances_val2017.json"));
        CocoInstanceResults results = CocoInstanceResults.open(Expected.FIXTURES.resolve("coco-results").resolve(file), dataset);
        CocoInstanceScorer scorer = new CocoInstanceScorer(dataset, kind);
        dataset.pictures().forEach(picture -> scorer.add(picture, results));
        CocoInstanceScores scores = scorer.scores();
        SequencedMap<String, Object> actual = new LinkedHashMap<>();
        actual.put("stats", List.copyOf(scores.statistics().values()));
        SequencedMap<String, Object> categories = new LinkedHashMap<>();
        scores.averagePrecisions().forEach((category, precision) -> categories.put(category.toString(), precision));
        actual.put("categories", categories);
        Expected.assertSame(name, Expected.read("coco-instances.json").get(name), actual);
    }

    @Test
    void polygonsCoverThePixelsThatPycocotoolsDraws() throws IOException {
        JsonNode expected = Expected.read("polygons.json");
        int height = expected.get("height").asInt();
        int width = expected.get("width").asInt();
        for (int i = 0; i < expected.get("polygons").size(); i++) {
            double[] corners = StreamSupport.stream(expected.get("polygons").get(i).spliterator(), false).mapToDouble(JsonNode::doubleValue)
                    .toArray();
            RunLengths drawn = Polygon.draw(height, width, corners);
            RunLengths reference = RunLengths.parse(height, width, expected.get("counts").get(i).asString());
            assertEquals(reference.area(), drawn.area(), "polygon " + i);
            assertEquals(reference.area(), drawn.shared(reference), "polygon " + i);
            assertEquals(reference.box(), drawn.box(), "polygon " + i);
        }
    }
}
