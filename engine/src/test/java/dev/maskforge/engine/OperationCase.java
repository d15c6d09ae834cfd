package dev.maskforge.engine;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// A small graph around one operation, and the sizes to run it at.
///
/// @param tolerance largest relative error, 0 where an engine may only move, choose or count
public record OperationCase(String name, Graph graph, List<Map<String, Long>> sizes, double tolerance) {
    /// Inputs at some sizes, the same for the same sizes: floats between -2 and 2, from a seed.
    public SequencedMap<String, Tensor> inputs(Map<String, Long> sizes) {
        SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
        RandomGenerator random = new SplittableRandom(new TreeMap<>(sizes).toString().hashCode());
        for (String input : graph.inputs()) {
            TensorType type = graph.type(input);
            inputs.put(input, OperationCases.random(type.shape().with(sizes), random));
        }
        return inputs;
    }

    @Override
    public String toString() {
        return name;
    }
}
