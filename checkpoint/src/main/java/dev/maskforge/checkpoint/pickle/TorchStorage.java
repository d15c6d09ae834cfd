package dev.maskforge.checkpoint.pickle;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Bytes that tensors are views of. A pickle only says which, and how many; who reads the file [binds][#bind] them
/// afterwards.
public final class TorchStorage implements PickleValue {
    private final String key;
    private final TorchType type;
    private final long elementCount;
    private @Nullable Supplier<MemorySegment> bytes;
    private boolean bigEndian;

    TorchStorage(String key, TorchType type, long elementCount) {
        this.key = key;
        this.type = type;
        this.elementCount = elementCount;
    }

    /// By which the file calls it.
    public String key() {
        return key;
    }

    /// Bytes of an element, 1 where the storage is untyped.
    public int elementSize() {
        return type.bytes();
    }

    public long elementCount() {
        return elementCount;
    }

    /// What it must be bound to; cannot overflow.
    public long byteSize() {
        return elementCount * type.bytes();
    }

    /// Says where the bytes are.
    ///
    /// @param bytes exactly [#byteSize()]; asked whenever a tensor's elements are wanted, from any thread, and may throw
    ///              if they are damaged
    public void bind(Supplier<MemorySegment> bytes, boolean isBigEndian) {
        this.bytes = bytes;
        this.bigEndian = isBigEndian;
    }

    MemorySegment memory() {
        if (bytes == null) {
            throw new IllegalStateException("the storage " + key + " has no bytes");
        }
        return bytes.get();
    }

    boolean isBigEndian() {
        return bigEndian;
    }

    boolean isLike(TorchType otherType, long otherCount) {
        return type == otherType && elementCount == otherCount;
    }

    TorchType type() {
        return type;
    }

    @Override
    public String kind() {
        return "a storage";
    }
}
