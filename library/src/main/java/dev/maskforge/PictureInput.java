package dev.maskforge;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.kernels.Workers;
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
import java.util.function.ObjIntConsumer;

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
    /// @param memory  where they go, where the picture's own samples will not do; asked for one piece at most, in which it may leave
    ///                what was there
    /// @param workers that prepare a picture each
    default SequencedMap<String, Tensor> inputs(List<RgbImage> pictures, Preprocessing preprocessing, SegmentAllocator memory,
            Workers workers) {
        RgbImage first = pictures.getFirst();
        Geometry geometry = preprocessing.geometry(first.height(), first.width());
        return switch (this) {
            case Planes(String name, InputValues values) -> {
                Shape shape = Shape.of(pictures.size(), 3, geometry.paddedHeight(), geometry.paddedWidth());
                Tensor planes = Tensor.allocate(DataType.FLOAT32, shape, memory);
                each(pictures.size(), planes, workers, (part, place) -> values.write(pictures.get(place), preprocessing, part));
                yield one(name, planes);
            }
            // Nothing is padded, and nothing is copied but by who runs the network.
            case Pixels _ when pictures.size() == 1 && geometry.isUnpadded() ->
                inTurn(1, new Size(geometry.paddedHeight(), geometry.paddedWidth()), memory, workers)
                        .apply(List.of(preprocessing.resized(first)));
            case Pixels _ -> {
                Shape shape = Shape.of(pictures.size(), geometry.paddedHeight(), geometry.paddedWidth(), 3);
                Tensor pixels = Tensor.allocate(DataType.UINT8, shape, memory);
                int[] valid = new int[2 * pictures.size()];
                each(pictures.size(), pixels, workers, (part, place) -> {
                    RgbImage picture = pictures.get(place);
                    Geometry own = preprocessing.geometry(picture.height(), picture.width());
                    preprocessing.writePixels(picture, own, part);
                    valid[2 * place] = own.resizedHeight();
                    valid[2 * place + 1] = own.resizedWidth();
                });
                yield pixels(pixels, Tensor.ofIntegers(Shape.of(pictures.size(), 2), valid));
            }
        };
    }

    /// The same for one picture, by the caller's thread.
    default SequencedMap<String, Tensor> inputs(RgbImage picture, Preprocessing preprocessing, SegmentAllocator memory) {
        return inputs(List.of(picture), preprocessing, memory, Workers.callerOnly());
    }

    /// The network's inputs for pictures that have its very size, batch after batch. What is copied goes where the batch before
    /// was; a picture that is pixels alone is not copied.
    ///
    /// @param batch   the number of pictures at once
    /// @param memory  for what is copied, as above
    /// @param workers that copy a picture each
    default Function<List<RgbImage>, SequencedMap<String, Tensor>> inTurn(int batch, Size size, SegmentAllocator memory, Workers workers) {
        return switch (this) {
            case Planes(String name, InputValues values) -> {
                Tensor planes = Tensor.allocate(DataType.FLOAT32, Shape.of(batch, 3, size.height(), size.width()), memory);
                SequencedMap<String, Tensor> inputs = one(name, planes);
                yield pictures -> {
                    requireCount(batch, pictures);
                    each(batch, planes, workers, (part, place) -> values.write(pictures.get(place), part));
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
                    each(batch, pixels, workers, (part, place) -> part.copyFrom(MemorySegment.ofArray(pictures.get(place).samples())));
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

    /// Writes each picture, by several threads if they may touch the batch's memory.
    ///
    /// @param write takes a picture's part of the memory and the picture's place
    private static void each(int pictures, Tensor batch, Workers workers, ObjIntConsumer<MemorySegment> write) {
        MemorySegment memory = batch.memory();
        long bytes = memory.byteSize() / pictures;
        workers.touching(memory).forEachBand(pictures, 1, () -> (from, to) -> {
            for (int place = from; place < to; place++) {
                write.accept(memory.asSlice(place * bytes, bytes), place);
            }
        });
    }
}
