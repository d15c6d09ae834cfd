package dev.maskforge.checkpoint.pickle;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A numpy array, whose elements stay in the file.
public final class PickleArray implements PickleValue, StoredTensor {
    private @Nullable Content content;

    PickleArray() {
    }

    /// What an array is given after it was made.
    private record Content(DataType dataType, boolean bigEndian, Layout layout, Stored stored) {
        boolean liesAsNeeded() {
            return !bigEndian && layout.isRowMajor();
        }
    }

    /// Whether the array was given its elements: numpy always does.
    public boolean isComplete() {
        return content != null;
    }

    void build(long offset, NumpyType type, Layout layout, Stored stored) {
        if (content != null) {
            throw PickleException.damaged(offset, "an array is given its elements twice");
        }
        DataType dataType = type.dataType();
        if (!stored.mayHold(layout.elementCount() * dataType.bytes())) {
            throw PickleException.damaged(offset, "an array of " + dataType + " with the shape " + Arrays.toString(layout.shape())
                    + " cannot have its elements in " + stored.length() + " bytes");
        }
        content = new Content(dataType, type.isBigEndian(offset), layout, stored);
    }

    private Content complete() {
        if (content == null) {
            throw new IllegalStateException("the array has no elements");
        }
        return content;
    }

    @Override
    public TensorType type() {
        return new TensorType(complete().dataType, Shape.of(complete().layout.shape()));
    }

    /// Whether the file has the elements as a tensor needs them: as bytes, in row-major order, little-endian.
    public boolean isMapped() {
        return complete().liesAsNeeded() && complete().stored.encoding() == Encoding.RAW;
    }

    @Override
    public Tensor tensor(Arena arena) {
        Content all = complete();
        if (isMapped()) {
            return new Tensor(type(), all.stored.memory().asReadOnly());
        }
        Tensor tensor = Tensor.allocate(all.dataType, type().shape(), arena);
        if (all.liesAsNeeded()) {
            all.stored.decodeBytes(tensor.memory());
        } else {
            try (Arena temporary = Arena.ofConfined()) {
                MemorySegment elements = temporary.allocate(tensor.memory().byteSize());
                all.stored.decodeBytes(elements);
                all.layout.arrange(elements, all.bigEndian, all.dataType.bytes(), tensor.memory());
            }
        }
        return new Tensor(tensor.type(), tensor.memory().asReadOnly());
    }

    @Override
    public String kind() {
        return "an array";
    }
}
