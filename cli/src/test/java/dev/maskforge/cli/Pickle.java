package dev.maskforge.cli;

import dev.maskforge.graph.DataType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Assembles pickles of protocol 4, sound ones and others.
final class Pickle {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Pickle() {
        raw("\200\4");
    }

    /// The chars are bytes.
    Pickle raw(String latin1) {
        bytes.writeBytes(latin1.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /// BINUNICODE.
    Pickle text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        raw("X").int32(utf8.length);
        bytes.writeBytes(utf8);
        return this;
    }

    /// GLOBAL.
    Pickle global(String module, String name) {
        return raw("c" + module + "\n" + name + "\n");
    }

    Pickle int32(int value) {
        bytes.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
        return this;
    }

    Pickle int64(long value) {
        bytes.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
        return this;
    }

    /// A numpy array of this type; `elements` need not be as many as the shape says.
    Pickle array(DataType type, long[] shape, byte[] elements) {
        global("numpy.core.multiarray", "_reconstruct").global("numpy", "ndarray").raw("K\0\205C\1b\207R(K\1(");
        for (long size : shape) {
            raw("\212\10").int64(size);
        }
        raw("t").global("numpy", "dtype").text(code(type)).raw("\211\210\207R(K\3").text(type.bytes() == 1 ? "|" : "<").raw("NNNJ")
                .int32(-1)
                .raw("J").int32(-1).raw("K\0tb\211B").int32(elements.length);
        bytes.writeBytes(elements);
        return raw("tb");
    }

    private static String code(DataType type) {
        return switch (type) {
            case FLOAT32 -> "f4";
            case FLOAT16 -> "f2";
            case FLOAT64 -> "f8";
            case INT64 -> "i8";
            case INT32 -> "i4";
            case UINT8 -> "u1";
            case INT8 -> "i1";
            case BOOL -> "b1";
            case BFLOAT16 -> throw new IllegalArgumentException("numpy has no bfloat16");
        };
    }

    /// Ended by STOP.
    byte[] stop() {
        return raw(".").bytes.toByteArray();
    }
}
