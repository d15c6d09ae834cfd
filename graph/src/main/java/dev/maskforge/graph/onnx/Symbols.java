package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.ModelParser.Axis;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The dimensions that a file's texts stand for. A text that is a polynomial (`32*h`) is that; any other stands for a
/// symbol of its own, the same wherever the text is; an axis of which nothing is stated gets a symbol named after its
/// value and number, such as `image_2`.
final class Symbols {
    private final Map<String, Dimension> byText = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final Set<String> told = new HashSet<>();

    /// The shape of a value.
    Shape shape(String value, List<Axis> axes) {
        List<Dimension> dimensions = new ArrayList<>();
        for (Axis axis : axes) {
            dimensions.add(switch (axis) {
                case Axis.Sized(long size) when size >= 0 -> Dimension.of(size);
                case Axis.Sized(long size) -> throw OnnxException.damaged("value '" + value + "' has an axis of size " + size);
                case Axis.Symbolic(String text) when text.isEmpty() -> fresh(value + "_" + dimensions.size());
                case Axis.Symbolic(String text) -> byText.computeIfAbsent(text, this::read);
            });
        }
        return new Shape(dimensions);
    }

    private Dimension read(String text) {
        try {
            Dimension dimension = Dimension.parse(text);
            if (Complexity.isBearable(dimension)) {
                taken.addAll(dimension.symbols());
                return dimension;
            }
        } catch (IllegalArgumentException _) {
            // No polynomial: a name like any other.
        }
        return fresh(text);
    }

    private Dimension fresh(String wanted) {
        String letters = wanted.replaceAll("[^A-Za-z0-9_]+", "_");
        String stem = letters.matches("[A-Za-z_].*") ? letters : "_" + letters;
        String name = stem.substring(0, Math.min(stem.length(), 64));
        for (int count = 1; !taken.add(name); count++) {
            name = stem.substring(0, Math.min(stem.length(), 64)) + "_" + count;
        }
        return Dimension.symbol(name);
    }

    /// Remembers the symbols that the type of a graph's input tells when the graph runs.
    void tell(TensorType input) {
        for (Dimension axis : input.shape().dimensions()) {
            axis.symbols().stream().filter(symbol -> SizeArithmetic.tells(axis, symbol)).forEach(told::add);
        }
    }

    /// Whether the dimensions can be computed from the sizes of the graph's inputs.
    boolean areTold(List<Dimension> dimensions) {
        return dimensions.stream().allMatch(dimension -> told.containsAll(dimension.symbols()));
    }
}
