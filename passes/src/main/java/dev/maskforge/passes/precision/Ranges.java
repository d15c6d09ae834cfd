package dev.maskforge.passes.precision;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Interpreter;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/// How large the values of a graph were on some pictures.
///
/// @param largest the largest magnitude by the name of the value; values that were not measured are left out
public record Ranges(Map<String, Float> largest) {
    public Ranges {
        largest = Map.copyOf(largest);
    }

    /// Nothing was measured.
    public static Ranges none() {
        return new Ranges(Map.of());
    }

    /// Runs the graph in the interpreter and keeps the largest magnitude of each float32 value.
    ///
    /// @param pictures inputs of the graph, one map a run
    public static Ranges measure(Graph graph, Iterable<? extends Map<String, Tensor>> pictures) {
        Map<String, Float> largest = new HashMap<>();
        for (Map<String, Tensor> inputs : pictures) {
            Interpreter.run(graph, inputs, (node, output) -> {
                if (output.dataType() == DataType.FLOAT32) {
                    largest.merge(node.output(), magnitude(output), Math::max);
                }
            });
        }
        return new Ranges(largest);
    }

    /// The largest magnitude of a float32 tensor. Infinities, which mask attention, do not count.
    static float magnitude(Tensor tensor) {
        float magnitude = 0;
        MemorySegment memory = tensor.memory();
        long count = tensor.elementCount();
        for (long i = 0; i < count; i++) {
            float element = Math.abs(memory.getAtIndex(Tensor.FLOAT32, i));
            if (element > magnitude && element != Float.POSITIVE_INFINITY) {
                magnitude = element;
            }
        }
        return magnitude;
    }
}
