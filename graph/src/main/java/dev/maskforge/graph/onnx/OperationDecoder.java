package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Operation.Unary;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/// Finds the operation of ours that a node stands for, the inverse of [OperationEncoder]. What has no counterpart (uneven
/// padding, a size that is not known, an attribute of another opset) is found to be none: it stays foreign.
final class OperationDecoder {
    private final NodeView node;
    private final long opset;

    private OperationDecoder(NodeView node, long opset) {
        this.node = node;
        this.opset = opset;
    }

    /// An operation with the inputs that remain to it.
    record Decoded(Operation operation, List<String> inputs) {}

    static Optional<Decoded> decode(OnnxNode node, Knowledge knowledge, long opset) {
        NodeView view = new NodeView(node, knowledge);
        if (!node.domain().isEmpty() || !view.hasOneOutput() || view.inputs().isEmpty()) {
            return Optional.empty();
        }
        return new OperationDecoder(view, opset).decode().filter(_ -> view.isUnderstood());
    }

    private Optional<Decoded> decode() {
        return switch (node.type()) {
            case "Abs" -> unary(UnaryFunction.ABS);
            case "Cos" -> unary(UnaryFunction.COS);
            case "Erf" -> unary(UnaryFunction.ERF);
            case "Exp" -> unary(UnaryFunction.EXP);
            case "Floor" -> unary(UnaryFunction.FLOOR);
            case "Not" -> unary(UnaryFunction.NOT);
            case "Relu" -> unary(UnaryFunction.RELU);
            case "Sigmoid" -> unary(UnaryFunction.SIGMOID);
            case "Sin" -> unary(UnaryFunction.SIN);
            case "Sqrt" -> unary(UnaryFunction.SQRT);
            case "Add" -> binary(BinaryFunction.ADD);
            case "Sub" -> binary(BinaryFunction.SUBTRACT);
            case "Mul" -> binary(BinaryFunction.MULTIPLY);
            case "Div" -> binary(BinaryFunction.DIVIDE);
            case "Pow" -> binary(BinaryFunction.POWER);
            case "Min" -> binary(BinaryFunction.MINIMUM);
            case "Max" -> binary(BinaryFunction.MAXIMUM);
            case "Less" -> binary(BinaryFunction.LESS);
            case "GreaterOrEqual" -> binary(BinaryFunction.GREATER_OR_EQUAL);
            case "Equal" -> binary(BinaryFunction.EQUAL);
            case "And" -> binary(BinaryFunction.AND);
            case "Or" -> binary(BinaryFunction.OR);
            case "Greater" -> swapped(BinaryFunction.LESS);
            case "LessOrEqual" -> swapped(BinaryFunction.GREATER_OR_EQUAL);
            case "Where" -> taking(3, new Operation.Where());
            case "MatMul" -> taking(2, new Operation.MatMul());
            case "Gemm" -> gemm();
            case "Cast" -> taking(1, new Operation.Cast(OnnxTypes.of(node.integral("to", 0))));
            case "QuantizeLinear" -> quantization(new Operation.QuantizeLinear(axis(node.integral("axis", 1))));
            case "DequantizeLinear" -> quantization(new Operation.DequantizeLinear(axis(node.integral("axis", 1))));
            case "Conv" -> conv();
            case "MaxPool" -> maxPool();
            case "BatchNormalization" -> batchNormalization();
            case "InstanceNormalization" -> taking(3, new Operation.InstanceNormalization(node.floatingPoint("epsilon", 1e-5f)));
            case "LayerNormalization" -> layerNormalization();
            case "Softmax" -> softmax();
            case "ReduceSum" -> reduce(Reduction.SUM, opset >= 13);
            case "ReduceMean" -> reduce(Reduction.MEAN, opset >= 18);
            case "ReduceMin" -> reduce(Reduction.MINIMUM, opset >= 18);
            case "ReduceMax" -> reduce(Reduction.MAXIMUM, opset >= 18);
            case "ArgMax" -> argMax();
            case "Reshape" -> reshape();
            case "Transpose" -> transpose();
            case "Concat" -> Optional.of(new Decoded(new Operation.Concat(axis(node.integral("axis", 0))), node.inputs()));
            case "Slice" -> slice();
            case "Expand" -> expand();
            case "Gather" -> taking(2, new Operation.Gather(axis(node.integral("axis", 0))));
            case "Resize" -> resize();
            case "GridSample" -> gridSample();
            case "Range" -> range();
            case "Identity" -> identity();
            default -> Optional.empty();
        };
    }

    /// The operation on the first inputs, which must be there.
    private Optional<Decoded> on(int inputs, Operation operation) {
        for (int i = 0; i < inputs; i++) {
            if (!node.hasInput(i)) {
                return Optional.empty();
            }
        }
        return Optional.of(new Decoded(operation, node.inputs().subList(0, inputs)));
    }

    /// The same where the node has no other inputs.
    private Optional<Decoded> taking(int inputs, Operation operation) {
        return node.inputs().size() == inputs ? on(inputs, operation) : Optional.empty();
    }

    private Optional<Decoded> unary(UnaryFunction function) {
        return taking(1, new Unary(function));
    }

    private Optional<Decoded> binary(BinaryFunction function) {
        return taking(2, new Binary(function));
    }

    private Optional<Decoded> swapped(BinaryFunction function) {
        return binary(function).map(decoded -> new Decoded(decoded.operation(), decoded.inputs().reversed()));
    }

    private Optional<Decoded> gemm() {
        boolean isOurs = node.integral("transA", 0) == 0 && node.integral("transB", 0) == 1 && node.floatingPoint("alpha", 1) == 1
                && node.floatingPoint("beta", 1) == 1;
        return isOurs ? taking(3, new Operation.Gemm()) : Optional.empty();
    }

    /// Before opset 13 there is one scale for all. What opset 21 adds, blocks and other output types, is none of ours.
    private Optional<Decoded> quantization(Operation operation) {
        // Of 8-bit floating-point types, which we do not have.
        node.ignore("saturate");
        boolean isForAll = node.hasInput(1) && node.inputType(1).shape().elements().equals(Dimension.ONE);
        boolean isWhole = node.inputs().size() == 2 || node.inputs().size() == 3;
        return isWhole && (opset >= 13 || isForAll) ? on(node.inputs().size(), operation) : Optional.empty();
    }

    private Optional<Decoded> conv() {
        if (!node.hasInput(1) || node.inputs().size() > 3 || node.rank() != 4 || node.inputType(1).shape().rank() != 4) {
            return Optional.empty();
        }
        Shape weight = node.inputType(1).shape();
        List<Long> kernel = node.integrals("kernel_shape", List.of());
        boolean isKernel = kernel.isEmpty()
                || kernel.size() == 2 && weight.get(2).equals(Dimension.of(kernel.get(0)))
                        && weight.get(3).equals(Dimension.of(kernel.get(1)));
        Optional<Integer> stride = same(node.integrals("strides", List.of(1L, 1L)), 2);
        Optional<Integer> dilation = same(node.integrals("dilations", List.of(1L, 1L)), 2);
        Optional<Integer> padding = padding();
        long groups = node.integral("group", 1);
        if (!isKernel || stride.isEmpty() || dilation.isEmpty() || padding.isEmpty() || groups != (int) groups || groups < 1) {
            return Optional.empty();
        }
        return taking(node.inputs().size(), new Operation.Conv(stride.get(), padding.get(), dilation.get(), (int) groups));
    }

    private Optional<Decoded> maxPool() {
        Optional<Integer> kernel = same(node.integrals("kernel_shape", List.of()), 2);
        Optional<Integer> stride = same(node.integrals("strides", List.of(1L, 1L)), 2);
        Optional<Integer> padding = padding();
        boolean isPlain = node.integrals("dilations", List.of(1L, 1L)).equals(List.of(1L, 1L)) && node.integral("ceil_mode", 0) == 0
                && node.integral("storage_order", 0) == 0;
        if (kernel.isEmpty() || stride.isEmpty() || padding.isEmpty() || !isPlain) {
            return Optional.empty();
        }
        return taking(1, new Operation.MaxPool(kernel.get(), stride.get(), padding.get()));
    }

    /// The padding where all sides have the same.
    private Optional<Integer> padding() {
        return node.text("auto_pad", "NOTSET").equals("NOTSET") ? same(node.integrals("pads", List.of(0L, 0L, 0L, 0L)), 4)
                : Optional.empty();
    }

    /// The number that a list of this length repeats.
    private static Optional<Integer> same(List<Long> numbers, int length) {
        if (numbers.size() != length || !numbers.stream().allMatch(numbers.getFirst()::equals)) {
            return Optional.empty();
        }
        long number = numbers.getFirst();
        return number >= 0 && number <= Short.MAX_VALUE ? Optional.of((int) number) : Optional.empty();
    }

    private Optional<Decoded> batchNormalization() {
        node.ignore("momentum");
        return node.integral("training_mode", 0) == 0
                ? taking(5, new Operation.BatchNormalization(node.floatingPoint("epsilon", 1e-5f)))
                : Optional.empty();
    }

    private Optional<Decoded> layerNormalization() {
        long axis = node.integral("axis", -1);
        boolean isLast = axis == -1 || axis == node.rank() - 1;
        return isLast && node.integral("stash_type", 1) == 1
                ? taking(3, new Operation.LayerNormalization(node.floatingPoint("epsilon", 1e-5f)))
                : Optional.empty();
    }

    /// Before opset 13, Softmax goes over all axes from this one on.
    private Optional<Decoded> softmax() {
        int axis = axis(node.integral("axis", opset < 13 ? 1 : -1));
        boolean isLast = axis == -1 || axis == node.rank() - 1;
        return opset >= 13 || isLast ? taking(1, new Operation.Softmax(axis)) : Optional.empty();
    }

    private Optional<Decoded> reduce(Reduction function, boolean axesAreAnInput) {
        boolean keep = node.integral("keepdims", 1) == 1;
        List<Long> axes = List.of();
        if (axesAreAnInput) {
            if (node.integral("noop_with_empty_axes", 0) != 0 || node.hasInput(1) && node.numbers(1).isEmpty()) {
                return Optional.empty();
            }
            axes = node.numbers(1).map(numbers -> LongStream.of(numbers).boxed().toList()).orElse(List.of());
        } else {
            axes = node.integrals("axes", List.of());
        }
        List<Integer> reduced = axes.isEmpty()
                ? LongStream.range(0, node.rank()).mapToObj(axis -> (int) axis).toList()
                : axes.stream().map(OperationDecoder::axis).toList();
        return reduced.isEmpty() ? Optional.empty() : on(1, new Operation.Reduce(function, reduced, keep));
    }

    private Optional<Decoded> argMax() {
        int axis = axis(node.integral("axis", 0));
        boolean isPlain = node.integral("keepdims", 1) == 0 && node.integral("select_last_index", 0) == 0;
        return isPlain ? taking(1, new Operation.ArgMax(axis)) : Optional.empty();
    }

    private Optional<Decoded> transpose() {
        List<Long> reversed = LongStream.range(0, node.rank()).boxed().toList().reversed();
        return taking(1, new Operation.Transpose(node.integrals("perm", reversed).stream().map(OperationDecoder::axis).toList()));
    }

    private Optional<Decoded> reshape() {
        boolean zeroIsASize = node.integral("allowzero", 0) == 1;
        return node.sizes(1).flatMap(target -> reshaped(node.inputType(0).shape(), target, zeroIsASize))
                .flatMap(shape -> on(1, new Operation.Reshape(shape)));
    }

    /// The shape that a target with 0 (the input's size) and -1 (what remains) comes to.
    static Optional<Shape> reshaped(Shape from, List<Dimension> target, boolean zeroIsASize) {
        if (!Complexity.isBearable(from) || !Complexity.isBearable(new Shape(target))) {
            return Optional.empty();
        }
        List<Dimension> result = new ArrayList<>(target);
        List<Dimension> rest = new ArrayList<>(from.dimensions());
        int open = -1;
        for (int axis = 0; axis < target.size(); axis++) {
            Dimension size = target.get(axis);
            if (size.equals(Dimension.ZERO) && !zeroIsASize) {
                if (axis >= from.rank()) {
                    return Optional.empty();
                }
                result.set(axis, from.get(axis));
            } else if (size.equals(Dimension.of(-1))) {
                open = axis;
            } else if (size.isConstant() && size.size() < 0) {
                return Optional.empty();
            }
        }
        if (open < 0) {
            return Optional.of(new Shape(result));
        }
        List<Dimension> others = new ArrayList<>(result);
        others.remove(open);
        others.removeIf(rest::remove);
        Optional<Dimension> remaining = new Shape(rest).elements().divideExactly(new Shape(others).elements());
        if (remaining.isEmpty()) {
            return Optional.empty();
        }
        result.set(open, remaining.get());
        return Optional.of(new Shape(result));
    }

    private Optional<Decoded> slice() {
        if (opset < 10 || node.inputs().size() < 3 || node.sizes(1).isEmpty() || node.sizes(2).isEmpty()) {
            return Optional.empty();
        }
        long[] axes = node.hasInput(3) ? node.numbers(3).orElse(new long[0]) : new long[]{0};
        boolean hasStep = node.hasInput(4) && node.numbers(4).filter(steps -> steps.length == 1 && steps[0] == 1).isEmpty();
        if (axes.length != 1 || node.sizes(1).get().size() != 1 || node.sizes(2).get().size() != 1 || hasStep
                || axes[0] < -node.rank() || axes[0] >= node.rank()) {
            return Optional.empty();
        }
        int axis = (int) axes[0];
        Dimension size = node.inputType(0).shape().get(axis);
        Optional<Dimension> start = Bounds.clamp(node.sizes(1).get().getFirst(), size);
        Optional<Dimension> end = Bounds.clamp(node.sizes(2).get().getFirst(), size);
        return start.isPresent() && end.isPresent() && Bounds.isAtLeast(end.get(), start.get())
                ? on(1, new Operation.Slice(axis, start.get(), end.get()))
                : Optional.empty();
    }

    private Optional<Decoded> expand() {
        return node.sizes(1).map(target -> Shape.broadcast(node.inputType(0).shape(), new Shape(target)))
                .flatMap(shape -> on(1, new Operation.Expand(shape)));
    }

    private Optional<Decoded> resize() {
        boolean isPlain = node.integral("antialias", 0) == 0 && node.integral("exclude_outside", 0) == 0
                && node.text("keep_aspect_ratio_policy", "stretch").equals("stretch") && node.rank() == 4 && !node.hasInput(1);
        node.ignore("extrapolation_value");
        node.ignore("cubic_coeff_a");
        Optional<List<Dimension>> sizes = node.hasInput(3) ? node.sizes(3) : scaled(node.inputType(0).shape());
        if (!isPlain || sizes.isEmpty() || sizes.get().size() != 4) {
            return Optional.empty();
        }
        List<Dimension> to = sizes.get();
        if (!to.subList(0, 2).equals(node.inputType(0).shape().dimensions().subList(0, 2))) {
            return Optional.empty();
        }
        String position = node.text("coordinate_transformation_mode", "half_pixel");
        String rounding = node.text("nearest_mode", "round_prefer_floor");
        return switch (node.text("mode", "nearest")) {
            case "linear" -> position.equals("half_pixel") || position.equals("pytorch_half_pixel") && isMoreThanOne(to)
                    ? on(1, new Operation.Resize(Operation.Resize.Mode.BILINEAR, to.get(2), to.get(3)))
                    : Optional.empty();
            case "nearest" -> position.equals("asymmetric") && rounding.equals("floor")
                    ? on(1, new Operation.Resize(Operation.Resize.Mode.NEAREST, to.get(2), to.get(3)))
                    : Optional.empty();
            default -> Optional.empty();
        };
    }

    /// PyTorch's half pixels differ where a side becomes a single pixel.
    private static boolean isMoreThanOne(List<Dimension> to) {
        return Bounds.isAtLeast(to.get(2), Dimension.of(2)) && Bounds.isAtLeast(to.get(3), Dimension.of(2));
    }

    /// The sizes where the scales are whole numbers.
    private Optional<List<Dimension>> scaled(Shape from) {
        Optional<float[]> scales = node.floats(2);
        if (scales.isEmpty() || scales.get().length != from.rank()) {
            return Optional.empty();
        }
        List<Dimension> sizes = new ArrayList<>();
        for (int axis = 0; axis < from.rank(); axis++) {
            float scale = scales.get()[axis];
            if (scale < 1 || scale > Short.MAX_VALUE || scale != (int) scale) {
                return Optional.empty();
            }
            sizes.add(from.get(axis).times((int) scale));
        }
        return Optional.of(sizes);
    }

    private Optional<Decoded> gridSample() {
        String linear = opset < 20 ? "bilinear" : "linear";
        boolean isOurs = node.text("mode", linear).equals(linear) && node.text("padding_mode", "zeros").equals("zeros")
                && node.integral("align_corners", 0) == 0;
        return isOurs ? taking(2, new Operation.GridSample()) : Optional.empty();
    }

    private Optional<Decoded> range() {
        boolean isPlain = node.inputs().size() == 3 && node.inputType(0).dataType() == DataType.INT64
                && node.sizes(0).filter(List.of(Dimension.ZERO)::equals).isPresent()
                && node.sizes(2).filter(List.of(Dimension.ONE)::equals).isPresent();
        return isPlain ? node.sizes(1).flatMap(length -> on(0, new Operation.Range(length.getFirst()))) : Optional.empty();
    }

    /// A copy of known sizes is the sizes themselves.
    private Optional<Decoded> identity() {
        boolean isVector = node.inputType(0).dataType() == DataType.INT64 && node.rank() == 1;
        return isVector ? node.sizes(0).flatMap(sizes -> on(0, new Operation.Sizes(sizes))) : Optional.empty();
    }

    private static int axis(long axis) {
        return Math.clamp(axis, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
}
