package dev.maskforge.engine.check;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A picture as engines take it alone.
///
/// @param inputs by name, each with a batch of 1 as its first axis
/// @param height of the network's input
/// @param width  of the network's input
public record CheckPicture(SequencedMap<String, Tensor> inputs, long height, long width) {
    public CheckPicture {
        inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
    }

    /// As one tensor `[1, 3, H, W]`.
    public static CheckPicture of(String input, Tensor image) {
        SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put(input, image);
        return new CheckPicture(inputs, image.shape().get(2).size(), image.shape().get(3).size());
    }

    /// Pictures of one size behind each other.
    static Map<String, Tensor> together(List<CheckPicture> pictures, Arena memory) {
        CheckPicture first = pictures.getFirst();
        if (pictures.size() == 1) {
            return first.inputs();
        }
        Map<String, Tensor> together = new LinkedHashMap<>();
        first.inputs().forEach((name, tensor) -> {
            List<Dimension> dimensions = new ArrayList<>(tensor.shape().dimensions());
            dimensions.set(0, Dimension.of(pictures.size()));
            Tensor all = Tensor.allocate(tensor.dataType(), new Shape(dimensions), memory);
            long bytes = tensor.memory().byteSize();
            for (int place = 0; place < pictures.size(); place++) {
                all.memory().asSlice(place * bytes, bytes).copyFrom(pictures.get(place).input(name).memory());
            }
            together.put(name, all);
        });
        return together;
    }

    private Tensor input(String name) {
        Tensor tensor = inputs.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("a picture has no input '" + name + "', only " + inputs.keySet());
        }
        return tensor;
    }
}
