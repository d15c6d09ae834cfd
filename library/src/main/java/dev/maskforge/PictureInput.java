package dev.maskforge;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.models.CheckpointModel;
import dev.maskforge.models.Input;
import dev.maskforge.vision.Geometry;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;

/// How pictures enter a network: its inputs, and what their numbers mean.
public sealed interface PictureInput {
    /// As planes of numbers, float32 `[N, 3, H, W]`, in which they are padded.
    record Planes(String name, InputValues values) implements PictureInput {}

    /// As they are, with the size that each has: [Input#PIXELS].
    record Pixels() implements PictureInput {}

    /// That of a graph of ours.
    static PictureInput of(Input input) {
        return switch (input) {
            case IMAGE -> new Planes(CheckpointModel.IMAGE, InputValues.RGB);
            case PIXELS -> new Pixels();
        };
    }

    /// The network's inputs for pictures that enter it at one size.
    ///
    /// @param memory where they go, where the picture's own samples will not do; asked for one piece at most, in which it may leave
    ///               what was there
    default SequencedMap<String, Tensor> inputs(List<RgbImage> pictures, Preprocessing preprocessing, SegmentAllocator memory) {
        RgbImage first = pictures.getFirst();
        Geometry geometry = preprocessing.geometry(first.height(), first.width());
        return switch (this) {
            case Planes(String name, InputValues values) -> {
                Shape shape = Shape.of(pictures.size(), 3, geometry.paddedHeight(), geometry.paddedWidth());
                Tensor planes = Tensor.allocate(DataType.FLOAT32, shape, memory);
                for (int i = 0; i < pictures.size(); i++) {
                    values.write(pictures.get(i), preprocessing, part(planes, i, pictures.size()));
                }
                yield one(name, planes);
            }
            // Nothing is padded, and nothing is copied but by who runs the network.
            case Pixels _ when pictures.size() == 1 && geometry.isUnpadded() ->
                inTurn(1, new Size(geometry.paddedHeight(), geometry.paddedWidth()), memory).apply(List.of(preprocessing.resized(first)));
            case Pixels _ -> {
                Shape shape = Shape.of(pictures.size(), geometry.paddedHeight(), geometry.paddedWidth(), 3);
                Tensor pixels = Tensor.allocate(DataType.UINT8, shape, memory);
                int[] valid = new int[2 * pictures.size()];
                for (int i = 0; i < pictures.size(); i++) {
                    Geometry own = preprocessing.geometry(pictures.get(i).height(), pictures.get(i).width());
                    preprocessing.writePixels(pictures.get(i), own, part(pixels, i, pictures.size()));
                    valid[2 * i] = own.resizedHeight();
                    valid[2 * i + 1] = own.resizedWidth();
                }
                yield pixels(pixels, Tensor.ofIntegers(Shape.of(pictures.size(), 2), valid));
            }
        };
    }

    /// The network's inputs for pictures that have its very size, batch after batch. What is copied goes where the batch before
    /// was; a picture that is pixels alone is not copied.
    ///
    /// @param batch  the number of pictures at once
    /// @param memory for what is copied, as above
    default Function<List<RgbImage>, SequencedMap<String, Tensor>> inTurn(int batch, Size size, SegmentAllocator memory) {
        return switch (this) {
            case Planes(String name, InputValues values) -> {
                Tensor planes = Tensor.allocate(DataType.FLOAT32, Shape.of(batch, 3, size.height(), size.width()), memory);
                SequencedMap<String, Tensor> inputs = one(name, planes);
                yield pictures -> {
                    requireCount(batch, pictures);
                    for (int i = 0; i < batch; i++) {
                        values.write(pictures.get(i), part(planes, i, batch));
                    }
                    return inputs;
                };
            }
            case Pixels _ when batch == 1 -> {
                TensorType type = new TensorType(DataType.UINT8, Shape.of(1, size.height(), size.width(), 3));
                Tensor valid = valid(batch, size);
                yield pictures -> {
                    requireCount(batch, pictures);
                    return pixels(new Tensor(type, MemorySegment.ofArray(pictures.getFirst().samples())), valid);
                };
            }
            case Pixels _ -> {
                Tensor pixels = Tensor.allocate(DataType.UINT8, Shape.of(batch, size.height(), size.width(), 3), memory);
                SequencedMap<String, Tensor> inputs = pixels(pixels, valid(batch, size));
                yield pictures -> {
                    requireCount(batch, pictures);
                    for (int i = 0; i < batch; i++) {
                        part(pixels, i, batch).copyFrom(MemorySegment.ofArray(pictures.get(i).samples()));
                    }
                    return inputs;
                };
            }
        };
    }

    private static void requireCount(int batch, List<RgbImage> pictures) {
        if (pictures.size() != batch) {
            throw new IllegalArgumentException("a run takes " + batch + " pictures, not " + pictures.size());
        }
    }

    /// Pictures that fill the network's input.
    private static Tensor valid(int batch, Size size) {
        int[] valid = new int[2 * batch];
        for (int i = 0; i < batch; i++) {
            valid[2 * i] = size.height();
            valid[2 * i + 1] = size.width();
        }
        return Tensor.ofIntegers(Shape.of(batch, 2), valid);
    }

    private static SequencedMap<String, Tensor> one(String name, Tensor tensor) {
        SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put(name, tensor);
        return inputs;
    }

    private static SequencedMap<String, Tensor> pixels(Tensor pixels, Tensor valid) {
        SequencedMap<String, Tensor> inputs = one(CheckpointModel.PIXELS, pixels);
        inputs.put(CheckpointModel.VALID, valid);
        return inputs;
    }

    private static MemorySegment part(Tensor batch, int place, int places) {
        long bytes = batch.memory().byteSize() / places;
        return batch.memory().asSlice(place * bytes, bytes);
    }
}
