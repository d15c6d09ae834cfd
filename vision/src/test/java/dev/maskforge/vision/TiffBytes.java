package dev.maskforge.vision;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/// A TIFF file put together from tags, right or wrong: 4x4 grey pixels of 8 bits in one strip, if nothing else is said.
final class TiffBytes {
    private static final int LONG = 4;

    private final Map<Integer, long[]> tags = new TreeMap<>();
    private final byte[] pixels;
    private int next;

    TiffBytes(byte[] pixels) {
        this.pixels = pixels;
        with(256, 4).with(257, 4).with(258, 8).with(259, 1).with(262, 1).with(273, 8).with(277, 1).with(278, 4).with(279, pixels.length);
    }

    TiffBytes with(int tag, long... values) {
        tags.put(tag, values);
        return this;
    }

    TiffBytes without(int tag) {
        tags.remove(tag);
        return this;
    }

    /// Where the next directory is.
    TiffBytes followedBy(int position) {
        next = position;
        return this;
    }

    byte[] bytes() {
        int directory = 8 + pixels.length;
        int beyond = directory + 2 + 12 * tags.size() + 4;
        int size = beyond + tags.values().stream().mapToInt(values -> values.length > 1 ? 4 * values.length : 0).sum();
        byte[] bytes = new byte[size];
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[]{'I', 'I', 42, 0}).putInt(directory).put(pixels).putShort((short) tags.size());
        int at = beyond;
        for (Map.Entry<Integer, long[]> tag : tags.entrySet()) {
            long[] values = tag.getValue();
            file.putShort((short) (int) tag.getKey()).putShort((short) LONG).putInt(values.length);
            file.putInt(values.length == 1 ? (int) values[0] : at);
            for (int i = 0; values.length > 1 && i < values.length; i++, at += 4) {
                file.putInt(at, (int) values[i]);
            }
        }
        file.putInt(next);
        return bytes;
    }
}
