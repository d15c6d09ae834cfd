package dev.maskforge.engine.tensorrt.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A structure as a C++ compiler lays it out, each member at a multiple of its size: a kernel's only parameter. Members are
/// put in their order.
public final class KernelArguments {
    /// What every device takes.
    static final int MOST_BYTES = 4096;

    private final ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int alignment = 1;

    /// Puts a pointer.
    public KernelArguments address(long address) {
        align(Long.BYTES);
        bytes.putLong(address);
        return this;
    }

    public KernelArguments int32(int value) {
        align(Integer.BYTES);
        bytes.putInt(value);
        return this;
    }

    public KernelArguments float32(float value) {
        align(Float.BYTES);
        bytes.putFloat(value);
        return this;
    }

    private void align(int size) {
        alignment = Math.max(alignment, size);
        bytes.position(Math.ceilDiv(bytes.position(), size) * size);
    }

    /// The structure, padded at its end to a multiple of its largest member.
    public byte[] toBytes() {
        return Arrays.copyOf(bytes.array(), Math.ceilDiv(bytes.position(), alignment) * alignment);
    }
}
