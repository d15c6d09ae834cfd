package dev.maskforge.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Writes safetensors files whose parts need not fit together.
final class SafetensorsWriter {
    private SafetensorsWriter() {
    }

    /// A header, and as many bytes of data, each the low byte of its place.
    static byte[] file(String header, int data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return file(text.length, text, data);
    }

    /// As [#file(String, int)], with another length than the header has.
    static byte[] file(long length, byte[] header, int data) {
        ByteBuffer file = ByteBuffer.allocate(Long.BYTES + header.length + data).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(header);
        for (int i = 0; i < data; i++) {
            file.put((byte) i);
        }
        return file.array();
    }

    /// The entry of a tensor in a header.
    static String tensor(String name, String type, String shape, long begin, long end) {
        return '"' + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + "," + end + "]}";
    }
}
