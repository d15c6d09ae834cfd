package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.TensorType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Slices of a merged product's columns that no kernel has to copy, since all that takes them are kernels of ours, which step
/// from row to row by any stride.
final class Columns {
    /// Kernels load so much at once.
    private static final long ALIGNMENT = 16;

    private Columns() {
    }

    /// The names of those nodes.
    ///
    /// @param own operations that are kernels of ours
    static Set<String> of(Graph graph, Set<Class<? extends Operation>> own) {
        Set<String> given = new HashSet<>(graph.inputs());
        Map<String, Set<String>> users = new HashMap<>();
        for (Node node : graph.nodes()) {
            given.addAll(node.outputs());
            List<String> inputs = node.inputs();
            boolean takesRows = own.contains(node.operation().getClass())
                    && (node.operation() instanceof Operation.DeformableAttention || node.operation() instanceof Operation.Attention);
            for (int i = 0; i < inputs.size(); i++) {
                users.computeIfAbsent(inputs.get(i), _ -> new HashSet<>()).add(takesRows && i < 3 ? "" : node.name());
            }
        }
        Set<String> columns = new HashSet<>();
        for (Node node : graph.nodes()) {
            if (node.operation() instanceof Operation.Slice slice && given.contains(node.inputs().getFirst())
                    && !graph.outputs().contains(node.output()) && Set.of("").equals(users.get(node.output()))
                    && areAligned(slice, graph.type(node.inputs().getFirst()))) {
                columns.add(node.name());
            }
        }
        return columns;
    }

    private static boolean areAligned(Operation.Slice slice, TensorType whole) {
        Dimension width = whole.shape().get(-1);
        return (whole.dataType() == DataType.FLOAT16 || whole.dataType() == DataType.FLOAT32)
                && whole.shape().axis(slice.axis()) == whole.shape().rank() - 1 && width.isConstant() && slice.start().isConstant()
                && slice.start().size() >= 0 && slice.start().size() * whole.dataType().bytes() % ALIGNMENT == 0
                && width.size() * whole.dataType().bytes() % ALIGNMENT == 0;
    }
}
