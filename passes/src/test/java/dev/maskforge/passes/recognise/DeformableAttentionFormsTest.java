package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

/// Deformable attention by GridSample, as it is meant and in other conventions.
class DeformableAttentionFormsTest {
    private static final String WHOLE = """
            (v: float32[2, 22, 8], o: float32[2, 22, 24], l: float32[2, 22, 12]) -> (y) {
              d = DeformableAttention{heads=2, points=2, levels=[[2, 3], [4, 2], [2, 4]]}(v, o, l)
              y = Relu(d)
            }
            """;
    private static final String UNKNOWN = "where it samples is not known to be centres of pixels plus offsets; fix the size, if it is free";

    private static String lowered() {
        return GraphText
                .print(Pipeline.of(new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE)).run(GraphText.parse(WHOLE)).graph());
    }

    private static void assertDoesNotFire(UnaryOperator<String> change, String... reasons) {
        String text = lowered();
        String changed = change.apply(text);
        assertNotEquals(text, changed);
        Pipeline.Result result = Recognising.by(new RecogniseDeformableAttention(), changed);
        assertEquals(0, Recognising.types(result.graph()).stream().filter("DeformableAttention"::equals).count());
        assertEquals(List.of(reasons), Recognising.reasons(result));
    }

    @Test
    void asItIsMeant() {
        Graph before = GraphText.parse(lowered());
        Graph after = Recognising.by(new RecogniseDeformableAttention(), lowered()).graph();
        assertEquals(1, Recognising.types(after).stream().filter("DeformableAttention"::equals).count(), GraphText.print(after));
        Recognising.assertSame(before, after, Map.of());
    }

    @Test
    void cornersInPlaceOfCentres() {
        assertDoesNotFire(text -> text.replace("constant/0.5: float32[] = 0.5", "constant/0.5: float32[] = 0.0"), UNKNOWN);
    }

    @Test
    void edgesThatAreMeantOtherwise() {
        assertDoesNotFire(text -> text.replace("constant/2.0: float32[] = 2.0", "constant/2.0: float32[] = 2.1"), UNKNOWN);
    }

    @Test
    void offsetsInUnitsOfAnotherLevel() {
        assertDoesNotFire(text -> text.replace("d/size_6: int64[1] = [3]", "d/size_6: int64[1] = [2]"), UNKNOWN);
    }

    @Test
    void weightsThatAreNoSoftmax() {
        assertDoesNotFire(text -> text.replaceFirst("Softmax\\{axis=3\\}", "Sigmoid"), "its weights are no softmax");
    }

    @Test
    void aSumOverAnotherAxis() {
        assertDoesNotFire(text -> text.replaceFirst("ReduceSum\\{axes=\\[3\\]\\}", "ReduceSum{axes=[3], keepDimensions=true}"));
    }
}
