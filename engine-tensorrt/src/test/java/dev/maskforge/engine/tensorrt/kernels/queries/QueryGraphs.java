package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.text.GraphText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/// Chains of a decoder's nodes as passes gather them, of any sizes, and numbers for them.
///
/// @param pictures N
/// @param rows     queries of a picture
/// @param width    channels of a query
/// @param hidden   channels inside a feed-forward network
public record QueryGraphs(int pictures, int rows, int width, int hidden, int heads, DataType type) {
    private static final String MASKFORMER_FEED_FORWARD = """
            first = Linear(x, w0, b0)
              sum0 = Add(before, first)
              n0 = LayerNormalization(sum0, s0, t0)
              h = Linear(n0, up, bu)
              r = Relu(h)
              d = Linear(r, down, bd)
              sum1 = Add(n0, d)
              n1 = LayerNormalization(sum1, s1, t1)""";

    /// From one look at the picture to the next.
    public Graph mask2Former() {
        return parse("end, embedding, masks, look", mask2FormerToMasks() + """
                  q = Linear(end, w5, b5)
                  look = Add(q, p2)
                """);
    }

    /// From the last look at the picture to the end.
    Graph endOfMask2Former() {
        return parse("n3, embedding, masks", mask2FormerToMasks());
    }

    private String mask2FormerToMasks() {
        return """
                  first = Linear(x, w0, b0)
                  sum0 = Add(before, first)
                  n0 = LayerNormalization(sum0, s0, t0)
                  %s
                  second = Linear(a, w1, b1)
                  sum1 = Add(n0, second)
                  n1 = LayerNormalization(sum1, s1, t1)
                  h = Linear(n1, up, bu)
                  r = Relu(h)
                  d = Linear(r, down, bd)
                  sum2 = Add(n1, d)
                  end = LayerNormalization(sum2, s2, t2)
                  n3 = LayerNormalization(end, s3, t3)
                  m0 = Linear(n3, w2, b2)
                  r0 = Relu(m0)
                  m1 = Linear(r0, w3, b3)
                  embedding = Relu(m1)
                  masks = Linear(embedding, w4, b4)
                """.formatted(attention("n0"));
    }

    Graph maskFormer() {
        return parse("n2, look", """
                  %s
                  %s
                  second = Linear(a, w1, b1)
                  sum2 = Add(n1, second)
                  n2 = LayerNormalization(sum2, s2, t2)
                  q = Linear(n2, w5, b5)
                  look = Add(q, p2)
                """.formatted(MASKFORMER_FEED_FORWARD, attention("n1")));
    }

    Graph endOfMaskFormer() {
        return parse("n2, m2", """
                  %s
                  n2 = LayerNormalization(n1, s2, t2)
                  m0 = Linear(n2, w2, b2)
                  r0 = Relu(m0)
                  m1 = Linear(r0, w3, b3)
                  r1 = Relu(m1)
                  m2 = Linear(r1, w4, b4)
                """.formatted(MASKFORMER_FEED_FORWARD));
    }

    /// Positions of queries and keys are sums of their own.
    Graph positionsApart() {
        return parse("n1", """
                  all = Linear(x, qkv, bq)
                  qc = Slice{axis=2, start=0, end=%1$d}(all)
                  kc = Slice{axis=2, start=%1$d, end=%2$d}(all)
                  vc = Slice{axis=2, start=%2$d, end=%3$d}(all)
                  qp = Add(qc, p2)
                  kp = Add(p1, kc)
                  a = Attention{heads=%4$d}(qp, kp, vc)
                  second = Linear(a, w1)
                  sum1 = Add(second, x)
                  n1 = LayerNormalization(sum1, s1, t1)
                """.formatted(width, 2 * width, 3 * width, heads));
    }

    /// What is normalised is taken as it was, too, and there are two networks.
    Graph normalisedFirst() {
        return parse("y", """
                  n0 = LayerNormalization(x, s0, t0)
                  h = Linear(n0, up, bu)
                  r = Relu(h)
                  d = Linear(r, down, bd)
                  c = Linear(d, w0, b0)
                  sum0 = Add(x, c)
                  n1 = LayerNormalization(sum0, s1, t1)
                  h1 = Linear(n1, up2, bu)
                  r1 = Relu(h1)
                  d1 = Linear(r1, down2, bd)
                  c1 = Linear(d1, w1, b1)
                  y = Add(sum0, c1)
                """);
    }

    /// Two networks that follow each other, each with its own weights in the same place of shared memory.
    Graph twoNetworks() {
        return parse("end", """
                  h = Linear(x, up, bu)
                  r = Relu(h)
                  d = Linear(r, down, bd)
                  sum0 = Add(x, d)
                  n0 = LayerNormalization(sum0, s0, t0)
                  h1 = Linear(n0, up2, bu)
                  r1 = Relu(h1)
                  d1 = Linear(r1, down2, bd)
                  sum1 = Add(n0, d1)
                  end = LayerNormalization(sum1, s1, t1)
                """);
    }

    /// A network whose input nobody has sent since a product of the same input kept sums, and another behind it.
    Graph productBesideNetworks() {
        return parse("side, y, z", """
                  p = Linear(x, w0, b0)
                  n0 = LayerNormalization(p, s0, t0)
                  side = Linear(n0, w1, b1)
                  h = Linear(n0, up, bu)
                  r = Relu(h)
                  d = Linear(r, down, bd)
                  y = Add(n0, d)
                  h1 = Linear(n0, up2, bu)
                  r1 = Relu(h1)
                  z = Linear(r1, down2, bd)
                """);
    }

    /// Attention of what is there from the beginning, among products that are independent of it.
    Graph attentionOfInputs() {
        return parse("y", """
                  p = Linear(x, w0, b0)
                  q = Linear(p, w1, b1)
                  a = Attention{heads=%d}(x, x, x)
                  o = Linear(a, w2, b2)
                  s = Add(o, q)
                  y = LayerNormalization(s, s0, t0)
                """.formatted(heads));
    }

    List<Graph> all() {
        return List.of(mask2Former(), endOfMask2Former(), maskFormer(), endOfMaskFormer(), positionsApart(), normalisedFirst(),
                twoNetworks(), productBesideNetworks(), attentionOfInputs());
    }

    /// Positions are added to the merged product, as passes leave it.
    private String attention(String input) {
        return """
                all = Linear(%1$s, qkv, bq)
                  placed = Add(all, p0)
                  qc = Slice{axis=2, start=0, end=%2$d}(placed)
                  kc = Slice{axis=2, start=%2$d, end=%3$d}(placed)
                  vc = Slice{axis=2, start=%3$d, end=%4$d}(placed)
                  a = Attention{heads=%5$d}(qc, kc, vc)""".formatted(input, width, 2 * width, 3 * width, heads);
    }

    /// The inputs that the lines name.
    private Graph parse(String outputs, String lines) {
        SequencedMap<String, Shape> all = new LinkedHashMap<>();
        all.put("x", Shape.of(pictures, rows, width));
        all.put("before", Shape.of(pictures, rows, width));
        all.put("qkv", Shape.of(3L * width, width));
        all.put("bq", Shape.of(3L * width));
        all.put("p0", Shape.of(rows, 3L * width));
        all.put("p1", Shape.of(rows, width));
        all.put("p2", Shape.of(rows, width));
        for (int i = 0; i < 6; i++) {
            all.put("w" + i, Shape.of(width, width));
            all.put("b" + i, Shape.of(width));
            all.put("s" + i, Shape.of(width));
            all.put("t" + i, Shape.of(width));
        }
        for (String more : List.of("", "2")) {
            all.put("up" + more, Shape.of(hidden, width));
            all.put("down" + more, Shape.of(width, hidden));
        }
        all.put("bu", Shape.of(hidden));
        all.put("bd", Shape.of(width));
        List<String> inputs = new ArrayList<>();
        all.forEach((name, shape) -> {
            if (lines.matches("(?s).*[(, ]" + name + "[,)].*")) {
                inputs.add(name + ": " + type.toString().toLowerCase(Locale.ROOT) + shape);
            }
        });
        return GraphText.parse("(" + String.join(", ", inputs) + ") -> (" + outputs + ") {\n" + lines + "}\n");
    }

    /// Numbers as large as activations and weights are; scales are about 1.
    SequencedMap<String, Tensor> inputs(Graph graph, long seed) {
        SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
        for (String name : graph.inputs()) {
            Shape shape = graph.type(name).shape();
            boolean isWeight = shape.rank() == 2 && !name.startsWith("p");
            double deviation = isWeight ? 1 / Math.sqrt((double) shape.get(1).size()) : shape.rank() == 1 ? 0.1 : 1;
            float[] values = Randoms.normal(seed + inputs.size(), Math.toIntExact(shape.elementCount()), deviation, type);
            if (name.startsWith("s")) {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.float16ToFloat(Float.floatToFloat16(1 + values[i]));
                }
            }
            inputs.put(name, tensor(shape, values));
        }
        return inputs;
    }

    /// The same, of which the first row's first element is NaN.
    SequencedMap<String, Tensor> inputsWithNan(Graph graph, long seed) {
        SequencedMap<String, Tensor> inputs = inputs(graph, seed);
        inputs.computeIfPresent("x", (_, tensor) -> {
            float[] values = KernelCheck.floats(tensor);
            values[0] = Float.NaN;
            return tensor(tensor.type().shape(), values);
        });
        return inputs;
    }

    private Tensor tensor(Shape shape, float[] values) {
        return type == DataType.FLOAT16 ? Tensor.ofHalves(shape, values) : Tensor.of(shape, values);
    }
}
