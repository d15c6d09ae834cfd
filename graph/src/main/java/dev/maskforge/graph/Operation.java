package dev.maskforge.graph;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// What a node computes. Names and meanings are ONNX's where ONNX has the operation (opset 17).
///
/// Shapes are written with N batch, C channels, H and W height and width. Optional inputs may be left off at the end.
/// What each operation means is in [dev.maskforge.graph.reference the reference interpreter], what shapes it gives in
/// [ShapeInference]. Operations from [Linear] on have no counterpart in ONNX's opset 17: models are written with them,
/// and engines that lack them get their [expansion][#isHighLevel()].
public sealed interface Operation {
    /// One float32 (or, for NOT, bool) input, element by element.
    record Unary(UnaryFunction function) implements Operation {}

    enum UnaryFunction {
        ABS, COS, ERF, EXP, FLOOR, NOT, RELU, SIGMOID, SIN, SQRT
    }

    /// Two inputs of one type, broadcast against each other, element by element. The comparisons give bool.
    record Binary(BinaryFunction function) implements Operation {}

    enum BinaryFunction {
        ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, MINIMUM, MAXIMUM, LESS, GREATER_OR_EQUAL, EQUAL, AND, OR;

        public boolean isComparison() {
            return this == LESS || this == GREATER_OR_EQUAL || this == EQUAL;
        }
    }

    /// `(condition, a, b)`: a where the condition holds, b elsewhere; all three broadcast.
    record Where() implements Operation {}

    record Cast(DataType to) implements Operation {}

    /// `(x float32, scale float32, zero point uint8 or int8 optional) -> the zero point's type, uint8 without one`:
    /// x / scale, rounded to the nearest integer (halves to the even one), plus the zero point, and where that is beyond the
    /// type's ends the nearest end. Not a number becomes the lowest.
    ///
    /// Scale and zero point are of one shape: `[]` or `[1]` for all of x, or a vector with an element for each index along
    /// the axis.
    record QuantizeLinear(int axis) implements Operation {}

    /// `(x uint8, int8 or int32, scale float32, zero point of x's type optional) -> float32`: (x - zero point)·scale. Shapes
    /// are as in [QuantizeLinear].
    record DequantizeLinear(int axis) implements Operation {}

    /// `(a [..., M, K], b [..., K, N]) -> [..., M, N]`; leading axes broadcast.
    record MatMul() implements Operation {}

    /// `(a [M, K], b [N, K], c [N]) -> [M, N]`: a·bᵀ + c. ONNX's Gemm where b is transposed; what [Linear] is to matrices, for
    /// runtimes that do it in one step.
    record Gemm() implements Operation {}

    /// `(x [N, C, H, W], weight [M, C / groups, kH, kW], bias [M] optional) -> [N, M, H', W']`, cross-correlation with
    /// zero padding, H' = floor((H + 2·padding - dilation·(kH - 1) - 1) / stride) + 1.
    record Conv(int stride, int padding, int dilation, int groups) implements Operation {}

    /// `[N, C, H, W] -> [N, C, H', W']`, the padding is never the maximum.
    record MaxPool(int kernel, int stride, int padding) implements Operation {}

    /// `(x [N, C, ...], scale [C], bias [C], mean [C], variance [C])`: (x - mean) / sqrt(variance + epsilon)·scale + bias.
    record BatchNormalization(float epsilon) implements Operation {}

    /// `(x [N, C, ...], scale [C], bias [C])`: statistics over each picture's channel.
    record InstanceNormalization(float epsilon) implements Operation {}

    /// `(x [..., C], scale [C], bias [C])`: statistics over the last axis.
    record LayerNormalization(float epsilon) implements Operation {}

    record Softmax(int axis) implements Operation {}

    record Reduce(Reduction function, List<Integer> axes, boolean keepDimensions) implements Operation {
        public Reduce {
            axes = List.copyOf(axes);
        }
    }

    enum Reduction {
        SUM, MEAN, MINIMUM, MAXIMUM
    }

    /// The index (int64) of the largest element along an axis, which vanishes; the first of equals.
    record ArgMax(int axis) implements Operation {}

    /// The same elements under another shape.
    record Reshape(Shape shape) implements Operation {}

    /// Output axis i is input axis `permutation[i]`.
    record Transpose(List<Integer> permutation) implements Operation {
        public Transpose {
            permutation = List.copyOf(permutation);
        }
    }

    record Concat(int axis) implements Operation {}

    /// The indices from start (inclusive) to end (exclusive) along an axis.
    record Slice(int axis, Dimension start, Dimension end) implements Operation {}

    /// Repeats axes of size 1 until the input has the shape.
    record Expand(Shape shape) implements Operation {}

    /// `(data, indices int64)`: the slices of data along an axis that the indices name; the axis becomes the indices' axes.
    record Gather(int axis) implements Operation {}

    /// `[N, C, H, W] -> [N, C, height, width]` without antialiasing, as `torch.nn.functional.interpolate` does it.
    record Resize(Mode mode, Dimension height, Dimension width) implements Operation {
        public enum Mode {
            /// Half-pixel centres (`align_corners=False`), clamped at the border.
            BILINEAR,
            /// source = floor(target · in / out)
            NEAREST
        }
    }

    /// `(x [N, C, H, W], grid [N, h, w, 2]) -> [N, C, h, w]`: bilinear samples at positions (x, y), where -1 and 1 are the
    /// outer edges of the picture (`align_corners=False`); zeros outside.
    record GridSample() implements Operation {}

    /// `() -> int64 [length]`: 0, 1, 2, ...
    record Range(Dimension length) implements Operation {}

    /// `() -> int64 [number of dimensions]`: what the dimensions are when the graph runs.
    record Sizes(List<Dimension> dimensions) implements Operation {
        public Sizes {
            dimensions = List.copyOf(dimensions);
        }
    }

    /// An operation from somebody else's ONNX file that none of ours stands for: carried along as it came.
    record Foreign(String domain, String type, Map<String, Attribute> attributes, List<TensorType> outputs) implements Operation {
        public Foreign {
            attributes = Map.copyOf(attributes);
            outputs = List.copyOf(outputs);
        }
    }

    /// The value of an attribute of a [Foreign] operation.
    sealed interface Attribute {
        record FloatingPoint(float value) implements Attribute {}

        record Integral(long value) implements Attribute {}

        record Text(String value) implements Attribute {}

        record FloatingPoints(List<Float> values) implements Attribute {
            public FloatingPoints {
                values = List.copyOf(values);
            }
        }

        record Integrals(List<Long> values) implements Attribute {
            public Integrals {
                values = List.copyOf(values);
            }
        }

        record Texts(List<String> values) implements Attribute {
            public Texts {
                values = List.copyOf(values);
            }
        }

        record Constant(Tensor value) implements Attribute {}
    }

    /// `(x [..., C], weight [M, C], bias [M] optional) -> [..., M]`: x·weightᵀ + bias, with PyTorch's weight layout.
    record Linear() implements Operation {}

    /// `(x [N, C, H, W], weight [M, C / groups, kH, kW], bias [M] optional, addend [N, M, H', W'] optional) -> [N, M, H', W']`:
    /// activation([Conv](x, weight, bias) + addend), rounded as one after the other. An addend comes with a bias, of zeros
    /// where there is none. ONNX Runtime has the same under the same name, among its own operations.
    ///
    /// No model is written with it: passes make it of convolutions for engines that have kernels of it.
    record FusedConv(int stride, int padding, int dilation, int groups, Activation activation) implements Operation {
        public enum Activation {
            NONE, RELU
        }

        /// What convolution does, with what follows it.
        public static FusedConv of(Conv convolution, Activation activation) {
            return new FusedConv(convolution.stride(), convolution.padding(), convolution.dilation(), convolution.groups(), activation);
        }

        /// The convolution alone, of the first three inputs.
        public Conv convolution() {
            return new Conv(stride, padding, dilation, groups);
        }
    }

    /// `(x [..., C], weight [C, H], bias [H], outer weight [H, D], outer bias [D]) -> [..., D]`:
    /// max(0, x·weight + bias)·outer weight + outer bias ("Attention Is All You Need", equation 2), rounded as one after the
    /// other. Weights lie as [MatMul] takes them.
    ///
    /// No model is written with it: passes make it of products for engines that have kernels of it.
    record FeedForward() implements Operation {}

    /// `(x [N, C, ...], scale [C], bias [C])`: statistics over each picture's group of C / groups channels
    /// ("Group Normalization", equation 1 with the sets of equation 7).
    record GroupNormalization(int groups, float epsilon) implements Operation {}

    /// `(query [N, L, C], key [N, S, C], value [N, S, C], blocked bool [N, L, S] optional) -> [N, L, C]`.
    ///
    /// Head i attends with channels i·C/heads to (i+1)·C/heads: softmax(q·kᵀ / sqrt(C / heads))·v ("Attention Is All You
    /// Need", section 3.2), where a query does not see the keys that are blocked for it. A query for which all keys are
    /// blocked gives NaN, as in PyTorch; models do not let it come to that.
    record Attention(int heads) implements Operation {}

    /// `(value [N, S, C], offsets [N, S, heads·levels·points·2], logits [N, S, heads·levels·points]) -> [N, S, C]`.
    ///
    /// Multi-scale deformable attention ("Deformable DETR", equation 3) of a pyramid over itself, S = Σ H_l·W_l, levels in
    /// the order given. The query at row i, column j of level q looks, in head m, at level l, point p, at
    /// x = (j + 0.5)·W_l / W_q - 0.5 + offset_x and likewise y: bilinear, zeros outside. Weights are the softmax of
    /// logits over levels·points. Offsets are ordered (head, level, point, xy), logits (head, level, point).
    record DeformableAttention(int heads, int points, List<Level> levels) implements Operation {
        public DeformableAttention {
            levels = List.copyOf(levels);
        }

        public record Level(Dimension height, Dimension width) {
            public Dimension tokens() {
                return height.times(width);
            }
        }
    }

    /// `(class logits [N, Q, K+1], mask logits [N, Q, h, w]) -> scores [N, K, height, width]`.
    ///
    /// Semantic inference of MaskFormer (section 3.4 of "Per-Pixel Classification is Not All You Need"): the masks are
    /// resized (bilinear), then the sum over queries of softmax(class logits) without the last class ("no object") times
    /// sigmoid(mask logits).
    record SemanticInference(Dimension height, Dimension width) implements Operation {}

    /// `(class logits [N, Q, K+1], mask logits [N, Q, h, w]) -> labels [N, height, width]`, uint8, or int32 above 256 classes.
    ///
    /// The class of the largest score of [SemanticInference], the first of equals; no score of any class is ever whole in
    /// memory where an engine has the operation of its own.
    record SemanticLabels(Dimension height, Dimension width) implements Operation {
        /// The largest number of classes whose labels are uint8.
        public static final long MOST_BYTE_CLASSES = 256;

        /// The type of labels of so many classes, "no object" not among them.
        public static DataType labelType(long classes) {
            return classes > MOST_BYTE_CLASSES ? DataType.INT32 : DataType.UINT8;
        }
    }

    /// `(pixels uint8 [N, H, W, 3], valid int32 [N, 2]) -> image [N, 3, H, W]`, float32 or float16.
    ///
    /// What a network takes of 8-bit pictures: (pixel - mean) / deviation, computed in float32, and 0 beyond a picture's valid
    /// height and width, which count from the upper left corner. What lies beyond them is not looked at; so pictures are padded
    /// with the very mean, which no 8-bit pixel is.
    ///
    /// @param mean      of red, green and blue, on the scale 0 to 255
    /// @param deviation of red, green and blue, none of them 0
    /// @param to        the image's type
    record Pixels(List<Float> mean, List<Float> deviation, DataType to) implements Operation {
        public static final int CHANNELS = 3;

        public Pixels {
            mean = List.copyOf(mean);
            deviation = List.copyOf(deviation);
            if (mean.size() != CHANNELS || deviation.size() != CHANNELS) {
                throw new IllegalArgumentException("pixels have three means and three deviations, not " + mean + " and " + deviation);
            }
            for (int channel = 0; channel < CHANNELS; channel++) {
                if (!Float.isFinite(mean.get(channel)) || !Float.isFinite(deviation.get(channel)) || deviation.get(channel) == 0) {
                    throw new IllegalArgumentException(
                            "means and deviations are numbers, and pixels are not divided by 0, not " + mean + " and " + deviation);
                }
            }
            if (to != DataType.FLOAT32 && to != DataType.FLOAT16) {
                throw new IllegalArgumentException("an image is float32 or float16, not " + to);
            }
        }

        /// To float32.
        public Pixels(List<Float> mean, List<Float> deviation) {
            this(mean, deviation, DataType.FLOAT32);
        }
    }

    /// `(the graph's inputs, in order) -> (its outputs, in order)`: what its graph computes, for engines that run it as one
    /// step.
    ///
    /// The graph has no constants of its own: weights are inputs, so that the operation is small and its weights stay where
    /// the outer graph has them. Symbols in its types are the outer graph's. Its nodes have one output each.
    ///
    /// No model is written with it: passes gather neighbouring nodes in it for engines that have kernels of such chains.
    record Subgraph(Graph graph) implements Operation {
        public Subgraph {
            SubgraphRules.check(graph);
        }

        /// The types of the inputs, in order.
        public List<TensorType> inputTypes() {
            return graph.inputs().stream().map(graph::type).toList();
        }

        /// The types of the outputs, in order.
        public List<TensorType> outputTypes() {
            return graph.outputs().stream().map(graph::type).toList();
        }
    }

    /// Whether the operation stands for several of the simpler ones, and an engine may lack it.
    default boolean isHighLevel() {
        return switch (this) {
            case Linear(),FusedConv(_, _, _, _, _),FeedForward(),GroupNormalization(_, _),Attention(_),DeformableAttention(_, _, _),SemanticInference(_, _),SemanticLabels(_, _),Pixels(_, _, _),Subgraph(_) ->
                true;
            default -> false;
        };
    }

    /// The dimensions among the operation's parameters, whose symbols must be known when it runs.
    default List<Dimension> dimensions() {
        return switch (this) {
            case Reshape(Shape shape) -> shape.dimensions();
            case Expand(Shape shape) -> shape.dimensions();
            case Slice(_, Dimension start, Dimension end) -> List.of(start, end);
            case Resize(_, Dimension height, Dimension width) -> List.of(height, width);
            case Range(Dimension length) -> List.of(length);
            case Sizes(List<Dimension> dimensions) -> dimensions;
            case DeformableAttention(_, _, List<DeformableAttention.Level> levels) ->
                levels.stream().flatMap(level -> Stream.of(level.height(), level.width())).toList();
            case SemanticInference(Dimension height, Dimension width) -> List.of(height, width);
            case SemanticLabels(Dimension height, Dimension width) -> List.of(height, width);
            case Subgraph(Graph graph) -> Stream
                    .concat(graph.types().values().stream().flatMap(type -> type.shape().dimensions().stream()),
                            graph.nodes().stream().flatMap(node -> node.operation().dimensions().stream()))
                    .distinct().toList();
            default -> List.of();
        };
    }

    /// The operation's name in node names and in text: `Conv`, `Relu`, `ReduceMean`, or a foreign operation's own.
    default String type() {
        return switch (this) {
            case Unary(UnaryFunction function) -> camelCase(function);
            case Binary(BinaryFunction function) -> camelCase(function);
            case Reduce(Reduction function, _, _) -> "Reduce" + camelCase(function);
            case Foreign(String domain, String type, _, _) -> domain.isEmpty() ? type : domain + "." + type;
            default -> getClass().getSimpleName();
        };
    }

    private static String camelCase(Enum<?> constant) {
        StringBuilder name = new StringBuilder();
        for (String word : constant.name().split("_", -1)) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return name.toString();
    }
}
