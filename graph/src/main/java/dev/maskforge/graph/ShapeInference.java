package dev.maskforge.graph;

import dev.maskforge.graph.Operation.DeformableAttention;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The types of a node's outputs from its operation and the types of its inputs.
public final class ShapeInference {
    private ShapeInference() {
    }

    /// Infers the types of the outputs.
    ///
    /// @throws IllegalArgumentException if the operation does not take such inputs; the message says why
    public static List<TensorType> infer(Operation operation, List<TensorType> inputs) {
        if (operation instanceof Operation.Foreign foreign) {
            return foreign.outputs();
        }
        if (operation instanceof Operation.Subgraph subgraph) {
            return subgraph(subgraph, inputs);
        }
        TensorType output = new Inputs(operation, inputs).outputType();
        if (output.shape().dimensions().stream().anyMatch(dimension -> dimension.isConstant() && dimension.size() < 0)) {
            throw new IllegalArgumentException(operation.type() + ": gives " + output + ", which has a negative size");
        }
        return List.of(output);
    }

    private static List<TensorType> subgraph(Operation.Subgraph subgraph, List<TensorType> inputs) {
        List<TensorType> wanted = subgraph.inputTypes();
        if (inputs.size() != wanted.size()) {
            throw new IllegalArgumentException("Subgraph: takes " + wanted.size() + " inputs, not " + inputs.size());
        }
        for (int i = 0; i < wanted.size(); i++) {
            if (!inputs.get(i).equals(wanted.get(i))) {
                throw new IllegalArgumentException("Subgraph: input " + i + " is " + inputs.get(i) + ", not " + wanted.get(i) + " as its '"
                        + subgraph.graph().inputs().get(i) + "'");
            }
        }
        return subgraph.outputTypes();
    }

    /// The inputs of one operation, with the questions that the rules ask of them.
    private record Inputs(Operation operation, List<TensorType> types) {
        TensorType outputType() {
            return switch (operation) {
                case Operation.Unary(Operation.UnaryFunction function) -> {
                    count(1, 1);
                    boolean isHalf = types.getFirst().dataType() == DataType.FLOAT16;
                    require(function == Operation.UnaryFunction.NOT ? DataType.BOOL : isHalf ? DataType.FLOAT16 : DataType.FLOAT32, 0);
                    yield types.getFirst();
                }
                case Operation.Binary(Operation.BinaryFunction function) -> binary(function);
                case Operation.Where() -> where();
                case Operation.Cast(DataType to) -> new TensorType(to, shape(0, 1, 1));
                case Operation.QuantizeLinear(int axis) -> quantized(axis);
                case Operation.DequantizeLinear(int axis) -> dequantized(axis);
                case Operation.MatMul() -> matMul();
                case Operation.Gemm() -> gemm();
                case Operation.Conv conv -> conv(conv, 3);
                case Operation.MaxPool(int kernel, int stride, int padding) -> {
                    Shape shape = shape(0, 1, 1);
                    takesFloats();
                    rank(0, 4);
                    yield floats(shape.with(2, window(shape.get(2), kernel, stride, padding, 1)).with(3,
                            window(shape.get(3), kernel, stride, padding, 1)));
                }
                case Operation.BatchNormalization(_) -> perChannel(1, 5);
                case Operation.InstanceNormalization(_) -> perChannel(1, 3);
                case Operation.LayerNormalization(_) -> perChannel(-1, 3);
                case Operation.GroupNormalization(int groups, _) -> groupNormalization(groups);
                case Operation.Softmax(int axis) -> {
                    shape(0, 1, 1).axis(axis);
                    takesFloats();
                    yield types.getFirst();
                }
                case Operation.Reduce(_, List<Integer> axes, boolean keep) -> {
                    Shape shape = reduce(shape(0, 1, 1), axes, keep);
                    yield new TensorType(types.getFirst().dataType(), shape);
                }
                case Operation.ArgMax(int axis) -> new TensorType(DataType.INT64, reduce(shape(0, 1, 1), List.of(axis), false));
                case Operation.Reshape(Shape shape) -> reshape(shape);
                case Operation.Transpose(List<Integer> permutation) -> transpose(permutation);
                case Operation.Concat(int axis) -> concat(axis);
                case Operation.Slice(int axis, Dimension start, Dimension end) -> slice(axis, start, end);
                case Operation.Expand(Shape shape) -> {
                    check(Shape.broadcast(shape(0, 1, 1), shape).equals(shape), "cannot expand " + shape(0, 1, 1) + " to " + shape);
                    yield new TensorType(types.getFirst().dataType(), shape);
                }
                case Operation.Gather(int axis) -> gather(axis);
                case Operation.Resize(_, Dimension height, Dimension width) -> {
                    Shape shape = shape(0, 1, 1);
                    takesFloats();
                    rank(0, 4);
                    yield floats(shape.with(2, height).with(3, width));
                }
                case Operation.GridSample() -> gridSample();
                case Operation.Range(Dimension length) -> {
                    count(0, 0);
                    yield new TensorType(DataType.INT64, Shape.of(length));
                }
                case Operation.Sizes(List<Dimension> dimensions) -> {
                    count(0, 0);
                    yield new TensorType(DataType.INT64, Shape.of(dimensions.size()));
                }
                case Operation.Linear() -> linear();
                case Operation.FusedConv fused -> fusedConv(fused);
                case Operation.FeedForward() -> feedForward();
                case Operation.Attention(int heads) -> attention(heads);
                case DeformableAttention attention -> deformableAttention(attention);
                case Operation.SemanticInference(Dimension height, Dimension width) -> semanticInference(height, width);
                case Operation.SemanticLabels(Dimension height, Dimension width) -> semanticLabels(height, width);
                case Operation.Pixels pixels -> pixels(pixels);
                case Operation.Foreign _,Operation.Subgraph _ -> throw new AssertionError(operation.type() + " knows its types");
            };
        }

        private TensorType binary(Operation.BinaryFunction function) {
            Shape shape = Shape.broadcast(shape(0, 2, 2), shape(1, 2, 2));
            DataType dataType = types.getFirst().dataType();
            check(types.get(1).dataType() == dataType, "mixes " + dataType + " and " + types.get(1).dataType());
            boolean isLogical = function == Operation.BinaryFunction.AND || function == Operation.BinaryFunction.OR;
            if (isLogical) {
                check(dataType == DataType.BOOL, function + " does not take " + dataType);
            } else if (function != Operation.BinaryFunction.EQUAL) {
                check(dataType != DataType.BOOL, function + " does not take bool");
            }
            return new TensorType(function.isComparison() ? DataType.BOOL : dataType, shape);
        }

        private TensorType where() {
            Shape condition = shape(0, 3, 3);
            require(DataType.BOOL, 0);
            check(types.get(1).dataType() == types.get(2).dataType(), "mixes " + types.get(1) + " and " + types.get(2));
            return new TensorType(types.get(1).dataType(), Shape.broadcast(condition, Shape.broadcast(shape(1, 3, 3), shape(2, 3, 3))));
        }

        private TensorType quantized(int axis) {
            Shape shape = shape(0, 2, 3);
            require(DataType.FLOAT32, 0);
            DataType dataType = types.size() == 3 ? types.get(2).dataType() : DataType.UINT8;
            check(dataType == DataType.UINT8 || dataType == DataType.INT8, "quantises to uint8 or int8, not " + dataType);
            scaled(shape, axis);
            return new TensorType(dataType, shape);
        }

        private TensorType dequantized(int axis) {
            Shape shape = shape(0, 2, 3);
            DataType dataType = types.getFirst().dataType();
            check(dataType == DataType.UINT8 || dataType == DataType.INT8 || dataType == DataType.INT32,
                    "takes uint8, int8 or int32, not " + types.getFirst());
            if (types.size() == 3) {
                require(dataType, 2);
            }
            scaled(shape, axis);
            return new TensorType(DataType.FLOAT32, shape);
        }

        /// A scale, and a zero point if there is one, for the whole or for each index along the axis.
        private void scaled(Shape shape, int axis) {
            require(DataType.FLOAT32, 1);
            Shape scale = types.get(1).shape();
            check(scale.rank() <= 1, "takes a scale for all or a vector of them, not " + scale);
            if (types.size() == 3) {
                same(scale, types.get(2).shape(), "the shapes of scale and zero point");
            }
            if (scale.rank() == 1 && !scale.get(0).equals(Dimension.ONE)) {
                same(Shape.of(shape.get(axis)), scale, "the axis and its scales");
            }
        }

        private TensorType matMul() {
            Shape a = shape(0, 2, 2);
            Shape b = shape(1, 2, 2);
            takesFloats();
            check(a.rank() >= 2 && b.rank() >= 2, "takes matrices, not " + a + " and " + b);
            same(a.get(-1), b.get(-2), "the inner dimensions");
            Shape leading = Shape.broadcast(leading(a, 2), leading(b, 2));
            List<Dimension> dimensions = new ArrayList<>(leading.dimensions());
            dimensions.add(a.get(-2));
            dimensions.add(b.get(-1));
            return floats(new Shape(dimensions));
        }

        private TensorType gemm() {
            Shape a = shape(0, 3, 3);
            Shape b = shape(1, 3, 3);
            takesFloats();
            rank(0, 2);
            rank(1, 2);
            same(a.get(1), b.get(1), "the inner dimensions");
            same(Shape.of(b.get(0)), shape(2, 3, 3), "the addend");
            return floats(Shape.of(a.get(0), b.get(0)));
        }

        /// @param most inputs, of which those after the bias are not looked at
        private TensorType conv(Operation.Conv conv, int most) {
            Shape x = shape(0, 2, most);
            Shape weight = shape(1, 2, most);
            takesFloats();
            rank(0, 4);
            rank(1, 4);
            same(x.get(1), weight.get(1).times(conv.groups()), "the input's channels and the weight's");
            if (types.size() > 2) {
                same(Shape.of(weight.get(0)), shape(2, 2, most), "the bias");
            }
            Dimension height = window(x.get(2), weight.get(2).size(), conv.stride(), conv.padding(), conv.dilation());
            Dimension width = window(x.get(3), weight.get(3).size(), conv.stride(), conv.padding(), conv.dilation());
            return floats(Shape.of(x.get(0), weight.get(0), height, width));
        }

        private TensorType fusedConv(Operation.FusedConv fused) {
            TensorType convolved = conv(fused.convolution(), 4);
            if (types.size() == 4) {
                same(convolved.shape(), shape(3, 2, 4), "the convolution's result and the addend");
            }
            return convolved;
        }

        private TensorType perChannel(int axis, int inputs) {
            Shape x = shape(0, inputs, inputs);
            takesFloats();
            for (int i = 1; i < inputs; i++) {
                same(Shape.of(x.get(axis)), shape(i, inputs, inputs), "input " + i);
            }
            return floats(x);
        }

        private TensorType groupNormalization(int groups) {
            TensorType type = perChannel(1, 3);
            check(groups > 0 && type.shape().get(1).size() % groups == 0,
                    type.shape().get(1) + " channels do not divide into " + groups + " groups");
            return type;
        }

        private TensorType reshape(Shape shape) {
            same(shape(0, 1, 1).elements(), shape.elements(), "the numbers of elements of " + shape(0, 1, 1) + " and " + shape);
            return new TensorType(types.getFirst().dataType(), shape);
        }

        private TensorType transpose(List<Integer> permutation) {
            Shape shape = shape(0, 1, 1);
            check(permutation.stream().sorted().toList().equals(IntStream.range(0, shape.rank()).boxed().toList()),
                    permutation + " is no permutation of the axes of " + shape);
            return new TensorType(types.getFirst().dataType(), new Shape(permutation.stream().map(shape::get).toList()));
        }

        private TensorType concat(int axis) {
            check(!types.isEmpty(), "needs an input");
            Shape first = types.getFirst().shape();
            Dimension sum = Dimension.ZERO;
            for (TensorType type : types) {
                check(type.dataType() == types.getFirst().dataType(), "mixes " + type + " and " + types.getFirst());
                same(first.with(axis, Dimension.ONE), type.shape().with(axis, Dimension.ONE), "the other axes");
                sum = sum.plus(type.shape().get(axis));
            }
            return new TensorType(types.getFirst().dataType(), first.with(axis, sum));
        }

        private TensorType slice(int axis, Dimension start, Dimension end) {
            Shape shape = shape(0, 1, 1);
            Dimension length = end.minus(start);
            if (length.isConstant()) {
                check(length.size() >= 0, "runs backwards, from " + start + " to " + end);
            }
            if (start.isConstant()) {
                check(start.size() >= 0, "starts at " + start + ", not within " + shape.get(axis));
            }
            if (end.isConstant() && shape.get(axis).isConstant()) {
                check(end.size() <= shape.get(axis).size(), "reaches " + end + " of " + shape.get(axis));
            }
            return new TensorType(types.getFirst().dataType(), shape.with(axis, length));
        }

        private TensorType gather(int axis) {
            Shape data = shape(0, 2, 2);
            Shape indices = shape(1, 2, 2);
            require(DataType.INT64, 1);
            int at = data.axis(axis);
            List<Dimension> dimensions = new ArrayList<>(data.dimensions().subList(0, at));
            dimensions.addAll(indices.dimensions());
            dimensions.addAll(data.dimensions().subList(at + 1, data.rank()));
            return new TensorType(types.getFirst().dataType(), new Shape(dimensions));
        }

        private TensorType gridSample() {
            Shape x = shape(0, 2, 2);
            Shape grid = shape(1, 2, 2);
            takesFloats();
            rank(0, 4);
            rank(1, 4);
            same(x.get(0), grid.get(0), "the batches");
            same(grid.get(3), Dimension.of(2), "the grid's last axis");
            return floats(Shape.of(x.get(0), x.get(1), grid.get(1), grid.get(2)));
        }

        private TensorType linear() {
            Shape x = shape(0, 2, 3);
            Shape weight = shape(1, 2, 3);
            takesFloats();
            rank(1, 2);
            same(x.get(-1), weight.get(1), "the input's channels and the weight's");
            if (types.size() == 3) {
                same(Shape.of(weight.get(0)), shape(2, 2, 3), "the bias");
            }
            return floats(x.with(-1, weight.get(0)));
        }

        private TensorType feedForward() {
            Shape x = shape(0, 5, 5);
            Shape weight = shape(1, 5, 5);
            Shape outerWeight = shape(3, 5, 5);
            takesFloats();
            rank(1, 2);
            rank(3, 2);
            same(x.get(-1), weight.get(0), "the input's channels and the weight's");
            same(Shape.of(weight.get(1)), shape(2, 5, 5), "the bias");
            same(weight.get(1), outerWeight.get(0), "the columns of the weight and the rows of the outer weight");
            same(Shape.of(outerWeight.get(1)), shape(4, 5, 5), "the outer bias");
            return floats(x.with(-1, outerWeight.get(1)));
        }

        private TensorType attention(int heads) {
            Shape query = shape(0, 3, 4);
            Shape key = shape(1, 3, 4);
            takesFloats(types.subList(0, 3));
            rank(0, 3);
            rank(1, 3);
            same(key, shape(2, 3, 4), "key and value");
            same(query.with(1, key.get(1)), key, "query and key");
            check(query.get(2).size() % heads == 0, query.get(2) + " channels do not divide into " + heads + " heads");
            if (types.size() == 4) {
                require(DataType.BOOL, 3);
                same(Shape.of(query.get(0), query.get(1), key.get(1)), shape(3, 3, 4), "the mask");
            }
            return types.getFirst();
        }

        private TensorType deformableAttention(DeformableAttention attention) {
            Shape value = shape(0, 3, 3);
            // Where it looks may be known more exactly than what is there.
            types.forEach(type -> takesFloats(List.of(type)));
            rank(0, 3);
            Dimension tokens = attention.levels().stream().map(DeformableAttention.Level::tokens).reduce(Dimension.ZERO, Dimension::plus);
            same(tokens, value.get(1), "the levels' tokens and the value's");
            long samples = (long) attention.heads() * attention.levels().size() * attention.points();
            same(value.with(2, Dimension.of(2 * samples)), shape(1, 3, 3), "the offsets");
            same(value.with(2, Dimension.of(samples)), shape(2, 3, 3), "the logits");
            check(value.get(2).size() % attention.heads() == 0,
                    value.get(2) + " channels do not divide into " + attention.heads() + " heads");
            return types.getFirst();
        }

        private TensorType semanticInference(Dimension height, Dimension width) {
            Shape classes = shape(0, 2, 2);
            Shape masks = shape(1, 2, 2);
            takesFloats();
            rank(0, 3);
            rank(1, 4);
            same(Shape.of(classes.get(0), classes.get(1)), Shape.of(masks.get(0), masks.get(1)), "batches and queries");
            return floats(Shape.of(classes.get(0), classes.get(2).plus(-1), height, width));
        }

        private TensorType semanticLabels(Dimension height, Dimension width) {
            Dimension classes = semanticInference(height, width).shape().get(1);
            check(classes.isConstant() && classes.size() > 0, "labels " + classes + " classes, not a number of them that is known");
            return new TensorType(Operation.SemanticLabels.labelType(classes.size()),
                    Shape.of(types.getFirst().shape().get(0), height, width));
        }

        private TensorType pixels(Operation.Pixels pixels) {
            Shape picture = shape(0, 2, 2);
            Shape valid = shape(1, 2, 2);
            require(DataType.UINT8, 0);
            require(DataType.INT32, 1);
            rank(0, 4);
            same(Dimension.of(Operation.Pixels.CHANNELS), picture.get(3), "the colours of a pixel");
            same(Shape.of(picture.get(0), Dimension.of(2)), valid, "the pictures' valid heights and widths");
            return new TensorType(pixels.to(), Shape.of(picture.get(0), picture.get(3), picture.get(1), picture.get(2)));
        }

        private static Dimension window(Dimension size, long kernel, int stride, int padding, int dilation) {
            return size.plus(2L * padding - dilation * (kernel - 1) - 1).floorDivide(stride).plus(1);
        }

        private static Shape reduce(Shape shape, List<Integer> axes, boolean keep) {
            List<Integer> reduced = axes.stream().map(shape::axis).toList();
            List<Dimension> dimensions = new ArrayList<>();
            for (int axis = 0; axis < shape.rank(); axis++) {
                if (!reduced.contains(axis)) {
                    dimensions.add(shape.get(axis));
                } else if (keep) {
                    dimensions.add(Dimension.ONE);
                }
            }
            return new Shape(dimensions);
        }

        private static Shape leading(Shape shape, int without) {
            return new Shape(shape.dimensions().subList(0, shape.rank() - without));
        }

        private TensorType floats(Shape shape) {
            return new TensorType(types.getFirst().dataType(), shape);
        }

        private Shape shape(int input, int minimum, int maximum) {
            count(minimum, maximum);
            return types.get(input).shape();
        }

        private void count(int minimum, int maximum) {
            check(types.size() >= minimum && types.size() <= maximum,
                    "takes " + minimum + " to " + maximum + " inputs, not " + types.size());
        }

        private void rank(int input, int rank) {
            check(types.get(input).shape().rank() == rank, "input " + input + " is " + types.get(input) + ", not of rank " + rank);
        }

        private void require(DataType dataType, int input) {
            check(types.get(input).dataType() == dataType, "input " + input + " is " + types.get(input) + ", not " + dataType);
        }

        private void takesFloats() {
            takesFloats(types);
        }

        /// All of one type, float32 or float16.
        private void takesFloats(List<TensorType> floats) {
            DataType wanted = floats.getFirst().dataType() == DataType.FLOAT16 ? DataType.FLOAT16 : DataType.FLOAT32;
            floats.forEach(type -> check(type.dataType() == wanted, "takes " + wanted + ", not " + type));
        }

        private void same(Object a, Object b, String what) {
            check(a.equals(b), what + " differ: " + a + " and " + b);
        }

        private void check(boolean holds, String otherwise) {
            if (!holds) {
                throw new IllegalArgumentException(operation.type() + ": " + otherwise);
            }
        }
    }
}
