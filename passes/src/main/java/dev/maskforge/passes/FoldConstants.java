package dev.maskforge.passes;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.reference.Interpreter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// f(constants) -> constant, where the result is not too large.
///
/// Exact: the constant is what the interpreter computes for the node.
///
/// @param limit how large results may be
public record FoldConstants(Limit limit) implements Pass {
    /// The largest small result in bytes. A row of positions of a 1024x2048 picture at stride 8 takes as much.
    private static final long SMALL = 128 * 1024;

    /// How large results may be.
    public enum Limit {
        /// Tables of positions and the like, up to 128 KiB. Large weights stay as the checkpoint has them, under its keys, and
        /// every runtime folds what is left when it loads the file.
        SMALL,
        /// Also what takes no more than the constants that it is made of: weights that are cut, joined or multiplied, but no
        /// table that is repeated.
        NO_LARGER_THAN_THEIR_PARTS
    }

    /// Of small results.
    public FoldConstants() {
        this(Limit.SMALL);
    }

    @Override
    public String name() {
        return limit == Limit.SMALL ? "fold constants" : "fold constants and weights";
    }

    @Override
    public Outcome apply(Graph graph) {
        Map<String, Tensor> constants = new HashMap<>(graph.initializers());
        return Rewriter.rewrite(graph, (node, inputs, place) -> fold(graph, node, inputs, place.builder(), constants));
    }

    private Optional<Value> fold(Graph graph, Node node, List<Value> inputs, GraphBuilder builder, Map<String, Tensor> constants) {
        if (!isFoldable(graph, node, inputs, constants)) {
            return Optional.empty();
        }
        Tensor result;
        try {
            result = evaluate(node.operation(), inputs.stream().map(value -> constants.get(value.name())).toList());
        } catch (IllegalArgumentException _) {
            // Other people's graphs compute with elements that the interpreter does not take, or divide by zero.
            return Optional.empty();
        }
        constants.put(node.output(), result);
        return Optional.of(builder.initializer(node.output(), result));
    }

    private boolean isFoldable(Graph graph, Node node, List<Value> inputs, Map<String, Tensor> constants) {
        // Weights stay integers: runtimes compute with them.
        boolean isOurs = !(node.operation() instanceof Operation.Foreign || node.operation() instanceof Operation.DequantizeLinear);
        if (!isOurs || node.outputs().size() != 1 || graph.outputs().contains(node.output())) {
            return false;
        }
        TensorType type = graph.type(node.output());
        return type.shape().isConstant() && isConstant(node.operation())
                && inputs.stream().allMatch(input -> constants.containsKey(input.name()))
                && type.shape().elementCount() * type.dataType().bytes() <= largest(inputs, constants);
    }

    private long largest(List<Value> inputs, Map<String, Tensor> constants) {
        return switch (limit) {
            case SMALL -> SMALL;
            case NO_LARGER_THAN_THEIR_PARTS -> Math.max(SMALL,
                    inputs.stream().map(Value::name).distinct().mapToLong(name -> bytes(constants.get(name))).sum());
        };
    }

    private static long bytes(@Nullable Tensor tensor) {
        return tensor == null ? 0 : tensor.memory().byteSize();
    }

    /// Whole rows of a weight, and a weight under another shape, are where the weight is.
    private static Tensor evaluate(Operation operation, List<Tensor> inputs) {
        return switch (operation) {
            case Operation.Reshape(Shape shape) -> inputs.getFirst().reshape(shape);
            case Operation.Slice(int axis, Dimension start, Dimension end) when inputs.getFirst().shape().axis(axis) == 0 ->
                rows(inputs.getFirst(), start.size(), end.size());
            default -> Interpreter.evaluate(operation, inputs);
        };
    }

    private static Tensor rows(Tensor tensor, long start, long end) {
        Shape shape = tensor.shape().with(0, Dimension.of(end - start));
        long row = tensor.shape().elementCount() == 0 ? 0 : tensor.memory().byteSize() / tensor.shape().get(0).size();
        return new Tensor(new TensorType(tensor.dataType(), shape), tensor.memory().asSlice(start * row, (end - start) * row));
    }

    private static boolean isConstant(Operation operation) {
        return switch (operation) {
            case Operation.Sizes _,Operation.Subgraph _ -> operation.dimensions().stream().allMatch(Dimension::isConstant);
            default -> true;
        };
    }
}
