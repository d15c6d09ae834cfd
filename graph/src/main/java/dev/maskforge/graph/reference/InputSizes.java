package dev.maskforge.graph.reference;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Checks the tensors that a graph is given, and reads off them the sizes of the graph's symbols.
public final class InputSizes {
    private InputSizes() {
    }

    /// The types of a graph's inputs, in order.
    public static SequencedMap<String, TensorType> inputTypes(Graph graph) {
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        graph.inputs().forEach(name -> types.put(name, graph.type(name)));
        return types;
    }

    /// The sizes of the symbols, from the shapes of all inputs together.
    ///
    /// @throws IllegalArgumentException if an input is missing, unknown, empty, of another type, or makes a symbol another
    ///                                  size than its neighbours; the message names the input and what is wanted
    public static Map<String, Long> solve(SequencedMap<String, TensorType> wanted, Map<String, Tensor> given) {
        given.keySet().stream().filter(name -> !wanted.containsKey(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("there is no input '" + name + "'; there is " + describe(wanted));
        });
        Map<String, Long> sizes = new TreeMap<>();
        wanted.forEach((name, type) -> collect(name, type, checked(name, type, given), sizes));
        wanted.forEach((name, type) -> {
            Shape shape = checked(name, type, given).shape();
            if (!type.shape().with(sizes).equals(shape)) {
                throw new IllegalArgumentException("input '" + name + "' is " + type.dataType() + shape + ", not " + type
                        + (sizes.isEmpty() ? "" : "; the inputs' sizes are " + sizes));
            }
        });
        return Map.copyOf(sizes);
    }

    /// Reads symbols off the axes that are a multiple of one.
    private static void collect(String name, TensorType type, Tensor tensor, Map<String, Long> sizes) {
        for (int axis = 0; axis < type.shape().rank(); axis++) {
            Dimension dimension = type.shape().get(axis);
            if (dimension.symbols().size() != 1) {
                continue;
            }
            String symbol = dimension.symbols().iterator().next();
            Dimension factor = dimension.with(Map.of(symbol, 1L));
            if (factor.size() < 1 || !dimension.equals(Dimension.symbol(symbol).times(factor))) {
                continue;
            }
            long size = tensor.shape().get(axis).size();
            if (size % factor.size() != 0) {
                throw new IllegalArgumentException("input '" + name + "' is " + tensor + ", not " + type + ": axis " + axis + " is " + size
                        + ", not a multiple of " + factor);
            }
            sizes.putIfAbsent(symbol, size / factor.size());
        }
    }

    private static Tensor checked(String name, TensorType type, Map<String, Tensor> given) {
        Tensor tensor = given.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("input '" + name + "' is missing; it is " + type);
        }
        if (tensor.dataType() != type.dataType() || tensor.shape().rank() != type.shape().rank()) {
            throw new IllegalArgumentException("input '" + name + "' is " + tensor + ", not " + type);
        }
        if (tensor.elementCount() == 0) {
            throw new IllegalArgumentException("input '" + name + "' is " + tensor + ": it is empty, every size must be at least 1");
        }
        return tensor;
    }

    private static String describe(SequencedMap<String, TensorType> types) {
        List<String> texts = new ArrayList<>();
        types.forEach((name, type) -> texts.add("'" + name + "' " + type));
        return String.join(", ", texts);
    }
}
