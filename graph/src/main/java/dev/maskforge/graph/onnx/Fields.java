package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/// The fields of a protobuf message that lies in memory, one after another. Every length is checked before it is used,
/// every wire type where a field is asked for. (Wire format: protobuf.dev/programming-guides/encoding.)
final class Fields {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;
    private static final int LARGEST_NUMBER = (1 << 29) - 1;

    private final MemorySegment memory;
    private final Allowance allowance;
    private long position;
    private int number;
    private int wireType;
    /// The value of a field that is a number, the length of one that is not.
    private long value;

    Fields(MemorySegment memory, Allowance allowance) {
        this.memory = memory;
        this.allowance = allowance;
    }

    Allowance allowance() {
        return allowance;
    }

    /// Goes to the next field, if there is one.
    boolean next() {
        if (position == memory.byteSize()) {
            return false;
        }
        long key = readVarint();
        long field = key >>> 3;
        if (field == 0 || field > LARGEST_NUMBER) {
            throw malformed("a field has the number " + field);
        }
        number = (int) field;
        wireType = (int) (key & 7);
        switch (wireType) {
            case VARINT -> value = readVarint();
            case FIXED32 -> value = memory.get(Tensor.INT32, take(Integer.BYTES));
            case FIXED64 -> value = memory.get(Tensor.INT64, take(Long.BYTES));
            case LENGTH_DELIMITED -> {
                value = readVarint();
                take(value);
            }
            default -> throw malformed("a field has the wire type " + wireType);
        }
        return true;
    }

    /// The number of the present field.
    int number() {
        return number;
    }

    long varint() {
        require(VARINT);
        return value;
    }

    float floatingPoint() {
        require(FIXED32);
        return Float.intBitsToFloat((int) value);
    }

    MemorySegment bytes() {
        require(LENGTH_DELIMITED);
        return memory.asSlice(position - value, value);
    }

    Fields message() {
        return new Fields(bytes(), allowance);
    }

    String text() {
        MemorySegment bytes = bytes();
        allowance.text(bytes.byteSize());
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toArray(ValueLayout.JAVA_BYTE))).toString();
        } catch (CharacterCodingException e) {
            throw OnnxException.damaged("it is not an ONNX model, or damaged: a text is not UTF-8", e);
        }
    }

    /// Hands over the one number of the present field, or all if it holds several.
    void varints(LongConsumer numbers) {
        if (wireType == VARINT) {
            numbers.accept(value);
            return;
        }
        Fields packed = message();
        while (packed.position < packed.memory.byteSize()) {
            numbers.accept(packed.readVarint());
        }
    }

    /// The bytes of the one number of the present field, or of all if it holds several, each of this many bytes.
    MemorySegment numbers(int width) {
        if (wireType == LENGTH_DELIMITED && value % width == 0) {
            return bytes();
        }
        require(width == Integer.BYTES ? FIXED32 : FIXED64);
        return memory.asSlice(position - width, width);
    }

    private long readVarint() {
        long result = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = memory.get(ValueLayout.JAVA_BYTE, take(1));
            result |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return result;
            }
        }
        throw malformed("a number has more than ten bytes");
    }

    /// Steps over some bytes; gives where they begin.
    private long take(long bytes) {
        if (bytes < 0 || bytes > memory.byteSize() - position) {
            throw malformed("something of " + Long.toUnsignedString(bytes) + " bytes begins where " + (memory.byteSize() - position)
                    + " are left");
        }
        long start = position;
        position += bytes;
        return start;
    }

    private void require(int wanted) {
        if (wireType != wanted) {
            throw malformed("field " + number + " has the wire type " + wireType + ", not " + wanted);
        }
    }

    private static OnnxException malformed(String what) {
        return OnnxException.damaged("it is not an ONNX model, or damaged: " + what);
    }
}
