package dev.maskforge.engine.tensorrt.binding;

import dev.maskforge.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.nvinfer.Dims64;

/// Shapes as TensorRT has them.
final class Dimensions {
    private static final int MOST = 8;

    private Dimensions() {
    }

    /// @param shape constant
    static Dims64 of(Shape shape) {
        if (shape.rank() > MOST) {
            throw new IllegalArgumentException("TensorRT's tensors have at most " + MOST + " axes, not " + shape);
        }
        Dims64 dimensions = new Dims64();
        dimensions.nbDims(shape.rank());
        for (int axis = 0; axis < shape.rank(); axis++) {
            dimensions.d(axis, shape.get(axis).size());
        }
        return dimensions;
    }

    /// The sizes, -1 where one is not known.
    static List<Long> sizes(Dims64 dimensions) {
        List<Long> sizes = new ArrayList<>();
        for (int axis = 0; axis < dimensions.nbDims(); axis++) {
            sizes.add(dimensions.d(axis));
        }
        return sizes;
    }
}
