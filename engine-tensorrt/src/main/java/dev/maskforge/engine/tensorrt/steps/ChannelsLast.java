package dev.maskforge.engine.tensorrt.steps;

import dev.maskforge.engine.Partition;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.TensorType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The values `[N, C, H, W]` between the steps of a plan that lie in memory as `[N, H, W, C]`: those that the kernel of group
/// normalisation takes and gives, the features that the kernel of masks takes, and what that of a stem gives. Steps of TensorRT's take and give them like that, too.
public final class ChannelsLast {
    private ChannelsLast() {
    }

    /// Those of a plan's steps.
    public static Set<String> of(Stream<Partition.Step.Kernel> steps) {
        return steps.flatMap(step -> {
            Map<String, TensorType> types = new HashMap<>();
            put(step.node().inputs(), step.inputs(), types);
            put(step.node().outputs(), step.outputs(), types);
            return of(step.node(), types).stream();
        }).collect(Collectors.toUnmodifiableSet());
    }

    private static void put(List<String> values, List<TensorType> own, Map<String, TensorType> types) {
        for (int i = 0; i < values.size(); i++) {
            types.put(values.get(i), own.get(i));
        }
    }

    /// Those that a node's kernel takes and gives; none if TensorRT or a kernel of another kind runs it.
    ///
    /// @param types of the node's inputs and outputs, and of others
    public static Set<String> of(Node node, Map<String, TensorType> types) {
        String name = KernelSteps.name(node);
        Set<String> maps = new HashSet<>();
        if (name.equals(KernelSteps.GROUP_NORMALIZATION) || name.equals(KernelSteps.MASKS)) {
            maps.addAll(node.inputs());
        }
        if (name.equals(KernelSteps.GROUP_NORMALIZATION) || name.equals(KernelSteps.STEM)) {
            maps.addAll(node.outputs());
        }
        maps.removeIf(value -> {
            TensorType type = types.get(value);
            return type == null || type.shape().rank() != 4;
        });
        return Set.copyOf(maps);
    }
}
