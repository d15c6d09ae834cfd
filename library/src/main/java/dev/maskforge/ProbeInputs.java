package dev.maskforge;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.vision.PillowBilinear;
import dev.maskforge.vision.RgbImage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;

/// Inputs to try a graph with: pictures where it takes pictures, random numbers elsewhere.
///
/// @param graph    what is tried
/// @param pictures to take turns
record ProbeInputs(Graph graph, List<RgbImage> pictures) {
    /// Where sizes are free: a picture of this size, and so many of whatever else there is.
    private static final int FREE_HEIGHT = 128;
    private static final int FREE_WIDTH = 192;
    private static final long FREE_SIZE = 2;

    ProbeInputs {
        pictures = List.copyOf(pictures);
    }

    /// Whether an input looks like one for pictures: float32 `[N, 3, H, W]`.
    static boolean isPicture(TensorType type) {
        return type.dataType() == DataType.FLOAT32 && type.shape().rank() == 4 && type.shape().get(1).equals(Dimension.of(3));
    }

    /// One input after the other: pictures in turn, first as numbers from 0 to 255, then normalised, since nobody says which
    /// a file wants.
    ///
    /// @param number counts the tries
    Map<String, Tensor> inputs(int number, Arena arena) {
        Map<String, Long> sizes = sizes();
        Random random = new Random(number);
        SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
        for (String name : graph.inputs()) {
            TensorType type = graph.type(name);
            Shape shape = type.shape().with(sizes);
            Tensor tensor = Tensor.allocate(type.dataType(), shape, arena);
            if (isPicture(type) && !pictures.isEmpty()) {
                fillWithPictures(tensor, number);
            } else {
                fillWithNumbers(tensor, random);
            }
            inputs.put(name, tensor);
        }
        return inputs;
    }

    /// The same inputs rounded otherwise: each float32 is its neighbour above or below.
    ///
    /// @param number counts the tries
    static Map<String, Tensor> rounded(Map<String, Tensor> inputs, int number, Arena arena) {
        Random random = new Random(number);
        SequencedMap<String, Tensor> rounded = new LinkedHashMap<>();
        inputs.forEach(
                (name, tensor) -> rounded.put(name, tensor.dataType() == DataType.FLOAT32 ? rounded(tensor, random, arena) : tensor));
        return rounded;
    }

    private static Tensor rounded(Tensor tensor, Random random, Arena arena) {
        Tensor rounded = Tensor.allocate(tensor.dataType(), tensor.shape(), arena);
        for (long i = 0; i < tensor.elementCount(); i++) {
            float value = tensor.memory().getAtIndex(Tensor.FLOAT32, i);
            rounded.memory().setAtIndex(Tensor.FLOAT32, i, random.nextBoolean() ? Math.nextUp(value) : Math.nextDown(value));
        }
        return rounded;
    }

    private Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>();
        for (String name : graph.inputs()) {
            TensorType type = graph.type(name);
            if (isPicture(type)) {
                sizes.putAll(pictureSizes(type.shape()));
            }
        }
        for (String name : graph.inputs()) {
            graph.type(name).shape().dimensions().stream().flatMap(dimension -> dimension.symbols().stream())
                    .forEach(symbol -> sizes.putIfAbsent(symbol, FREE_SIZE));
        }
        return sizes;
    }

    private static Map<String, Long> pictureSizes(Shape shape) {
        List<Dimension> wanted = new ArrayList<>(shape.dimensions());
        List<Long> usual = List.of(1L, 3L, (long) FREE_HEIGHT, (long) FREE_WIDTH);
        for (int axis = 0; axis < wanted.size(); axis++) {
            if (!wanted.get(axis).isConstant()) {
                wanted.set(axis, Dimension.of(usual.get(axis)));
            }
        }
        try {
            return shape.solve(new Shape(wanted));
        } catch (IllegalArgumentException e) {
            throw new MaskforgeException("no picture is found that fits an input " + shape + "; fix its size with '--size HxW'", e);
        }
    }

    private void fillWithPictures(Tensor tensor, int number) {
        int count = Math.toIntExact(tensor.shape().get(0).size());
        int height = Math.toIntExact(tensor.shape().get(2).size());
        int width = Math.toIntExact(tensor.shape().get(3).size());
        long bytes = 3L * Float.BYTES * height * width;
        InputValues values = number % 2 == 0 ? InputValues.RGB : InputValues.NORMALISED;
        for (int i = 0; i < count; i++) {
            RgbImage picture = pictures.get((number / 2 + i) % pictures.size());
            MemorySegment planes = tensor.memory().asSlice(i * bytes, bytes);
            values.write(PillowBilinear.resize(picture, height, width), planes);
        }
    }

    private static void fillWithNumbers(Tensor tensor, Random random) {
        MemorySegment memory = tensor.memory();
        for (long i = 0; i < tensor.elementCount(); i++) {
            switch (tensor.dataType()) {
                case FLOAT32 -> memory.set(Tensor.FLOAT32, 4 * i, (float) random.nextGaussian());
                case FLOAT64 -> memory.set(Tensor.FLOAT64, 8 * i, random.nextGaussian());
                case FLOAT16 -> memory.set(Tensor.INT16, 2 * i, Float.floatToFloat16((float) random.nextGaussian()));
                case BFLOAT16 -> memory.set(Tensor.INT16, 2 * i, (short) (Float.floatToRawIntBits((float) random.nextGaussian()) >> 16));
                case INT64 -> memory.set(Tensor.INT64, 8 * i, random.nextInt(2));
                case INT32 -> memory.set(Tensor.INT32, 4 * i, random.nextInt(2));
                case UINT8, INT8, BOOL -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(2));
            }
        }
    }
}
