package dev.maskforge.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Assembles pickles, sound ones and others. Operations that need no method of their own are written as they are:
/// `.raw("}(")`.
final class PickleWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /// Begins with PROTO.
    static PickleWriter protocol(int protocol) {
        return new PickleWriter().raw("\200").raw((byte) protocol);
    }

    /// Begins with nothing, as protocol 0 does.
    static PickleWriter old() {
        return new PickleWriter();
    }

    /// The chars are bytes.
    PickleWriter raw(String latin1) {
        return raw(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    PickleWriter raw(byte... more) {
        bytes.writeBytes(more);
        return this;
    }

    PickleWriter times(int count, String latin1) {
        return raw(latin1.repeat(count));
    }

    /// BINUNICODE.
    PickleWriter text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return raw("X").int32(utf8.length).raw(utf8);
    }

    /// BINBYTES.
    PickleWriter data(byte... data) {
        return raw("B").int32(data.length).raw(data);
    }

    /// BININT.
    PickleWriter number(int number) {
        return raw("J").int32(number);
    }

    /// GLOBAL.
    PickleWriter global(String module, String name) {
        return raw("c" + module + "\n" + name + "\n");
    }

    /// LONG_BINPUT.
    PickleWriter put(int index) {
        return raw("r").int32(index);
    }

    /// LONG_BINGET.
    PickleWriter get(int index) {
        return raw("j").int32(index);
    }

    PickleWriter int32(int value) {
        return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    PickleWriter int64(long value) {
        return raw(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    }

    /// A tuple of integers.
    PickleWriter shape(int... sizes) {
        raw("(");
        for (int size : sizes) {
            number(size);
        }
        return raw("t");
    }

    /// `dtype(code, False, True)` without a state.
    PickleWriter bareType(String code) {
        return global("numpy", "dtype").text(code).raw("\211\210\207R");
    }

    /// A dtype with its byte order.
    PickleWriter type(String code, String byteOrder) {
        return bareType(code).raw("(K\3").text(byteOrder).raw("NNN").number(-1).number(-1).raw("K\0tb");
    }

    /// An array that has no state yet.
    PickleWriter bareArray() {
        return global("numpy.core.multiarray", "_reconstruct").global("numpy", "ndarray").raw("K\0\205").data((byte) 'b').raw("\207R");
    }

    /// An array of zeros, in protocol 3.
    PickleWriter array(String code, int elementSize, int... shape) {
        int count = elementSize;
        for (int size : shape) {
            count *= size;
        }
        return bareArray().raw("(K\1").shape(shape).type(code, elementSize == 1 ? "|" : "<").raw("\211").data(new byte[count]).raw("tb");
    }

    /// The name of a storage for BINPERSID, which asks for it.
    PickleWriter storage(String type, String key, int count) {
        return raw("(").text("storage").global("torch", type).text(key).text("cpu").number(count).raw("tQ");
    }

    /// A tensor that `torch._utils` rebuilds from a storage, with the arguments of versions 1 or 2.
    PickleWriter tensor(String function, String type, String key, int count, int first, int[] shape, int... strides) {
        global("torch._utils", function).raw("(").storage(type, key, count).number(first).shape(shape).shape(strides);
        return raw(function.endsWith("_v2") ? "\211ccollections\nOrderedDict\n)RtR" : "tR");
    }

    /// Row-major ones.
    static int[] strides(int... shape) {
        int[] strides = new int[shape.length];
        int stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }

    /// What was written so far.
    byte[] unfinished() {
        return bytes.toByteArray();
    }

    /// The pickle.
    byte[] stop() {
        return raw(".").bytes.toByteArray();
    }

    /// The pickle of a checkpoint in which this, which leaves one value, is the only entry.
    byte[] asOnlyWeight() {
        return protocol(2).raw("}").text("model").raw("}").text("weight").raw(bytes.toByteArray()).raw("ss").stop();
    }
}
