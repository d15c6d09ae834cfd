package dev.maskforge.passes.quantize;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.passes.Pass;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class InsertQuantizationTest {
    /// Observed by the interpreter, on numbers with a normal distribution.
    private static Calibration observed(Graph graph, Map<String, Tensor> inputs) {
        Map<String, Histogram> histograms = new HashMap<>();
        Set<String> wanted = InsertQuantization.observed(graph);
        inputs.forEach((name, tensor) -> {
            if (wanted.contains(name)) {
                histograms.computeIfAbsent(name, _ -> new Histogram()).add(tensor);
            }
        });
        Interpreter.run(graph, inputs, (node, results) -> {
            if (wanted.contains(node.output())) {
                histograms.computeIfAbsent(node.output(), _ -> new Histogram()).add(results.getFirst());
            }
        });
        return Calibration.of(histograms, RangeRule.MINIMUM_AND_MAXIMUM);
    }

    private static Map<String, Tensor> numbers(Graph graph, Map<String, Long> sizes) {
        Random random = new Random(7);
        Map<String, Tensor> numbers = new LinkedHashMap<>();
        for (String input : graph.inputs()) {
            Shape shape = graph.type(input).shape().with(sizes);
            float[] elements = new float[Math.toIntExact(shape.elementCount())];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = (float) random.nextGaussian();
            }
            numbers.put(input, Tensor.of(shape, elements));
        }
        return numbers;
    }

    private static Pass.Outcome quantized(String text, Map<String, Long> sizes) {
        Graph graph = GraphText.parse(text);
        Pass.Outcome outcome = new InsertQuantization(observed(graph, numbers(graph, sizes))).apply(graph);
        Verifier.verify(outcome.graph());
        return outcome;
    }

    /// The nodes without the constants, whose values are measured.
    private static String nodes(Graph graph) {
        return graph.nodes().stream().map(node -> node.output() + " = " + node.operation().type() + node.inputs().stream()
                .collect(Collectors.joining(", ", "(", ")"))).collect(Collectors.joining("\n", "", "\n"));
    }

    private static double worst(Graph graph, Graph quantized, Map<String, Tensor> inputs) {
        SequencedMap<String, Tensor> expected = Interpreter.run(graph, inputs);
        SequencedMap<String, Tensor> actual = Interpreter.run(quantized, inputs);
        double worst = 0;
        for (String output : graph.outputs()) {
            float[] a = requireNonNull(expected.get(output)).toFloats();
            float[] b = requireNonNull(actual.get(output)).toFloats();
            double difference = 0;
            double largest = 0;
            for (int i = 0; i < a.length; i++) {
                difference = Math.max(difference, Math.abs(a[i] - b[i]));
                largest = Math.max(largest, Math.abs(a[i]));
            }
            worst = Math.max(worst, difference / largest);
        }
        return worst;
    }

    private static final String BLOCK = """
            (x: float32[n, 8, 2*h, w]) -> (y) {
              w1: float32[9, 8, 3, 3]
              b1: float32[9]
              w2: float32[8, 9, 1, 1]
              w3: float32[8, 8, 1, 1]
              a = Conv{padding=1}(x, w1, b1)
              a/Relu = Relu(a)
              b = Conv(a/Relu, w2)
              c = Conv(x, w3)
              sum = Add(b, c)
              out = Relu(sum)
              y = Softmax{axis=1}(out)
            }
            """;

    @Test
    void aResidualBlockBecomesIntegersFromEndToEnd() {
        Pass.Outcome outcome = quantized(BLOCK, Map.of("n", 1L, "h", 3L, "w", 5L));
        assertEquals(List.of(), outcome.refusals());
        assertEquals(4, outcome.matches());
        assertEquals("""
                x/QuantizeLinear = QuantizeLinear(x, x/scale, x/zero_point)
                x/DequantizeLinear = DequantizeLinear(x/QuantizeLinear, x/scale, x/zero_point)
                a/DequantizeLinear = DequantizeLinear(a/weight, a/weight_scale, a/weight_zero_point)
                a/DequantizeLinear_1 = DequantizeLinear(a/bias, a/bias_scale)
                a = Conv(x/DequantizeLinear, a/DequantizeLinear, a/DequantizeLinear_1)
                a/Relu = Relu(a)
                a/Relu/QuantizeLinear = QuantizeLinear(a/Relu, a/Relu/scale, a/Relu/zero_point)
                a/Relu/DequantizeLinear = DequantizeLinear(a/Relu/QuantizeLinear, a/Relu/scale, a/Relu/zero_point)
                b/DequantizeLinear = DequantizeLinear(b/weight, b/weight_scale, b/weight_zero_point)
                b = Conv(a/Relu/DequantizeLinear, b/DequantizeLinear)
                b/QuantizeLinear = QuantizeLinear(b, b/scale, b/zero_point)
                b/DequantizeLinear_1 = DequantizeLinear(b/QuantizeLinear, b/scale, b/zero_point)
                c/DequantizeLinear = DequantizeLinear(c/weight, c/weight_scale, c/weight_zero_point)
                c = Conv(x/DequantizeLinear, c/DequantizeLinear)
                c/QuantizeLinear = QuantizeLinear(c, c/scale, c/zero_point)
                c/DequantizeLinear_1 = DequantizeLinear(c/QuantizeLinear, c/scale, c/zero_point)
                sum = Add(b/DequantizeLinear_1, c/DequantizeLinear_1)
                out = Relu(sum)
                out/QuantizeLinear = QuantizeLinear(out, out/scale, out/zero_point)
                out/DequantizeLinear = DequantizeLinear(out/QuantizeLinear, out/scale, out/zero_point)
                y = Softmax(out/DequantizeLinear)
                """, nodes(outcome.graph()));
    }

    @Test
    void whatFollowsAReluHasItsZeroAtTheLowestInteger() {
        Graph graph = quantized(BLOCK, Map.of("n", 1L, "h", 3L, "w", 5L)).graph();
        assertEquals(0, requireNonNull(graph.initializers().get("out/zero_point")).toBytes()[0]);
        assertEquals(0, requireNonNull(graph.initializers().get("a/Relu/zero_point")).toBytes()[0]);
        assertTrue(requireNonNull(graph.initializers().get("x/zero_point")).toBytes()[0] != 0);
    }

    private static final String FEED_FORWARD = """
            (x: float32[n, t, 8]) -> (y) {
              w1: float32[24, 8]
              b1: float32[24]
              w2: float32[8, 24]
              b2: float32[8]
              s: float32[8]
              linear1 = Linear(x, w1, b1)
              active = Relu(linear1)
              linear2 = Linear(active, w2, b2)
              sum = Add(x, linear2)
              y = LayerNormalization(sum, s, b2)
            }
            """;

    @Test
    void aFeedForwardNetworkBecomesTwoProductsOfRowsWithIntegersBetween() {
        Pass.Outcome outcome = quantized(FEED_FORWARD, Map.of("n", 2L, "t", 150L));
        assertEquals(List.of(), outcome.refusals());
        assertEquals("""
                x/Reshape = Reshape(x)
                x/QuantizeLinear = QuantizeLinear(x/Reshape, x/scale, x/zero_point)
                x/DequantizeLinear = DequantizeLinear(x/QuantizeLinear, x/scale, x/zero_point)
                linear1/DequantizeLinear = DequantizeLinear(linear1/weight, linear1/weight_scale, linear1/weight_zero_point)
                linear1/DequantizeLinear_1 = DequantizeLinear(linear1/bias, linear1/bias_scale)
                linear1/Gemm = Gemm(x/DequantizeLinear, linear1/DequantizeLinear, linear1/DequantizeLinear_1)
                active/Relu = Relu(linear1/Gemm)
                active/QuantizeLinear = QuantizeLinear(active/Relu, active/scale, active/zero_point)
                active/DequantizeLinear = DequantizeLinear(active/QuantizeLinear, active/scale, active/zero_point)
                linear2/DequantizeLinear = DequantizeLinear(linear2/weight, linear2/weight_scale, linear2/weight_zero_point)
                linear2/DequantizeLinear_1 = DequantizeLinear(linear2/bias, linear2/bias_scale)
                linear2/Gemm = Gemm(active/DequantizeLinear, linear2/DequantizeLinear, linear2/DequantizeLinear_1)
                linear2/Reshape = Reshape(linear2/Gemm)
                sum = Add(x, linear2/Reshape)
                y = LayerNormalization(sum, s, b2)
                """, nodes(outcome.graph()));
    }

    /// Eight bits at each of three places, of ranges that the numbers fill: some percent of the largest output.
    @Test
    void theAnswersStayNear() {
        Map<String, Map<String, Long>> cases = new TreeMap<>();
        cases.put(BLOCK.replace("y = Softmax{axis=1}(out)", "y = Multiply(out, out)"), Map.of("n", 2L, "h", 3L, "w", 5L));
        cases.put(FEED_FORWARD, Map.of("n", 2L, "t", 150L));
        cases.forEach((text, sizes) -> {
            Graph graph = GraphText.parse(text);
            Map<String, Tensor> inputs = numbers(graph, sizes);
            Graph quantized = new InsertQuantization(observed(graph, inputs)).apply(graph).graph();
            double worst = worst(graph, quantized, inputs);
            System.out.printf("%d nodes in int8: largest relative error %.4f%n", quantized.nodes().size(), worst);
            assertTrue(worst > 0 && worst < 0.04, "relative error " + worst);
        });
    }

    private static List<String> refusals(String text, Map<String, Long> sizes) {
        List<String> reasons = new ArrayList<>();
        quantized(text, sizes).refusals().forEach(refusal -> reasons.add(refusal.node() + ": " + refusal.reason()));
        return reasons;
    }

    @Test
    void whatIsSensitiveStaysInFloat32() {
        assertEquals(List.of("offsets: it says where deformable attention looks, or how much that weighs",
                "weights: it says where deformable attention looks, or how much that weighs"), refusals("""
                        (x: float32[1, 320, 8], p: float32[1, 320, 8]) -> (y) {
                          wv: float32[8, 8]
                          wo: float32[8, 8]
                          ww: float32[4, 8]
                          value = Linear(x, wv)
                          placed = Add(x, p)
                          offsets = Linear(placed, wo)
                          weights = Linear(placed, ww)
                          d = DeformableAttention{heads=2, points=2, levels=[[16, 20]]}(value, offsets, weights)
                          y = Relu(d)
                        }
                        """, Map.of()));
        assertEquals(List.of("query: attention's scores are made of it", "key: attention's scores are made of it"), refusals("""
                (x: float32[1, 300, 8]) -> (y) {
                  w: float32[8, 8]
                  p: float32[300, 8]
                  query = Linear(x, w)
                  placed = Add(query, p)
                  key = Linear(x, w)
                  value = Linear(x, w)
                  a = Attention{heads=2}(placed, key, value)
                  y = Relu(a)
                }
                """, Map.of()));
        assertEquals(List.of("embed: it is a factor of a product of computed values, such as masks or attention's scores"), refusals("""
                (x: float32[1, 300, 8], z: float32[1, 8, 50]) -> (y) {
                  w: float32[8, 8]
                  embed = Linear(x, w)
                  y = MatMul(embed, z)
                }
                """, Map.of()));
    }

    @Test
    void whatGainsNothingStaysInFloat32() {
        assertEquals(List.of("stem: its 3 input channels are too few for integer kernels to gain"), refusals("""
                (x: float32[1, 3, 8, 8]) -> (y) {
                  w: float32[16, 3, 3, 3]
                  stem = Conv(x, w)
                  y = Relu(stem)
                }
                """, Map.of()));
        assertEquals(List.of("queries: its 100 rows are too few to gain"), refusals("""
                (x: float32[1, 100, 8]) -> (y) {
                  w: float32[8, 8]
                  queries = Linear(x, w)
                  y = Relu(queries)
                }
                """, Map.of()));
    }

    @Test
    void whatCannotBeDoneIsSaid() {
        assertEquals(List.of("last: its result is the graph's answer"), refusals("""
                (x: float32[1, 8, 8, 8]) -> (y) {
                  w: float32[16, 8, 1, 1]
                  last = Conv(x, w)
                  y = Reshape{shape=[16, 64]}(last)
                }
                """, Map.of()));
        assertEquals(List.of("dynamic: its weight is computed"), refusals("""
                (x: float32[1, 8, 8, 8], v: float32[16, 8, 1, 1]) -> (y) {
                  w = Relu(v)
                  dynamic = Conv(x, w)
                  y = Relu(dynamic)
                }
                """, Map.of()));
    }

    @Test
    void whatWasNotMeasuredOrIsTooUnevenIsSaid() {
        String text = """
                (x: float32[1, 8, 8, 8]) -> (y) {
                  w: float32[16, 8, 1, 1]
                  conv = Conv(x, w)
                  active = Relu(conv)
                  y = Softmax{axis=1}(active)
                }
                """;
        Graph graph = GraphText.parse(text);
        Pass.Outcome without = new InsertQuantization(new Calibration(new TreeMap<>())).apply(graph);
        assertEquals(List.of(new Pass.Refusal("conv", "no range of what it takes was measured")), without.refusals());
        assertEquals(graph, without.graph());
        Map<String, Tensor> inputs = numbers(graph, Map.of());
        float[] uneven = requireNonNull(inputs.get("x")).toFloats();
        uneven[5] = 5000;
        inputs.put("x", Tensor.of(Shape.of(1, 8, 8, 8), uneven));
        List<Pass.Refusal> refusals = new InsertQuantization(observed(graph, inputs)).apply(graph).refusals();
        assertEquals(List.of(), refusals.stream().filter(refusal -> !refusal.reason().startsWith("8 bits are too coarse for what it takes"))
                .toList());
    }

    /// A quarter of int32's range must hold the bias, or it would wrap round.
    @Test
    void aLargeBiasBesideSmallWeightsIsKept() {
        QuantizedWeights weights = QuantizedWeights.of(Tensor.of(Shape.of(2, 2), 1e-9f, -1e-9f, 0, 0),
                Optional.of(Tensor.of(Shape.of(2), 1000f, -7f)), 1e-3f);
        float[] steps = weights.biasSteps().toFloats();
        for (int channel = 0; channel < 2; channel++) {
            int integer = weights.bias().memory().get(Tensor.INT32, 4L * channel);
            assertEquals(channel == 0 ? 1000 : -7, integer * (double) steps[channel], 1e-3, "channel " + channel);
        }
    }

    @Test
    void nothingIsAskedOfWhatIsNotThere() {
        assertEquals(Set.of("x", "a/Relu", "b", "c", "out"), InsertQuantization.observed(GraphText.parse(BLOCK)));
        assertEquals(Set.of(), InsertQuantization.observed(GraphText.parse("(x: float32[1]) -> (y) { y = Relu(x) }")));
    }
}
