package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What is known of the values of a graph that is being read: their types, which are constant, and of whole numbers that
/// speak of sizes, what they are as dimensions.
final class Knowledge {
    /// A tensor of sizes has no more elements than this.
    static final long MOST_SIZES = 64;
    /// Up to here float32 has every whole number.
    static final long LARGEST_WHOLE_FLOAT = 1 << 24;

    private final Map<String, TensorType> types = new HashMap<>();
    private final Map<String, Tensor> constants = new HashMap<>();
    private final Map<String, Sizes> sizes = new HashMap<>();
    private final Set<String> fixed = new HashSet<>();

    /// The elements of a tensor of whole numbers, of shape [number of elements] or []. They may be float32: PyTorch counts
    /// positions so.
    record Sizes(boolean isScalar, List<Dimension> elements) {
        Sizes {
            elements = List.copyOf(elements);
        }

        Shape shape() {
            return isScalar ? new Shape(List.of()) : Shape.of(elements.size());
        }

        static Sizes vector(List<Dimension> elements) {
            return new Sizes(false, elements);
        }

        static Sizes scalar(Dimension element) {
            return new Sizes(true, List.of(element));
        }
    }

    void define(String name, TensorType type) {
        types.put(name, type);
    }

    void defineConstant(String name, Tensor tensor) {
        types.put(name, tensor.type());
        constants.put(name, tensor);
        fixed.add(name);
        Shape shape = tensor.shape();
        if (shape.rank() > 1 || shape.elementCount() > MOST_SIZES) {
            return;
        }
        List<Dimension> elements = new ArrayList<>();
        for (int i = 0; i < shape.elementCount(); i++) {
            switch (tensor.dataType()) {
                case INT64 -> elements.add(Dimension.of(tensor.memory().get(Tensor.INT64, 8L * i)));
                case INT32 -> elements.add(Dimension.of(tensor.memory().get(Tensor.INT32, 4L * i)));
                case FLOAT32 -> {
                    float number = tensor.memory().get(Tensor.FLOAT32, 4L * i);
                    if (number != (int) number || Math.abs(number) > LARGEST_WHOLE_FLOAT) {
                        return;
                    }
                    elements.add(Dimension.of((int) number));
                }
                default -> {
                    return;
                }
            }
        }
        sizes.put(name, new Sizes(shape.rank() == 0, elements));
    }

    void defineSizes(String name, Sizes value) {
        if (value.elements().size() <= MOST_SIZES && value.elements().stream().allMatch(Complexity::isBearable)) {
            sizes.put(name, value);
        }
    }

    /// Remembers that a value follows from constants alone, so that a runtime may compute it as it loads the model.
    void defineFixed(String name) {
        fixed.add(name);
    }

    boolean isDefined(String name) {
        return types.containsKey(name);
    }

    boolean isFixed(String name) {
        return fixed.contains(name);
    }

    TensorType type(String name) {
        TensorType type = types.get(name);
        if (type == null) {
            throw OnnxException.damaged("a node takes '" + name + "', which is not defined before it");
        }
        return type;
    }

    Map<String, TensorType> types() {
        return types;
    }

    Optional<Sizes> sizes(String name) {
        return Optional.ofNullable(sizes.get(name));
    }

    /// The elements of a small constant of float32.
    Optional<float[]> floats(String name) {
        return Optional.ofNullable(constants.get(name))
                .filter(tensor -> tensor.dataType() == DataType.FLOAT32 && tensor.elementCount() <= MOST_SIZES).map(Tensor::toFloats);
    }
}
