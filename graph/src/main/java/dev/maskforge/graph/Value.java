package dev.maskforge.graph;

import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Operation.Unary;
import dev.maskforge.graph.Operation.UnaryFunction;
import java.util.List;

/// A tensor in a graph that is being built. Its methods add the node that computes something from it and return what the
/// node gives; they compute nothing. A shape that does not fit is an [IllegalArgumentException] that names the node.
public final class Value {
    private final GraphBuilder builder;
    private final String name;
    private final TensorType type;

    Value(GraphBuilder builder, String name, TensorType type) {
        this.builder = builder;
        this.name = name;
        this.type = type;
    }

    public GraphBuilder builder() {
        return builder;
    }

    public String name() {
        return name;
    }

    public TensorType type() {
        return type;
    }

    public Shape shape() {
        return type.shape();
    }

    /// One dimension of the shape; a negative axis counts from the end.
    public Dimension size(int axis) {
        return type.shape().get(axis);
    }

    public Value relu() {
        return unary(UnaryFunction.RELU);
    }

    public Value sigmoid() {
        return unary(UnaryFunction.SIGMOID);
    }

    public Value sine() {
        return unary(UnaryFunction.SIN);
    }

    public Value cosine() {
        return unary(UnaryFunction.COS);
    }

    /// The Gauss error function.
    public Value erf() {
        return unary(UnaryFunction.ERF);
    }

    public Value floor() {
        return unary(UnaryFunction.FLOOR);
    }

    public Value absolute() {
        return unary(UnaryFunction.ABS);
    }

    public Value not() {
        return unary(UnaryFunction.NOT);
    }

    public Value add(Value other) {
        return binary(BinaryFunction.ADD, other);
    }

    public Value add(float other) {
        return add(scalar(other));
    }

    public Value subtract(Value other) {
        return binary(BinaryFunction.SUBTRACT, other);
    }

    public Value subtract(float other) {
        return subtract(scalar(other));
    }

    public Value multiply(Value other) {
        return binary(BinaryFunction.MULTIPLY, other);
    }

    public Value multiply(float other) {
        return multiply(scalar(other));
    }

    public Value divide(Value other) {
        return binary(BinaryFunction.DIVIDE, other);
    }

    public Value divide(float other) {
        return divide(scalar(other));
    }

    public Value minimum(Value other) {
        return binary(BinaryFunction.MINIMUM, other);
    }

    public Value maximum(float other) {
        return binary(BinaryFunction.MAXIMUM, scalar(other));
    }

    public Value less(float other) {
        return binary(BinaryFunction.LESS, scalar(other));
    }

    public Value lessOrSame(Value other) {
        return builder.add(new Binary(BinaryFunction.GREATER_OR_EQUAL), other, this);
    }

    /// Where the elements are equal.
    public Value same(Value other) {
        return binary(BinaryFunction.EQUAL, other);
    }

    public Value and(Value other) {
        return binary(BinaryFunction.AND, other);
    }

    /// This where the condition holds, `otherwise` elsewhere.
    public Value where(Value condition, Value otherwise) {
        return builder.add(new Operation.Where(), condition, this, otherwise);
    }

    public Value cast(DataType to) {
        return type.dataType() == to ? this : builder.add(new Operation.Cast(to), this);
    }

    public Value matMul(Value other) {
        return builder.add(new Operation.MatMul(), this, other);
    }

    public Value softmax(int axis) {
        return builder.add(new Operation.Softmax(axis), this);
    }

    public Value sum(int axis) {
        return reduce(Reduction.SUM, axis, false);
    }

    /// The smallest element along an axis, which stays with size 1.
    public Value minimumAlong(int axis) {
        return reduce(Reduction.MINIMUM, axis, true);
    }

    public Value argMax(int axis) {
        return builder.add(new Operation.ArgMax(shape().axis(axis)), this);
    }

    public Value reshape(Dimension... dimensions) {
        return builder.add(new Operation.Reshape(Shape.of(dimensions)), this);
    }

    public Value reshape(Shape shape) {
        return builder.add(new Operation.Reshape(shape), this);
    }

    public Value transpose(Integer... permutation) {
        return builder.add(new Operation.Transpose(List.of(permutation)), this);
    }

    /// `[N, C, H, W] -> [N, H·W, C]`, the pixels of a map as tokens, row by row.
    public Value mapToTokens() {
        return reshape(size(0), size(1), size(2).times(size(3))).transpose(0, 2, 1);
    }

    /// `[N, H·W, C] -> [N, C, H, W]`, the inverse of [#mapToTokens()].
    public Value tokensToMap(Dimension height, Dimension width) {
        return transpose(0, 2, 1).reshape(size(0), size(2), height, width);
    }

    public Value slice(int axis, Dimension start, Dimension end) {
        return builder.add(new Operation.Slice(shape().axis(axis), start, end), this);
    }

    public Value slice(int axis, long start, long end) {
        return slice(axis, Dimension.of(start), Dimension.of(end));
    }

    public Value expand(Dimension... dimensions) {
        Shape wanted = Shape.of(dimensions);
        return shape().equals(wanted) ? this : builder.add(new Operation.Expand(wanted), this);
    }

    public Value gather(int axis, Value indices) {
        return builder.add(new Operation.Gather(shape().axis(axis)), this, indices);
    }

    public Value resize(Operation.Resize.Mode mode, Dimension height, Dimension width) {
        return builder.add(new Operation.Resize(mode, height, width), this);
    }

    public Value gridSample(Value grid) {
        return builder.add(new Operation.GridSample(), this, grid);
    }

    public static Value concat(int axis, List<Value> values) {
        Value first = values.getFirst();
        return first.builder.add(new Operation.Concat(first.shape().axis(axis)), values.toArray(Value[]::new));
    }

    /// A number of this value's type.
    private Value scalar(float number) {
        return builder.constant(number, type.dataType());
    }

    private Value unary(UnaryFunction function) {
        return builder.add(new Unary(function), this);
    }

    private Value binary(BinaryFunction function, Value other) {
        return builder.add(new Binary(function), this, other);
    }

    private Value reduce(Reduction reduction, int axis, boolean keep) {
        return builder.add(new Operation.Reduce(reduction, List.of(shape().axis(axis)), keep), this);
    }

    /// Such as `backbone.stem/Conv: float32[n, 64, 16*h, 16*w]`.
    @Override
    public String toString() {
        return name + ": " + type;
    }
}
