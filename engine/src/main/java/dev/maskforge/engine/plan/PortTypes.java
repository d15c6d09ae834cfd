package dev.maskforge.engine.plan;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// The types of a graph's inputs or outputs as text, `float32[n, 3, 32*h, 32*w]`, and back.
public final class PortTypes {
    private static final int MOST_PORTS = 64;
    private static final int LONGEST = 1000;

    private PortTypes() {
    }

    /// The types of some values of a graph, by name.
    public static SequencedMap<String, String> print(Graph graph, List<String> names) {
        SequencedMap<String, String> texts = new LinkedHashMap<>();
        names.forEach(name -> texts.put(name, graph.type(name).toString()));
        return texts;
    }

    /// @throws IllegalArgumentException if one is no type; the message names it
    static SequencedMap<String, TensorType> parse(SequencedMap<String, String> texts) {
        if (texts.isEmpty() || texts.size() > MOST_PORTS) {
            throw new IllegalArgumentException("there are " + texts.size() + " inputs or outputs, and a plan has 1 to " + MOST_PORTS);
        }
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            types.put(entry.getKey(), parse(entry.getKey(), entry.getValue()));
        }
        return types;
    }

    private static TensorType parse(String name, String text) {
        int bracket = text.indexOf('[');
        if (bracket < 0 || !text.endsWith("]") || text.length() > LONGEST) {
            throw new IllegalArgumentException("the type of '" + name + "' is none such as float32[n, 3]");
        }
        DataType dataType = DataType.named(text.substring(0, bracket));
        List<Dimension> dimensions = new ArrayList<>();
        try {
            for (String dimension : text.substring(bracket + 1, text.length() - 1).split(", ", -1)) {
                dimensions.add(Dimension.parse(dimension));
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("the type of '" + name + "' has a size that is too large", e);
        }
        return new TensorType(dataType, new Shape(dimensions));
    }
}
