package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import java.util.List;

/// The dimensions that an operation itself holds, and that [SizeArithmetic] has to compute where it is written.
final class Parameters {
    private Parameters() {
    }

    static List<Dimension> of(Operation operation) {
        return switch (operation) {
            case Operation.Reshape(Shape shape) -> shape.dimensions();
            case Operation.Expand(Shape shape) -> shape.dimensions();
            case Operation.Slice(_, Dimension start, Dimension end) -> List.of(start, end);
            case Operation.Resize(_, Dimension height, Dimension width) -> List.of(height, width);
            case Operation.Range(Dimension length) -> List.of(length);
            case Operation.Sizes(List<Dimension> dimensions) -> dimensions;
            default -> List.of();
        };
    }
}
