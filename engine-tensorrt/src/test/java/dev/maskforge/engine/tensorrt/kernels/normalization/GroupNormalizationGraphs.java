package dev.maskforge.engine.tensorrt.kernels.normalization;

import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.text.GraphText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;

/// What a feature pyramid does between two convolutions, as passes gather it, of any sizes, and numbers for it. What is added comes
/// from maps of half the size.
///
/// @param pictures N
/// @param height   of the result
/// @param width    of the result
public record GroupNormalizationGraphs(int pictures, int channels, int groups, int height, int width, DataType type) {
    Graph alone() {
        return parse("map", "y = " + normalised("map", 0));
    }

    /// At the end of a pyramid.
    Graph positive() {
        return parse("map", "n = " + normalised("map", 0) + "\n  y = Relu(n)");
    }

    /// Before Mask2Former's encoder.
    Graph toTokens() {
        return parse("map", """
                n = %s
                  r = Reshape{shape=[%d, %d, %d]}(n)
                  y = Transpose{permutation=[0, 2, 1]}(r)
                """.formatted(normalised("map", 0), pictures, channels, height * width));
    }

    /// Behind Mask2Former's encoder.
    Graph onTokens() {
        return parse("tokens, map", """
                t = Transpose{permutation=[0, 2, 1]}(tokens)
                  z = Reshape{shape=[%d, %d, %d, %d]}(t)
                  u = %s
                  n = %s
                  y = Add(n, u)
                """.formatted(pictures, channels, half(height), half(width), resized("z", "bilinear"), normalised("map", 0)));
    }

    Graph onMap() {
        return parse("half, map", "u = " + resized("half", "nearest") + "\n  n = " + normalised("map", 0)
                + "\n  s = Add(u, n)\n  y = Relu(s)");
    }

    /// In MaskFormer's pyramid.
    Graph onNormalised() {
        return parse("half, map", """
                m = %s
                  p = Relu(m)
                  u = %s
                  n = %s
                  y = Add(n, u)
                """.formatted(normalised("half", 1), resized("p", "nearest"), normalised("map", 0)));
    }

    Graph onNormalisedBetween() {
        return parse("half, map", """
                m = %s
                  u = %s
                  n = %s
                  y = Add(n, u)
                """.formatted(normalised("half", 1), resized("m", "bilinear"), normalised("map", 0)));
    }

    List<Graph> all() {
        return List.of(alone(), positive(), toTokens(), onTokens(), onMap(), onNormalised(), onNormalisedBetween());
    }

    private String normalised(String map, int constants) {
        return "GroupNormalization{groups=%d, epsilon=1.0E-5}(%s, s%d, b%d)".formatted(groups, map, constants, constants);
    }

    private String resized(String map, String mode) {
        return "Resize{mode=%s, height=%d, width=%d}(%s)".formatted(mode, height, width, map);
    }

    private static int half(int size) {
        return Math.ceilDiv(size, 2);
    }

    private Graph parse(String maps, String lines) {
        SequencedMap<String, Shape> inputs = new LinkedHashMap<>();
        for (String map : maps.split(", ", -1)) {
            inputs.put(map, switch (map) {
                case "tokens" -> Shape.of(pictures, (long) half(height) * half(width), channels);
                case "half" -> Shape.of(pictures, channels, half(height), half(width));
                default -> Shape.of(pictures, channels, height, width);
            });
        }
        for (String constant : List.of("s0", "b0", "s1", "b1")) {
            if (lines.contains(constant)) {
                inputs.put(constant, Shape.of(channels));
            }
        }
        String signature = String.join(", ", inputs.entrySet().stream()
                .map(input -> input.getKey() + ": " + type.toString().toLowerCase(Locale.ROOT) + input.getValue()).toList());
        return GraphText.parse("(" + signature + ") -> (y) {\n  " + lines + "\n}\n");
    }

    /// The same, but the first element of what comes first is no number, so that its group is none.
    SequencedMap<String, Tensor> inputsWithNan(Graph graph, long seed) {
        SequencedMap<String, Tensor> inputs = inputs(graph, seed);
        String first = graph.inputs().getFirst();
        Tensor tensor = Objects.requireNonNull(inputs.get(first));
        float[] values = KernelCheck.floats(tensor);
        values[0] = Float.NaN;
        inputs.put(first, type == DataType.FLOAT16 ? Tensor.ofHalves(tensor.shape(), values) : Tensor.of(tensor.shape(), values));
        return inputs;
    }

    /// Maps whose groups lie far from zero, some of them; scales are about 1.
    SequencedMap<String, Tensor> inputs(Graph graph, long seed) {
        SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
        for (String name : graph.inputs()) {
            Shape shape = graph.type(name).shape();
            boolean isMap = shape.rank() == 4;
            float[] values = Randoms.normal(seed + inputs.size(), Math.toIntExact(shape.elementCount()), isMap ? 2 : 0.2, type);
            int pixels = isMap ? Math.toIntExact(shape.get(2).size() * shape.get(3).size()) : 1;
            for (int i = 0; i < values.length; i++) {
                int group = i / pixels % channels / (channels / groups);
                values[i] = Float
                        .float16ToFloat(Float.floatToFloat16(values[i] + (isMap ? 20 * (group % 3) : name.startsWith("s") ? 1 : 0)));
            }
            inputs.put(name, type == DataType.FLOAT16 ? Tensor.ofHalves(shape, values) : Tensor.of(shape, values));
        }
        return inputs;
    }
}
