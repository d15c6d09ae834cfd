package dev.maskforge.engine.tensorrt.kernels.masks;

import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.text.GraphText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/// Masks as passes gather them, of any sizes, and numbers for them.
///
/// @param pictures N
/// @param height   of the features
/// @param width    of the features
/// @param type     of the features, and of embeddings and vectors where they are not constant
/// @param weights  of a query's vector, of which a bias is made
record MasksGraphs(int pictures, int queries, int channels, int height, int width, DataType type, int weights) {
    private static final float FAR_BELOW = -1000;
    /// Of queries: those that see nothing, those that see one of three pixels alone, and others.
    private static final int KINDS = 5;

    MasksGraphs(int pictures, int queries, int channels, int height, int width, DataType type) {
        this(pictures, queries, channels, height, width, type, 40);
    }

    /// At the end of MaskFormer.
    Graph logits() {
        return parse("embeddings, features", product(cast("e", "embeddings")) + reshaped("y", "p"));
    }

    /// At the end of Mask2Former.
    Graph logitsWithProduct() {
        return parse("embeddings, vectors, features, weights, constant", productWithBias() + reshaped("y", "s"));
    }

    /// Of Mask2Former's first layer, whose queries are constants.
    Graph blockedByConstants() {
        return parse("features, constants, offsets, threshold, all",
                product("constants") + "  s = Add(p, offsets)\n" + reshaped("l", "s") + blocked());
    }

    /// Of its others.
    Graph blockedWithProduct() {
        return parse("embeddings, vectors, features, weights, constant, threshold, all",
                productWithBias() + reshaped("l", "s") + blocked());
    }

    List<Graph> all() {
        return List.of(logits(), logitsWithProduct(), blockedByConstants(), blockedWithProduct());
    }

    private String productWithBias() {
        String vectors = cast("v", "vectors");
        return product(cast("e", "embeddings")) + line(vectors) + "  b = Linear(" + name(vectors)
                + ", weights, constant)\n  s = Add(p, b)\n";
    }

    private String product(String embeddings) {
        String features = cast("f", "joined");
        return "  joined = Reshape{shape=[%d, %d, %d]}(features)\n".formatted(pictures, channels, pixels()) + line(embeddings)
                + line(features)
                + "  p = MatMul(" + name(embeddings) + ", " + name(features) + ")\n";
    }

    /// A value as float32: a line that casts it, or its own name.
    private String cast(String to, String from) {
        return type == DataType.FLOAT16 ? to + " = Cast{to=float32}(" + from + ")" : from;
    }

    private static String line(String cast) {
        return cast.contains("=") ? "  " + cast + "\n" : "";
    }

    private static String name(String cast) {
        return cast.replaceFirst(" =.*", "");
    }

    private String reshaped(String to, String from) {
        return "  %s = Reshape{shape=[%d, %d, %d, %d]}(%s)\n".formatted(to, pictures, queries, height, width, from);
    }

    private String blocked() {
        return """
                  below4 = Less(l, threshold)
                  below = Reshape{shape=[%d, %d, %d]}(below4)
                  number = Cast{to=float32}(below)
                  least = ReduceMinimum{axes=[2], keepDimensions=true}(number)
                  any = Less(least, all)
                  y = And(below, any)
                """.formatted(pictures, queries, pixels());
    }

    private int pixels() {
        return height * width;
    }

    private TensorType typeOf(String input) {
        return switch (input) {
            case "embeddings" -> new TensorType(type, Shape.of(pictures, queries, channels));
            case "vectors" -> new TensorType(type, Shape.of(pictures, queries, weights));
            case "features" -> new TensorType(type, Shape.of(pictures, channels, height, width));
            case "constants" -> new TensorType(DataType.FLOAT32, Shape.of(1, queries, channels));
            case "offsets" -> new TensorType(DataType.FLOAT32, Shape.of(1, queries, 1));
            case "weights" -> new TensorType(DataType.FLOAT32, Shape.of(1, weights));
            case "constant" -> new TensorType(DataType.FLOAT32, Shape.of(1));
            default -> new TensorType(DataType.FLOAT32, new Shape(List.of()));
        };
    }

    private Graph parse(String inputs, String lines) {
        List<String> signature = List.of(inputs.split(", ", -1)).stream()
                .map(input -> input + ": " + typeOf(input).dataType().toString().toLowerCase(Locale.ROOT) + typeOf(input).shape()).toList();
        return GraphText.parse("(" + String.join(", ", signature) + ") -> (y) {\n" + lines + "}\n");
    }

    /// Numbers as networks have them. Where attention is blocked, of five queries one sees nothing, since what is added to its logits is
    /// far below zero, and so do three but for one pixel: the first, the middle or the last.
    SequencedMap<String, Tensor> inputs(Graph graph, long seed) {
        SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
        for (String name : graph.inputs()) {
            TensorType own = graph.type(name);
            int count = Math.toIntExact(own.shape().elementCount());
            float[] values = switch (name) {
                case "threshold" -> new float[]{0};
                case "all" -> new float[]{0.5f};
                default -> Randoms.normal(seed + inputs.size(), count, 1, own.dataType());
            };
            if (graph.inputs().contains("threshold")) {
                blind(name, values);
            }
            inputs.put(name, own.dataType() == DataType.FLOAT16 ? Tensor.ofHalves(own.shape(), values) : Tensor.of(own.shape(), values));
        }
        return inputs;
    }

    /// Each of the pixels that single queries see has a channel of its own, which tells the queries apart.
    private void blind(String name, float[] values) {
        int[] seen = {0, pixels() / 2, pixels() - 1};
        switch (name) {
            case "offsets" -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = isBlind(i) ? FAR_BELOW : values[i];
                }
            }
            case "weights" -> values[0] = 1;
            case "vectors" -> {
                for (int i = 0; i < values.length; i += weights) {
                    values[i] = isBlind(i / weights % queries) ? FAR_BELOW : values[i];
                }
            }
            case "embeddings", "constants" -> {
                for (int i = 0; i < values.length; i += channels) {
                    int query = i / channels % queries;
                    for (int channel = 0; channel < seen.length; channel++) {
                        values[i + channel] = query % KINDS == channel + 1 ? 4 : 0;
                    }
                }
            }
            case "features" -> {
                for (int picture = 0; picture < pictures; picture++) {
                    for (int channel = 0; channel < seen.length; channel++) {
                        values[(picture * channels + channel) * pixels() + seen[channel]] = -FAR_BELOW;
                    }
                }
            }
            default -> {
                // Scalars stay as they are.
            }
        }
    }

    private static boolean isBlind(int query) {
        return query % KINDS < KINDS - 1;
    }
}
