package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Each rule by itself: where it fires and where it must not.
class RulesTest {
    private static final String LAYER_NORMALISATION = """
            (x: float32[2, 5, 3]) -> (y) {
              two: float32[] = 2.0
              epsilon: float32[] = 1.0E-5
              scale: float32[3] = [1.0, 2.0, 3.0]
              bias: float32[3] = [3.0, 2.0, 1.0]
              mean = ReduceMean{axes=[-1], keepDimensions=true}(x)
              centred = Subtract(x, mean)
              square = Power(centred, two)
              variance = ReduceMean{axes=[-1], keepDimensions=true}(square)
              safe = Add(variance, epsilon)
              deviation = Sqrt(safe)
              normalised = Divide(centred, deviation)
              scaled = Multiply(normalised, scale)
              shifted = Add(scaled, bias)
              y = Relu(shifted)
            }
            """;

    private static void assertFires(Rule rule, String text, String... types) {
        Graph before = GraphText.parse(text);
        Graph after = Recognising.by(rule, text).graph();
        assertEquals(List.of(types), Recognising.types(after), GraphText.print(after));
        Recognising.assertSame(before, after, Map.of("n", 2L, "h", 3L));
    }

    private static void assertDoesNotFire(Rule rule, String text, String... reasons) {
        Pipeline.Result result = Recognising.by(rule, text);
        assertEquals(Recognising.types(GraphText.parse(text)), Recognising.types(result.graph()));
        assertEquals(List.of(reasons), Recognising.reasons(result));
    }

    @Test
    void layerNormalisationInPieces() {
        assertFires(new RecogniseLayerNormalization(), LAYER_NORMALISATION, "LayerNormalization", "Relu");
        assertFires(new RecogniseLayerNormalization(), LAYER_NORMALISATION.replace("Power(centred, two)", "Multiply(centred, centred)"),
                "LayerNormalization", "Relu");
    }

    @Test
    void noLayerNormalisationOverAnotherAxisOrOfAnotherMean() {
        assertDoesNotFire(new RecogniseLayerNormalization(),
                LAYER_NORMALISATION.replace("mean = ReduceMean{axes=[-1]", "mean = ReduceMean{axes=[1]"),
                "its statistics are not of the last axis");
        assertDoesNotFire(new RecogniseLayerNormalization(), LAYER_NORMALISATION.replace("two: float32[] = 2.0", "two: float32[] = 3.0"));
        assertDoesNotFire(new RecogniseLayerNormalization(), LAYER_NORMALISATION.replace("Divide(centred,", "Divide(x,"));
    }

    @Test
    void groupNormalisationInPieces() {
        String text = """
                (x: float32[n, 4, h, 2]) -> (y) {
                  ones: float32[2] = [1.0, 1.0]
                  zeros: float32[2] = [0.0, 0.0]
                  scale: float32[4, 1, 1] = [1.0, 2.0, 3.0, 4.0]
                  bias: float32[4, 1, 1] = [4.0, 3.0, 2.0, 1.0]
                  groups = Reshape{shape=[n, 2, 4*h]}(x)
                  normalised = InstanceNormalization(groups, ones, zeros)
                  channels = Reshape{shape=[n, 4, h, 2]}(normalised)
                  scaled = Multiply(channels, scale)
                  shifted = Add(scaled, bias)
                  y = Relu(shifted)
                }
                """;
        assertFires(new RecogniseGroupNormalization(), text, "Reshape", "Reshape", "GroupNormalization", "Relu");
        assertDoesNotFire(new RecogniseGroupNormalization(),
                text.replace("ones: float32[2] = [1.0, 1.0]", "ones: float32[2] = [1.0, 2.0]"));
        assertDoesNotFire(new RecogniseGroupNormalization(), text.replace("scale: float32[4, 1, 1] = [1.0, 2.0, 3.0, 4.0]",
                "scale: float32[2] = [1.0, 2.0]"), "its scale is float32[2], not one number a channel");
    }

    @Test
    void linearLayers() {
        String text = """
                (x: float32[n, 3, 2]) -> (y) {
                  w: float32[2, 3] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
                  b: float32[3] = [1.0, 2.0, 3.0]
                  p = MatMul(x, w)
                  s = Add(b, p)
                  y = Relu(s)
                }
                """;
        assertFires(new RecogniseLinear(), text, "Transpose", "Linear", "Relu");
        assertDoesNotFire(new RecogniseLinear(), text.replace("b: float32[3] = [1.0, 2.0, 3.0]", "b: float32[3, 1] = [1.0, 2.0, 3.0]"),
                "its weight [2, 3] and bias [3, 1] are no matrix and row");
    }

    private static final String MASKED_ROWS = """
            (m: bool[n, 5, 3]) -> (y) {
              length: int64[] = 3
              numbers = Cast{to=int64}(m)
              sum = ReduceSum{axes=[-1]}(numbers)
              whole = Equal(sum, length)
              rest = Not(whole)
              rows = Reshape{shape=[n, 5, 1]}(rest)
              y = And(m, rows)
            }
            """;

    @Test
    void rowsThatAreWhollyMasked() {
        Graph before = GraphText.parse(MASKED_ROWS.replace("y = And(m, rows)", "z = And(m, rows)\n  y = Not(z)"));
        Graph after = Recognising.by(new RecogniseMaskedRows(), GraphText.print(before)).graph();
        assertEquals(List.of("Reshape", "Cast", "ReduceMinimum", "Less", "And", "Reshape", "Not"), Recognising.types(after));
        Recognising.assertSame(before, after, Map.of("n", 2L));
    }

    @Test
    void rowsThatAreCountedOtherwise() {
        assertDoesNotFire(new RecogniseMaskedRows(), MASKED_ROWS.replace("= 3\n", "= 2\n"),
                "its count is compared with another number than the row's length 3");
        assertDoesNotFire(new RecogniseMaskedRows(),
                MASKED_ROWS.replace("bool[n, 5, 3]", "bool[n, 3, 3]").replace("axes=[-1]", "axes=[1]")
                        .replace("shape=[n, 5, 1]", "shape=[n, 3, 1]"),
                "what it counts are not the mask's rows");
        assertDoesNotFire(new RecogniseMaskedRows(),
                MASKED_ROWS.replace("(m: bool[n, 5, 3])", "(m: bool[n, 5, 3], o: bool[n, 5, 3])").replace("to=int64}(m)", "to=int64}(o)"),
                "what it counts is another mask");
    }

    /// What ONNX says in other words. ONNX Runtime's answers are in the tests of whole files.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
            "u = ai.onnx:Unsqueeze(x, zero): float32[1, 4, 6]; Reshape", "u = ai.onnx:Flatten{axis=1}(x): float32[4, 6]; Reshape",
            "u = ai.onnx:Slice(x, zero, six, one, two): float32[4, 3]; Gather",
            "u, v = ai.onnx:Split{axis=1}(x): float32[4, 3], float32[4, 3]; Slice",
            "u = ai.onnx:Einsum{equation=\"ab, cb -> ac\"}(x, x): float32[4, 4]; MatMul",
            "u = ai.onnx:Gemm{transB=1}(x, x): float32[4, 4]; Linear"})
    void otherWords(String node, String type) {
        Graph graph = GraphText.parse("""
                (x: float32[4, 6]) -> (y) {
                  zero: int64[1] = [0]
                  one: int64[1] = [1]
                  two: int64[1] = [2]
                  six: int64[1] = [6]
                  %s
                  y = Relu(u)
                }
                """.formatted(node));
        Graph after = Pipeline
                .of(new RulePass("translate", List.of(new TranslateViews(), new TranslateProducts()), 1), new RemoveUnused())
                .run(graph).graph();
        List<String> found = Recognising.types(after);
        assertTrue(found.contains(type), found.toString());
        assertEquals("Relu", found.getLast());
        assertEquals(0, after.nodes().stream().filter(each -> each.operation() instanceof Operation.Foreign).count());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"u = ai.onnx:Slice(x, six, zero, one, minus): float32[4, 6]; it runs backwards",
            "u = ai.onnx:Einsum{equation=\"aa -> a\"}(x): float32[4]; its equation 'aa -> a' is not of two tensors with axes of different names",
            "u = ai.onnx:Einsum{equation=\"ab, ab -> ab\"}(x, x): float32[4, 6]; its equation 'ab, ab -> ab' is no product of matrices",
            "u = ai.onnx:Gemm{alpha=0.5}(x, x): float32[4, 6]; it has factors, or a first matrix that is turned",
            "u = ai.onnx:Tile(x, two): float32[8, 12]; axis 0 of [4, 6] is repeated as a whole"})
    void otherWordsThatAreNotOurs(String node, String reason) {
        Pipeline.Result result = Pipeline
                .of(new RulePass("translate", List.of(new TranslateViews(), new TranslateProducts()), 1)).run(GraphText.parse("""
                        (x: float32[4, 6]) -> (y) {
                          zero: int64[1] = [0]
                          one: int64[1] = [1]
                          two: int64[2] = [2, 2]
                          six: int64[1] = [6]
                          minus: int64[1] = [-1]
                          %s
                          y = Relu(u)
                        }
                        """.formatted(node)));
        assertEquals(List.of(reason), Recognising.reasons(result));
    }

    @Test
    void whatChangesNothingGoes() {
        String text = """
                (x: float32[4, 6]) -> (y) {
                  zero: float32[] = 0.0
                  one: float32[6] = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
                  never: bool[] = false
                  a = Cast{to=float32}(x)
                  b = Add(zero, a)
                  c = Divide(b, one)
                  d = Reshape{shape=[4, 6]}(c)
                  e = Transpose{permutation=[0, 1]}(d)
                  f = Where(never, zero, e)
                  g = Expand{shape=[4, 6]}(f)
                  y = Relu(g)
                }
                """;
        assertFires(new RemoveIdentities(), text, "Relu");
    }

    @Test
    void whatOnlyLooksLikeNothingStays() {
        assertDoesNotFire(new RemoveIdentities(), """
                (x: float32[4, 1]) -> (y) {
                  zero: float32[1, 6]
                  one: float32[2] = [1.0, 2.0]
                  some: bool[2] = [false, true]
                  a = Add(x, zero)
                  b = Reshape{shape=[12, 2]}(a)
                  c = Multiply(b, one)
                  d = Where(some, b, c)
                  e = Transpose{permutation=[1, 0]}(d)
                  y = Relu(e)
                }
                """);
    }

    @Test
    void whatIsRepeatedIsComputedBefore() {
        String text = """
                (x: float32[n, 5, 3]) -> (y) {
                  half: float32[] = 0.5
                  one = Reshape{shape=[n, 1, 5, 3]}(x)
                  all = Expand{shape=[n, 4, 5, 3]}(one)
                  flat = Reshape{shape=[4*n, 5, 3]}(all)
                  a = Sigmoid(flat)
                  b = Multiply(a, flat)
                  c = ReduceMaximum{axes=[2]}(b)
                  y = Relu(c)
                }
                """;
        Graph before = GraphText.parse(text);
        Rule rule = new SinkExpansions();
        Graph after = Pipeline.of(new RulePass(rule.name(), List.of(rule), 16), new RemoveUnused()).run(before).graph();
        assertEquals("float32[n, 5, 3]", after.type(after.nodes().getFirst().output()).toString(), GraphText.print(after));
        assertEquals(1, Recognising.types(after).stream().filter("Expand"::equals).count(), GraphText.print(after));
        Recognising.assertSame(before, after, Map.of("n", 2L));
    }

    /// `mask[torch.where(...)] = False` as torch.onnx.export writes it, as a whole; axis by axis is in the tests of files.
    @Test
    void assignmentsToPlacesWhereAConditionHolds() {
        String text = """
                (m: bool[2, 5, 3], c: bool[2, 5]) -> (y) {
                  no: bool[] = false
                  places = ai.onnx:NonZero(c): int64[2, k]
                  turned = Transpose{permutation=[1, 0]}(places)
                  updates = ai.onnx:Expand(no, k): bool[k, 3]
                  set = ai.onnx:ScatterND(m, turned, updates): bool[2, 5, 3]
                  y = Not(set)
                }
                """.replace("Expand(no, k)", "Expand(no, places)");
        assertEquals(List.of("Not", "Reshape", "And", "Not"), Recognising.types(Recognising.by(new TranslateIndexing(), text).graph()));
        Pipeline.Result assigned = Recognising.by(new TranslateIndexing(), text.replace("= false", "= true"));
        assertEquals(List.of("what is assigned is not false"), Recognising.reasons(assigned));
        Pipeline.Result otherPlaces = Recognising.by(new TranslateIndexing(),
                text.replace("permutation=[1, 0]}(places)", "permutation=[0, 1]}(places)"));
        assertEquals(List.of("its places are not those where a condition holds"), Recognising.reasons(otherPlaces));
    }
}
