package dev.maskforge;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.FusedConv;
import dev.maskforge.graph.Operation.FusedConv.Activation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.rewrite.FuseConvolutions;
import dev.maskforge.passes.rewrite.Optimisation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What fusing makes of small models with ResNets: which convolutions, and that not a bit of what they say differs.
class FusedConvolutionsTest {
    private static final FuseConvolutions FUSE = new FuseConvolutions((_, _) -> true);
    private static final Lowering LOWERING = new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE);
    private static final Pattern IN_BLOCK = Pattern.compile("(?<block>.*\\bres[2-5]\\.\\d+)\\.(?<convolution>conv[123]|shortcut)\\b.*");

    private static Graph optimised(ModelFile file) {
        return Optimisation.fewerOperations().passes().run(file.graph(InputShape.free(), Output.RAW)).graph();
    }

    /// Three of a block's convolutions: two with a Relu, the last with the addend and the block's own. Where a block projects
    /// what it adds, the projection is the later convolution of the sum, and conv3, whose result it takes, stays plain.
    @ParameterizedTest
    @ValueSource(strings = {"maskformer-r50", "maskformer-r101c", "mask2former-r50"})
    void everyBlockHasThree(String model) {
        try (ModelFile file = ModelFile.open(Original.checkpoint(model), ModelOptions.none())) {
            Map<String, List<String>> blocks = new TreeMap<>();
            for (Node node : FUSE.apply(optimised(file)).graph().nodes()) {
                Matcher place = IN_BLOCK.matcher(node.name());
                if (place.matches()) {
                    blocks.computeIfAbsent(place.group("block"), _ -> new ArrayList<>())
                            .add(place.group("convolution") + " " + form(node));
                }
            }
            List<String> projecting = List.of("conv1 relu", "conv2 relu", "conv3 plain", "shortcut addend, relu");
            List<String> plain = List.of("conv1 relu", "conv2 relu", "conv3 addend, relu");
            blocks.forEach((block, convolutions) -> assertEquals(block.endsWith(".0") ? projecting : plain, convolutions, block));
            assertTrue(blocks.size() > 4, () -> "a block of each kind at least, not " + blocks.keySet());
        }
    }

    private static String form(Node node) {
        return switch (node.operation()) {
            case FusedConv(_, _, _, _, Activation activation) when activation == Activation.RELU ->
                node.inputs().size() == 4 ? "addend, relu" : "relu";
            case Operation.Conv _ -> "plain";
            default -> node.operation().type();
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"maskformer-r50", "mask2former-r50"})
    void saysTheSameToTheBit(String model) {
        String size = Original.networkSizes(model).getFirst();
        try (Original original = Original.open(model, size);
                ModelFile file = ModelFile.open(Original.checkpoint(model), ModelOptions.none())) {
            Graph graph = optimised(file);
            Graph fused = FUSE.apply(graph).graph();
            Map<String, Tensor> expected = ParityTest.run("reference", graph, original.input());
            assertSame(expected, ParityTest.run("reference", fused, original.input()));
            assertSame(ParityTest.run("reference", LOWERING.apply(graph).graph(), original.input()),
                    ParityTest.run("reference", LOWERING.apply(fused).graph(), original.input()));
        }
    }

    private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, tensor) -> assertArrayEquals(tensor.toFloats(), requireNonNull(actual.get(name)).toFloats(), name));
    }
}
