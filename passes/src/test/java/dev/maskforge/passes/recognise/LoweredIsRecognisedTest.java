package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// What our own lowering takes apart is found again.
class LoweredIsRecognisedTest {
    private static final Map<String, Long> SIZES = Map.of("n", 2L, "t", 7L, "h", 1L, "w", 2L);

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
            "(q: float32[n, 5, 8], k: float32[n, t, 8], v: float32[n, t, 8]) -> (y) { a = Attention{heads=2}(q, k, v) y = Relu(a) }; Attention",
            "(q: float32[n, 5, 8], k: float32[n, t, 8], v: float32[n, t, 8], m: bool[n, 5, t]) -> (y) { a = Attention{heads=4}(q, k, v, m) y = Relu(a) }; Attention",
            "(q: float32[1, 5, 6], k: float32[1, 9, 6], v: float32[1, 9, 6], m: bool[1, 5, 9]) -> (y) { a = Attention{heads=1}(q, k, v, m) y = Relu(a) }; Attention",
            "(x: float32[n, 4, 2*h, w]) -> (y) { s: float32[4] = [1.0, 2.0, 3.0, 4.0] b: float32[4] = [4.0, 3.0, 2.0, 1.0] g = GroupNormalization{groups=2}(x, s, b) y = Relu(g) }; GroupNormalization",
            "(x: float32[n, 7, 2]) -> (y) { w: float32[3, 2] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0] b: float32[3] = [1.0, 2.0, 3.0] l = Linear(x, w, b) y = Relu(l) }; Linear",
            "(c: float32[n, 6, 4], m: float32[n, 6, 8*h, 8*w]) -> (y) { s = SemanticInference{height=32*h, width=32*w}(c, m) y = Relu(s) }; SemanticInference",
            "(v: float32[2, 22, 8], o: float32[2, 22, 24], l: float32[2, 22, 12]) -> (y) { d = DeformableAttention{heads=2, points=2, levels=[[2, 3], [4, 2], [2, 4]]}(v, o, l) y = Relu(d) }; DeformableAttention"})
    void byWhatItComputes(String text, String operation) {
        Graph whole = GraphText.parse(text);
        Graph lowered = Pipeline.of(new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE)).run(whole).graph();
        Graph found = Recognising.all(lowered);
        assertEquals(List.of(operation, "Relu"), Recognising.types(found), GraphText.print(found));
        Recognising.assertSame(lowered, found, SIZES);
    }
}
