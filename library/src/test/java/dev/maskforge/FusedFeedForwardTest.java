package dev.maskforge;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.FeedForward;
import dev.maskforge.graph.Operation.Linear;
import dev.maskforge.graph.Tensor;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.FoldConstants;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.rewrite.FuseFeedForward;
import dev.maskforge.passes.rewrite.Optimisation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

/// What fusing makes of small models with transformers: which layers, and that not a bit of what they say differs.
class FusedFeedForwardTest {
    private static final FuseFeedForward FUSE = new FuseFeedForward((_, _, _) -> true);
    private static final Lowering LOWERING = new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE);
    private static final String LAYER = "linear2/Linear";

    private static Graph optimised(ModelFile file) {
        return Optimisation.fewerOperations().passes().run(file.graph(InputShape.free(), Output.RAW)).graph();
    }

    private static Graph lowered(Graph graph) {
        return Pipeline.of(LOWERING, new FoldConstants(), new RemoveUnused()).run(graph).graph();
    }

    /// One in each layer: six of Mask2Former's encoder and nine of its decoder, six of MaskFormer's decoder. The embeddings of
    /// masks, whose first two of three layers fuse, too, are not counted.
    @ParameterizedTest
    @CsvSource({"mask2former-r50, 15", "maskformer-r50, 6"})
    void everyLayerHasOne(String model, int layers) {
        try (ModelFile file = ModelFile.open(Original.checkpoint(model), ModelOptions.none())) {
            Graph graph = optimised(file);
            List<String> authored = graph.nodes().stream().filter(node -> node.operation() instanceof Linear).map(Node::name)
                    .filter(name -> name.endsWith(LAYER)).toList();
            List<String> fused = FUSE.apply(lowered(graph)).graph().nodes().stream()
                    .filter(node -> node.operation() instanceof FeedForward).map(Node::name).toList();
            assertEquals(authored, fused.stream().filter(name -> name.contains(LAYER))
                    .map(name -> name.substring(0, name.lastIndexOf('/'))).toList());
            assertEquals(layers, authored.size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"maskformer-r50", "mask2former-r50"})
    void saysTheSameToTheBit(String model) {
        String size = Original.networkSizes(model).getFirst();
        try (Original original = Original.open(model, size);
                ModelFile file = ModelFile.open(Original.checkpoint(model), ModelOptions.none())) {
            Graph graph = lowered(optimised(file));
            Graph fused = FUSE.apply(graph).graph();
            Map<String, Tensor> expected = ParityTest.run("reference", graph, original.input());
            assertSame(expected, ParityTest.run("reference", fused, original.input()));
            assertSame(expected, ParityTest.run("reference", LOWERING.apply(fused).graph(), original.input()));
        }
    }

    private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, tensor) -> assertArrayEquals(tensor.toFloats(), requireNonNull(actual.get(name)).toFloats(), name));
    }
}
