package dev.maskforge.checkpoint.pickle;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// PyTorch's tensor: a strided view of a storage.
public final class TorchTensor implements PickleValue, StoredTensor {
    private final TorchStorage storage;
    private final TorchType elementType;
    /// Its first byte in the storage.
    private final long begin;
    private final Layout layout;

    private TorchTensor(TorchStorage storage, TorchType elementType, long begin, Layout layout) {
        this.storage = storage;
        this.elementType = elementType;
        this.begin = begin;
        this.layout = layout;
    }

    /// A part of a storage, which old files name as if it were a storage of its own.
    ///
    /// @param begin    its first byte
    /// @param byteSize its length
    record View(TorchStorage storage, long begin, long byteSize) implements PickleValue {
        @Override
        public String kind() {
            return storage.kind();
        }
    }

    /// A tensor that lies within its storage.
    ///
    /// @param offset of the operation that makes it
    /// @param first  the place of its first element in the view, counted in elements
    static TorchTensor of(long offset, View view, TorchType elementType, long first, Layout layout) {
        long size = elementType.bytes();
        long available = view.byteSize() / size;
        // A tensor without elements may begin anywhere: slicing leaves such.
        boolean isEmpty = layout.elementCount() == 0;
        if (!isEmpty && (first > available || layout.extent() > available - first)) {
            throw PickleException.damaged(offset, "a tensor of " + elementType + " takes " + layout.extent() + " elements from number "
                    + first + " of a storage, which has " + available);
        }
        return new TorchTensor(view.storage(), elementType, isEmpty ? 0 : view.begin() + first * size, layout);
    }

    /// Whether it has elements of a type that models here have; if not, it has no [#type()].
    public boolean isUsable() {
        return elementType.dataType().isPresent();
    }

    @Override
    public TensorType type() {
        return new TensorType(dataType(), Shape.of(layout.shape()));
    }

    /// Of its elements, each counted as often as it is seen.
    long byteSize() {
        return layout.elementCount() * elementType.bytes();
    }

    @Override
    public Tensor tensor(Arena arena) {
        TensorType type = type();
        int size = elementType.bytes();
        MemorySegment elements = storage.memory().asSlice(begin, layout.extent() * size).asReadOnly();
        boolean isBigEndian = storage.isBigEndian() && size > 1;
        if (!isBigEndian && layout.isRowMajor()) {
            return new Tensor(type, elements);
        }
        Tensor tensor = Tensor.allocate(type.dataType(), type.shape(), arena);
        layout.arrange(elements, isBigEndian, size, tensor.memory());
        return new Tensor(type, tensor.memory().asReadOnly());
    }

    private DataType dataType() {
        return elementType.dataType().orElseThrow(() -> new IllegalStateException("no model has elements of " + elementType));
    }

    @Override
    public String kind() {
        return "a tensor of " + elementType;
    }
}
