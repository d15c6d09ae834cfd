package dev.maskforge.passes;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.reference.Interpreter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// f(constants) -> constant, where the result is small.
///
/// Tables of positions and the like become constants; large weights stay as the checkpoint has them, under its keys, and
/// every runtime folds what is left when it loads the file.
public final class FoldConstants implements Pass {
    /// The largest result in bytes. A row of positions of a 1024x2048 picture at stride 8 takes as much.
    private static final long LIMIT = 128 * 1024;

    @Override
    public String name() {
        return "fold constants";
    }

    @Override
    public Graph apply(Graph graph) {
        Map<String, Tensor> constants = new HashMap<>(graph.initializers());
        return Rewriter.rewrite(graph, (node, inputs, builder) -> fold(graph, node, inputs, builder, constants));
    }

    private static Optional<Value> fold(Graph graph, Node node, List<Value> inputs, GraphBuilder builder, Map<String, Tensor> constants) {
        if (!isFoldable(graph, node, inputs, constants)) {
            return Optional.empty();
        }
        Tensor result = Interpreter.evaluate(node.operation(), inputs.stream().map(value -> constants.get(value.name())).toList());
        constants.put(node.output(), result);
        return Optional.of(builder.initializer(node.output(), result));
    }

    private static boolean isFoldable(Graph graph, Node node, List<Value> inputs, Map<String, Tensor> constants) {
        if (node.operation() instanceof Operation.Foreign || node.outputs().size() != 1 || graph.outputs().contains(node.output())) {
            return false;
        }
        TensorType type = graph.type(node.output());
        return type.shape().isConstant() && type.shape().elementCount() * type.dataType().bytes() <= LIMIT
                && isConstant(node.operation()) && inputs.stream().allMatch(input -> constants.containsKey(input.name()));
    }

    private static boolean isConstant(Operation operation) {
        return !(operation instanceof Operation.Sizes(List<Dimension> dimensions))
                || dimensions.stream().allMatch(Dimension::isConstant);
    }
}
