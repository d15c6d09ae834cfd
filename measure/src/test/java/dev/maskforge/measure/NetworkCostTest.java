package dev.maskforge.measure;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.KeyList;
import dev.maskforge.models.Models;
import dev.maskforge.models.Normalisation;
import dev.maskforge.models.Output;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// Whole networks cost what others count, in billions of multiply-adds (half of the operations that are counted here).
class NetworkCostTest {
    private static final double GIGA = 1e9;

    private static GraphCost cost(String list, int height, int width, Output output) {
        try (Arena arena = Arena.ofConfined()) {
            Graph graph = Models.recognise(KeyList.read(list).weights())
                    .build(InputShape.ofSize(height, width).withBatch(1), output, Normalisation.IMAGENET, arena).graph();
            GraphCost cost = GraphCost.of(graph, Map.of());
            assertEquals(List.of(), cost.uncounted());
            return cost;
        }
    }

    /// `backbone`, `pixel_decoder`, `predictor`, and `head` for what comes after the network.
    private static String part(Node node) {
        String[] scope = node.name().split("[./]", -1);
        return scope[0].equals("sem_seg_head") ? scope[1] : scope[0];
    }

    /// Against a count by hand of the original code's layers, rounded to 0.1. That counts the taps of deformable attention
    /// as five multiply-adds a channel, four for the sample and one for its weight; here these are no products.
    @ParameterizedTest
    @CsvSource({
            "m2f-cityscapes-sem-R50, 512, 1024, 42.7, 73.5, 15.8", "m2f-cityscapes-sem-R50, 1024, 2048, 170.8, 294.1, 58.6",
            "m2f-cityscapes-sem-R101, 512, 1024, 81.5, 73.5, 15.8", "m2f-cityscapes-sem-swin-tiny, 512, 1024, 50.1, 71.0, 15.8",
            "m2f-cityscapes-sem-swin-large, 512, 1024, 404.6, 72.5, 15.8"})
    void mask2FormerIsTheSumOfItsLayers(String list, int height, int width, double backbone, double pixels, double queries) {
        Map<String, Cost> parts = cost(list, height, width, Output.RAW).by(NetworkCostTest::part);
        double tokens = 21.0 * height * width / 1024;
        double sampling = 6 * tokens * 256 * 12 * 5 / GIGA;
        assertEquals(backbone, multiplyAdds(parts, "backbone"), 0.001 * backbone + 0.06);
        assertEquals(pixels, multiplyAdds(parts, "pixel_decoder") + sampling, 0.001 * pixels + 0.06);
        assertEquals(queries, multiplyAdds(parts, "predictor"), 0.001 * queries + 0.06);
    }

    private static double multiplyAdds(Map<String, Cost> parts, String part) {
        return parts.getOrDefault(part, Cost.NONE).productFlops() / 2.0 / GIGA;
    }

    @ParameterizedTest
    @CsvSource({"mf-cityscapes-sem-R101, 512, 1024, 81.5, 53.4", "mf-ade20k-sem-R50, 512, 1024, 42.7, 53.4"})
    void maskFormerIsTheSumOfItsLayers(String list, int height, int width, double backbone, double heads) {
        Map<String, Cost> parts = cost(list, height, width, Output.RAW).by(NetworkCostTest::part);
        assertEquals(backbone, multiplyAdds(parts, "backbone"), 0.06);
        assertEquals(heads, multiplyAdds(parts, "pixel_decoder") + multiplyAdds(parts, "predictor"), 0.001 * heads + 0.06);
    }

    /// The paper's 226 for Mask2Former with ResNet-50 on COCO ("Masked-attention Mask Transformer", table 1) is fvcore's
    /// mean over pictures of a short side of 800, of many widths, and counts norms, too; 800x1088 is near to their mean.
    @Test
    void mask2FormerOnCocoIsNearToThePapersCount() {
        Cost total = cost("m2f-coco-pan-R50", 800, 1088, Output.RAW).total();
        assertEquals(226, (total.productFlops() + total.otherFlops()) / 2.0 / GIGA, 0.04 * 226);
    }

    /// The head mixes 19 classes of 100 queries at full resolution: 19·100·512·1024.
    @Test
    void theHeadIsCountedWhereItIsPartOfTheGraph() {
        Map<String, Cost> parts = cost("m2f-cityscapes-sem-R50", 512, 1024, Output.LABELS).by(NetworkCostTest::part);
        assertEquals(19.0 * 100 * 512 * 1024 / GIGA, multiplyAdds(parts, "head"), 1e-9);
    }
}
