package dev.maskforge.engine.tensorrt.plan;

import dev.maskforge.engine.Partition;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Whether kernels of ours take and give values as their plan describes them: a kernel reads and writes as much as its own types
/// say, in memory that is as large as the plan's types say.
///
/// Columns of a matrix, which a Slice selects, lie in the matrix and are described nowhere else.
final class StepTypes {
    /// Operands of attention that its kernels read by a row stride: query, key and value, or value, offsets and logits.
    private static final int ROWS_OF_ATTENTION = 3;

    private final Map<String, TensorType> inputs;
    private final Map<String, TensorType> constants = new HashMap<>();
    /// What steps give.
    private final Map<String, TensorType> given = new HashMap<>();
    private final Map<String, TensorType> columns = new HashMap<>();

    private StepTypes(Map<String, TensorType> inputs, Map<String, TensorType> outputs, Map<String, TensorType> between,
            Map<String, Tensor> constants) {
        this.inputs = inputs;
        constants.forEach((name, tensor) -> this.constants.put(name, tensor.type()));
        given.putAll(between);
        given.putAll(outputs);
    }

    /// @throws IllegalArgumentException if a kernel's types are not the plan's, or what a value is described as cannot be
    static void require(Map<String, TensorType> inputs, Map<String, TensorType> outputs, Map<String, TensorType> between,
            Map<String, Tensor> constants, List<PlanContainer.Part> parts) {
        StepTypes types = new StepTypes(inputs, outputs, between, constants);
        inputs.forEach(StepTypes::requireSizes);
        types.given.forEach(StepTypes::requireSizes);
        for (PlanContainer.Part part : parts) {
            if (part instanceof PlanContainer.Part.Kernel(Partition.Step.Kernel step)) {
                types.require(step);
            }
        }
    }

    private static void requireSizes(String name, TensorType type) {
        require(type.shape().dimensions().stream().allMatch(size -> !size.isConstant() || size.size() >= 0),
                "its value '" + name + "' is " + type + ", which is no size");
    }

    private void require(Partition.Step.Kernel step) {
        Node node = step.node();
        for (int i = 0; i < node.inputs().size(); i++) {
            requireInput(step, i);
        }
        if (node.operation() instanceof Operation.Slice slice) {
            addColumns(step, slice);
            return;
        }
        for (int i = 0; i < node.outputs().size(); i++) {
            requireOutput(step, i);
        }
    }

    private void requireInput(Partition.Step.Kernel step, int index) {
        Node node = step.node();
        String name = node.inputs().get(index);
        if (columns.containsKey(name)) {
            boolean isByRows = node.operation() instanceof Operation.Attention || node.operation() instanceof Operation.DeformableAttention;
            require(isByRows && index < ROWS_OF_ATTENTION, kernel(node) + " takes '" + name + "', which is columns of a matrix");
        }
        TensorType described = Stream.of(inputs, constants, given, columns).flatMap(types -> described(types, name).stream()).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(kernel(node) + " takes '" + name + "', which is not described"));
        requireSame(node, "takes", name, step.inputs().get(index), described);
    }

    private static Optional<TensorType> described(Map<String, TensorType> types, String name) {
        return Optional.ofNullable(types.get(name));
    }

    /// What all sessions share must not be written.
    private void requireOutput(Partition.Step.Kernel step, int index) {
        Node node = step.node();
        String name = node.outputs().get(index);
        require(!constants.containsKey(name), kernel(node) + " gives '" + name + "', which is a constant");
        require(!inputs.containsKey(name), kernel(node) + " gives '" + name + "', which is an input");
        TensorType described = described(given, name)
                .orElseThrow(() -> new IllegalArgumentException(kernel(node) + " gives '" + name + "', which is not described"));
        requireSame(node, "gives", name, step.outputs().get(index), described);
    }

    private void addColumns(Partition.Step.Kernel step, Operation.Slice slice) {
        Node node = step.node();
        String name = node.output();
        require(!inputs.containsKey(name) && !constants.containsKey(name) && !given.containsKey(name) && !columns.containsKey(name),
                kernel(node) + " selects columns as '" + name + "', which is something else, too");
        Shape whole = step.inputs().getFirst().shape();
        Shape part = step.outputs().getFirst().shape();
        boolean isThere = whole.axis(slice.axis()) == whole.rank() - 1 && whole.get(-1).isConstant() && part.get(-1).isConstant()
                && slice.start().isConstant() && slice.start().size() >= 0 && part.get(-1).size() >= 0
                && slice.start().size() <= whole.get(-1).size() - part.get(-1).size();
        require(isThere, kernel(node) + " selects what is not there");
        columns.put(name, step.outputs().getFirst());
    }

    private static void requireSame(Node node, String does, String name, TensorType own, TensorType described) {
        require(own.equals(described), kernel(node) + " " + does + " '" + name + "' as " + own + ", which is " + described);
    }

    private static String kernel(Node node) {
        return "its kernel '" + node.name() + "'";
    }

    private static void require(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
