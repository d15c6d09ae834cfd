package dev.maskforge.passes.precision;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Interpreter;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

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

    /// Those of values that were larger, which are few.
    public Ranges beyond(float bound) {
        Map<String, Float> few = new HashMap<>(largest);
        few.values().removeIf(magnitude -> magnitude <= bound);
        return new Ranges(few);
    }

    /// One line, in the order of the names: magnitudes and names, tabs between.
    public String text() {
        return new TreeMap<>(largest).entrySet().stream().map(entry -> entry.getValue() + "\t" + entry.getKey())
                .collect(Collectors.joining("\t"));
    }

    /// The inverse of [#text()].
    ///
    /// @throws IllegalArgumentException if the text is none of those
    public static Ranges parse(String text) {
        Map<String, Float> largest = new HashMap<>();
        String[] words = text.isEmpty() ? new String[0] : text.split("\t", -1);
        if (words.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "ranges are magnitudes and names in turn, with tabs between, not " + words.length + " words");
        }
        for (int i = 0; i < words.length; i += 2) {
            float magnitude = Float.parseFloat(words[i]);
            if (!(magnitude >= 0) || words[i + 1].isEmpty()) {
                throw new IllegalArgumentException("'" + words[i] + "' is no magnitude of a value '" + words[i + 1] + "'");
            }
            largest.put(words[i + 1], magnitude);
        }
        return new Ranges(largest);
    }

    /// Runs the graph in the interpreter and keeps the largest magnitude of each float32 value.
    ///
    /// @param pictures inputs of the graph, one map a run
    public static Ranges measure(Graph graph, Iterable<? extends Map<String, Tensor>> pictures) {
        Map<String, Float> largest = new HashMap<>();
        for (Map<String, Tensor> inputs : pictures) {
            Interpreter.run(graph, inputs, (node, outputs) -> {
                for (int i = 0; i < outputs.size(); i++) {
                    if (outputs.get(i).dataType() == DataType.FLOAT32) {
                        largest.merge(node.outputs().get(i), magnitude(outputs.get(i)), Math::max);
                    }
                }
            });
        }
        return new Ranges(largest);
    }

    /// The largest magnitude of a float32 tensor. Infinities, which mask attention, do not count.
    public static float magnitude(Tensor tensor) {
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
