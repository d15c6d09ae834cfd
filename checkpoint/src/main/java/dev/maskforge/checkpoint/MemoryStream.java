package dev.maskforge.checkpoint;

import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The bytes of memory, from its beginning on.
final class MemoryStream extends InputStream {
    private final MemorySegment memory;
    private long position;

    MemoryStream(MemorySegment memory) {
        this.memory = memory;
    }

    @Override
    public int read() {
        if (position == memory.byteSize()) {
            return -1;
        }
        int next = Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, position));
        position++;
        return next;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (length > 0 && position == memory.byteSize()) {
            return -1;
        }
        int count = (int) Math.min(length, memory.byteSize() - position);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, position, target, offset, count);
        position += count;
        return count;
    }
}
