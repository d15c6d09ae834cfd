package dev.maskforge.passes.lower;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Pixels;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import java.util.List;

/// Pixels(pixels, valid) -> Where(inside, (Transpose(Cast(pixels)) - mean) / deviation, 0), where a place is inside if its row
/// and its column are below the valid height and width. Exact: the operations are those of the definition.
public final class PixelsLowering {
    private PixelsLowering() {
    }

    public static Value lower(Pixels operation, List<Value> inputs) {
        Value pixels = inputs.getFirst();
        Value valid = inputs.get(1);
        GraphBuilder builder = pixels.builder();
        Value planes = pixels.cast(DataType.FLOAT32).transpose(0, 3, 1, 2); // [N, 3, H, W]
        Value normalised = planes.subtract(perChannel(builder, "mean", operation.mean()))
                .divide(perChannel(builder, "deviation", operation.deviation()));
        Value rows = builder.range(pixels.size(1)).cast(DataType.FLOAT32).reshape(Dimension.ONE, Dimension.ONE, pixels.size(1),
                Dimension.ONE);
        Value columns = builder.range(pixels.size(2)).cast(DataType.FLOAT32).reshape(Dimension.ONE, Dimension.ONE, Dimension.ONE,
                pixels.size(2));
        // Whole numbers up to 2^24 are exact.
        Value limits = valid.cast(DataType.FLOAT32);
        Value inside = below(rows, limits, 0).and(below(columns, limits, 1)); // [N, 1, H, W]
        Value image = normalised.where(inside, builder.constant(0f));
        return operation.to() == DataType.FLOAT32 ? image : image.cast(operation.to());
    }

    private static Value below(Value places, Value limits, int axis) {
        Value limit = limits.slice(1, axis, axis + 1L).reshape(limits.size(0), Dimension.ONE, Dimension.ONE, Dimension.ONE);
        return places.builder().add(new Binary(BinaryFunction.LESS), places, limit);
    }

    private static Value perChannel(GraphBuilder builder, String name, List<Float> values) {
        return builder.constant(name, Tensor.of(Shape.of(1, Pixels.CHANNELS, 1, 1), values.get(0), values.get(1), values.get(2)));
    }
}
