package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Partition;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/// Which operations are kernels of ours, and how a node becomes one.
///
/// ```java
/// Partition partition = Partition.of(graph, KernelSteps::isOwn);
/// ```
/// Each `Partition.Step.Kernel` is then [prepared][#prepare(KernelLoader, Partition.Step.Kernel, Map)] once for each set of
/// sizes, and enqueued between the segments.
public final class KernelSteps {
    private KernelSteps() {
    }

    /// Whether there is a kernel for the operation.
    public static boolean isOwn(Operation operation) {
        return operation instanceof Operation.DeformableAttention || operation instanceof Operation.SemanticLabels;
    }

    /// Makes a node ready for certain sizes.
    ///
    /// @param sizes of the symbols in its types
    /// @throws EngineException if the kernel does not take such types or sizes, or cannot be compiled or loaded
    public static KernelStep prepare(KernelLoader loader, Partition.Step.Kernel step, Map<String, Long> sizes) {
        Node node = step.node();
        List<TensorType> inputs = step.inputs().stream().map(type -> bound(type, sizes)).toList();
        return switch (node.operation()) {
            case Operation.DeformableAttention attention -> {
                DeformableAttentionLayout layout = layout(attention, inputs, sizes);
                yield new DeformableAttentionStep(node, DeformableAttentionKernel.load(loader, layout));
            }
            case Operation.SemanticLabels(Dimension height, Dimension width) -> {
                HeadLayout.Size network = new HeadLayout.Size(size(height, sizes), size(width, sizes));
                yield new HeadStep(node, HeadKernel.load(loader, layout(network, inputs)));
            }
            default -> throw new EngineException("node '" + node.name() + "': there is no kernel for " + node.operation().type());
        };
    }

    private static TensorType bound(TensorType type, Map<String, Long> sizes) {
        return new TensorType(type.dataType(), type.shape().with(sizes));
    }

    private static int size(Dimension dimension, Map<String, Long> sizes) {
        return Math.toIntExact(dimension.with(sizes).size());
    }

    private static int size(TensorType type, int axis) {
        return Math.toIntExact(type.shape().get(axis).size());
    }

    private static DeformableAttentionLayout layout(Operation.DeformableAttention attention, List<TensorType> inputs,
            Map<String, Long> sizes) {
        List<DeformableAttentionLayout.Level> levels = attention.levels().stream()
                .map(level -> new DeformableAttentionLayout.Level(size(level.height(), sizes), size(level.width(), sizes))).toList();
        TensorType value = inputs.getFirst();
        return new DeformableAttentionLayout(size(value, 0), attention.heads(), size(value, 2) / attention.heads(), attention.points(),
                levels,
                rows(value), rows(inputs.get(1)), rows(inputs.get(2)));
    }

    private static DeformableAttentionLayout.Rows rows(TensorType type) {
        return new DeformableAttentionLayout.Rows(type.dataType(), size(type, 2));
    }

    private static HeadLayout layout(HeadLayout.Size network, List<TensorType> inputs) {
        TensorType classes = inputs.getFirst();
        TensorType masks = inputs.get(1);
        if (classes.dataType() != masks.dataType()) {
            throw new EngineException("the head kernel takes class and mask logits of one type, not " + classes + " and " + masks);
        }
        DataType dataType = classes.dataType();
        Shape maskShape = masks.shape();
        return new HeadLayout(size(classes, 0), size(classes, 1), size(classes, 2) - 1,
                new HeadLayout.Size(Math.toIntExact(maskShape.get(2).size()), Math.toIntExact(maskShape.get(3).size())), network, dataType);
    }

    private record DeformableAttentionStep(Node node, DeformableAttentionKernel kernel) implements KernelStep {
        @Override
        public long workspaceBytes() {
            return 0;
        }

        @Override
        public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
            List<String> inputs = node.inputs();
            kernel.enqueue(addresses.applyAsLong(inputs.getFirst()), addresses.applyAsLong(inputs.get(1)),
                    addresses.applyAsLong(inputs.get(2)), addresses.applyAsLong(node.output()), stream);
        }

        @Override
        public void close() {
            kernel.close();
        }
    }

    private record HeadStep(Node node, HeadKernel kernel) implements KernelStep {
        @Override
        public long workspaceBytes() {
            return kernel.workspaceBytes();
        }

        @Override
        public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
            HeadLogits logits = new HeadLogits(addresses.applyAsLong(node.inputs().getFirst()),
                    addresses.applyAsLong(node.inputs().get(1)));
            kernel.enqueue(logits, workspace, addresses.applyAsLong(node.output()), stream);
        }

        @Override
        public void close() {
            kernel.close();
        }
    }
}
