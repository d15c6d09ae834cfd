package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Refuses models of a few bytes whose constants a runtime unpacks to gigabytes as it loads them.
final class SizeGuard {
    private static final long MOST_ELEMENTS = 1L << 28;

    private final boolean isOff;

    private SizeGuard(boolean isOff) {
        this.isOff = isOff;
    }

    static SizeGuard on() {
        return new SizeGuard(false);
    }

    static SizeGuard off() {
        return new SizeGuard(true);
    }

    /// @param isFixed whether the node follows from constants alone, and so is computed when the model is loaded
    void check(OnnxNode node, Knowledge knowledge, boolean isFixed) {
        if (isOff || !node.domain().isEmpty()) {
            return;
        }
        NodeView view = new NodeView(node, knowledge);
        switch (node.type()) {
            case "ConstantOfShape" -> check(node, view.sizes(0), isFixed);
            case "Expand" -> check(node, view.sizes(1), isFixed);
            case "Tile" -> check(node, view.sizes(1).map(repeats -> multiplied(view, repeats)), isFixed);
            case "Range" -> check(node, ForeignShapes.count(view).map(List::of), isFixed);
            case "RandomNormal", "RandomUniform" ->
                check(node, Optional.of(view.integrals("shape", List.of()).stream().map(Dimension::of).toList()), isFixed);
            case "OneHot", "Pad", "Resize", "Upsample", "EyeLike" -> {
                if (isFixed) {
                    throw refusal(node, "makes a constant of a size that cannot be told");
                }
            }
            default -> {
            }
        }
    }

    private static List<Dimension> multiplied(NodeView view, List<Dimension> repeats) {
        List<Dimension> sizes = new ArrayList<>(repeats);
        sizes.addAll(view.inputType(0).shape().dimensions());
        return sizes;
    }

    private static void check(OnnxNode node, Optional<List<Dimension>> sizes, boolean isFixed) {
        if (sizes.isEmpty()) {
            if (isFixed) {
                throw refusal(node, "makes a constant of a size that cannot be told");
            }
            return;
        }
        long elements = 1;
        for (Dimension size : sizes.get()) {
            // Sizes known only at run time are the caller's.
            long factor = size.isConstant() ? Math.max(size.size(), 1) : 1;
            elements = Math.multiplyHigh(elements, factor) != 0 ? Long.MAX_VALUE : elements * factor;
            if (elements < 0 || elements > MOST_ELEMENTS) {
                throw refusal(node, "makes a tensor of more than " + MOST_ELEMENTS + " elements (" + new Shape(sizes.get()) + ")");
            }
        }
    }

    private static OnnxException refusal(OnnxNode node, String what) {
        return new OnnxException(
                "node '" + node.name() + "' (" + node.type() + ") " + what,
                "export it with what it computes there made smaller, or read it in a program of your own by OnnxReader.readTrusted");
    }
}
