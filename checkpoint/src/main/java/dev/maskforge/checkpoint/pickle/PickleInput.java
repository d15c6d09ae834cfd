package dev.maskforge.checkpoint.pickle;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A pickle's bytes, read from the first to the last. No operation may reach over the end of the frame that it began in.
final class PickleInput {
    private static final ValueLayout.OfDouble DOUBLE = Tensor.FLOAT64.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int NEWLINE = '\n';
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private final MemorySegment file;
    private final long begin;
    private long position;
    private long frameEnd;
    private Opcode opcode = Opcode.PROTO;
    private long opcodeOffset;

    /// @param begin where in the file the pickle begins
    PickleInput(MemorySegment file, long begin) {
        this.file = file;
        this.begin = begin;
        this.position = begin;
    }

    /// Whether the operation that is being read is the pickle's first.
    boolean isAtFirstOperation() {
        return opcodeOffset == begin;
    }

    /// @throws PickleException unless everything was read
    void requireEnd() {
        if (!isAtEnd()) {
            throw PickleException.damaged(position, "the file goes on after the pickle's STOP");
        }
    }

    /// What must be so at the pickle's STOP: no frame goes on behind it.
    void endFrame() {
        if (frameEnd > position) {
            throw PickleException.damaged(position, "a frame goes on after the pickle's STOP");
        }
    }

    /// Where the operation began that is being read.
    long opcodeOffset() {
        return opcodeOffset;
    }

    boolean isAtEnd() {
        return position == file.byteSize();
    }

    long position() {
        return position;
    }

    Opcode readOpcode() {
        opcodeOffset = position;
        if (isAtEnd()) {
            throw PickleException.truncated(position, "the file ends before its STOP");
        }
        int code = Byte.toUnsignedInt(file.get(ValueLayout.JAVA_BYTE, position));
        position++;
        opcode = Opcode.of(code).orElseThrow(
                () -> PickleException.damaged(opcodeOffset, String.format("0x%02x is no operation of any pickle protocol", code)));
        return opcode;
    }

    int readByte() {
        need(1);
        int value = Byte.toUnsignedInt(file.get(ValueLayout.JAVA_BYTE, position));
        position += 1;
        return value;
    }

    int readUnsignedShort() {
        need(2);
        int value = Short.toUnsignedInt(file.get(Tensor.INT16, position));
        position += 2;
        return value;
    }

    int readInt() {
        need(4);
        int value = file.get(Tensor.INT32, position);
        position += 4;
        return value;
    }

    /// A length of four bytes that Python reads as signed, and refuses when negative.
    long readSignedLength() {
        long length = readInt();
        if (length < 0) {
            throw PickleException.damaged(opcodeOffset, opcode + " says that " + length + " bytes follow");
        }
        return length;
    }

    long readUnsignedInt() {
        return Integer.toUnsignedLong(readInt());
    }

    /// A length of eight bytes; one beyond 2⁶³ comes out negative, and [#read] refuses it.
    long readLong() {
        need(8);
        long value = file.get(Tensor.INT64, position);
        position += 8;
        return value;
    }

    double readDouble() {
        need(8);
        double value = file.get(DOUBLE, position);
        position += 8;
        return value;
    }

    /// So many bytes, left where they are.
    Stored read(long length, Encoding encoding) {
        if (length < 0 || length > file.byteSize() - position) {
            throw PickleException.truncated(opcodeOffset, opcode + " says that " + Long.toUnsignedString(length)
                    + " bytes follow, the file has " + (file.byteSize() - position));
        }
        need(length);
        Stored stored = new Stored(file, position, length, encoding);
        position += length;
        return stored;
    }

    /// The bytes to the next line feed, which is read but not among them.
    Stored readLine(Encoding encoding) {
        long end = position;
        while (end + Long.BYTES <= file.byteSize() && !hasNewline(file.get(Tensor.INT64, end))) {
            end += Long.BYTES;
        }
        while (end < file.byteSize() && file.get(ValueLayout.JAVA_BYTE, end) != NEWLINE) {
            end++;
        }
        if (end == file.byteSize()) {
            throw PickleException.truncated(opcodeOffset, "the file ends inside the line of " + opcode);
        }
        Stored line = read(end - position, encoding);
        need(1);
        position++;
        return line;
    }

    /// A line as text.
    ///
    /// @param limit the most bytes that it may have
    String readLine(int limit) {
        Stored line = readLine(Encoding.RAW);
        if (line.length() > limit) {
            throw PickleException.tooLarge(opcodeOffset, "a line of " + line.length() + " bytes after " + opcode + " is", limit);
        }
        return line.decodeText();
    }

    /// Begins a frame: so many bytes, which whole operations fill.
    void beginFrame() {
        if (opcodeOffset < frameEnd) {
            throw PickleException.damaged(opcodeOffset, "a frame begins inside another");
        }
        long length = readLong();
        if (length < 0 || length > file.byteSize() - position) {
            throw PickleException.truncated(opcodeOffset, "a frame of " + Long.toUnsignedString(length) + " bytes begins, the file has "
                    + (file.byteSize() - position));
        }
        frameEnd = position + length;
    }

    private static boolean hasNewline(long eightBytes) {
        long zeroWhereNewline = eightBytes ^ NEWLINE * LOW_BITS;
        return (zeroWhereNewline - LOW_BITS & ~zeroWhereNewline & HIGH_BITS) != 0;
    }

    private void need(long count) {
        long available = file.byteSize() - position;
        if (count > available) {
            throw PickleException.truncated(opcodeOffset, "the file ends inside " + opcode);
        }
        if (opcodeOffset < frameEnd && position + count > frameEnd) {
            throw PickleException.damaged(opcodeOffset, "the frame ends inside " + opcode);
        }
    }
}
