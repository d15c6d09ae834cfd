package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Rewriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What stands for quantisation that TensorRT does not have, the same bit for bit:
///
/// - QuantizeLinear(x, scale, zero) -> Cast(Minimum(Where(q >= lowest, q, lowest), highest)), q = round(x / scale) + zero
/// - DequantizeLinear(q, scale, zero) -> (Cast(q) - zero)·scale, or that as a constant where q is one
///
/// TensorRT takes int8 whose zero points are 0, and what is [of its kind][SymmetricQuantization] stays for its int8 kernels. It
/// reads QuantizeLinear without a zero point, which is uint8, as int8.
final class ExpandQuantization implements Pass {
    private static final int LARGEST_UINT8 = 255;

    @Override
    public String name() {
        return "expand quantisation that TensorRT does not have";
    }

    @Override
    public Outcome apply(Graph graph) {
        SymmetricQuantization symmetric = SymmetricQuantization.of(graph);
        return Rewriter.rewrite(graph, (node, inputs, place) -> {
            if (symmetric.stays(node)) {
                return Optional.empty();
            }
            return switch (node.operation()) {
                case Operation.QuantizeLinear(int axis) ->
                    Optional.of(place.builder().within(node.name(), () -> quantized(inputs, axis)));
                case Operation.DequantizeLinear(int axis) -> Optional.of(place.builder().within(node.name(),
                        () -> constants(graph, node).map(given -> place.builder().constant("float32", evaluate(node, given)))
                                .orElseGet(() -> dequantized(inputs, axis))));
                default -> Optional.empty();
            };
        });
    }

    private static Value quantized(List<Value> inputs, int axis) {
        Value x = inputs.getFirst();
        DataType type = inputs.size() == 3 ? inputs.get(2).type().dataType() : DataType.UINT8;
        Value rounded = rounded(x.divide(along(inputs.get(1), x, axis)));
        Value moved = inputs.size() == 3 ? rounded.add(along(inputs.get(2).cast(DataType.FLOAT32), x, axis)) : rounded;
        boolean isSigned = type == DataType.INT8;
        Value lowest = x.builder().constant(isSigned ? Byte.MIN_VALUE : 0f);
        // What is not a number is the lowest, so that a comparison chooses.
        Value inside = moved.where(binary(BinaryFunction.GREATER_OR_EQUAL, moved, lowest), lowest)
                .minimum(x.builder().constant(isSigned ? (float) Byte.MAX_VALUE : LARGEST_UINT8));
        return inside.cast(type);
    }

    /// The nearest whole number, of two the even one: that below, or the one above it where the remainder is more than a half,
    /// or a half and that below is odd. The remainder is exact save between -1/2 and 0, where it stays above a half or becomes
    /// one, and that below is odd.
    private static Value rounded(Value x) {
        Value half = x.builder().constant(0.5f);
        Value below = x.floor();
        Value remainder = x.subtract(below);
        Value isOdd = x.builder().constant(1f).same(below.subtract(below.multiply(0.5f).floor().multiply(2f)));
        Value isAbove = binary(BinaryFunction.LESS, half, remainder);
        Value isTie = half.same(remainder);
        Value goesUp = x.builder().add(new Binary(BinaryFunction.OR), isAbove, isTie.and(isOdd));
        return below.add(goesUp.cast(DataType.FLOAT32));
    }

    private static Value dequantized(List<Value> inputs, int axis) {
        Value q = inputs.getFirst();
        Value scale = along(inputs.get(1), q, axis);
        if (inputs.size() < 3) {
            return q.cast(DataType.FLOAT32).multiply(scale);
        }
        Value zero = along(inputs.get(2), q, axis);
        // Differences of int32 wrap round, and are not exact in float32; those of eight bits are.
        Value difference = q.type().dataType() == DataType.INT32
                ? q.subtract(zero).cast(DataType.FLOAT32)
                : q.cast(DataType.FLOAT32).subtract(zero.cast(DataType.FLOAT32));
        return difference.multiply(scale);
    }

    /// A scale or zero point in a shape that broadcasts to x.
    private static Value along(Value given, Value x, int axis) {
        if (given.shape().rank() == 0) {
            return given;
        }
        if (given.size(0).equals(Dimension.ONE)) {
            return given.reshape(Shape.of(new long[0]));
        }
        List<Dimension> dimensions = new ArrayList<>(List.of(given.size(0)));
        dimensions.addAll(Collections.nCopies(x.shape().rank() - 1 - x.shape().axis(axis), Dimension.ONE));
        return given.reshape(new Shape(dimensions));
    }

    private static Value binary(BinaryFunction function, Value a, Value b) {
        return a.builder().add(new Binary(function), a, b);
    }

    /// What a node takes, if all of it is constant.
    private static Optional<List<Tensor>> constants(Graph graph, Node node) {
        Map<String, Tensor> constants = graph.initializers();
        return node.inputs().stream().allMatch(constants::containsKey) && !graph.outputs().contains(node.output())
                ? Optional.of(node.inputs().stream().map(name -> Objects.requireNonNull(constants.get(name))).toList())
                : Optional.empty();
    }

    private static Tensor evaluate(Node node, List<Tensor> inputs) {
        return Interpreter.evaluate(node.operation(), inputs);
    }
}
