package dev.maskforge.vision;

import java.io.IOException;
import java.io.InputStream;

/// A range of a picture's file as a stream, with a small buffer of its own so that several may run side by side.
final class SourceStream extends InputStream {
    private static final int BUFFER_BYTES = 1 << 13;

    private final ImageSource source;
    private final long end;
    private final byte[] buffer;
    private long position;
    private int at;
    private int filled;

    /// @throws ImageException if the range is not within the file
    SourceStream(ImageSource source, long position, long length) {
        source.requireRange(position, length);
        this.source = source;
        this.position = position;
        this.end = position + length;
        this.buffer = new byte[(int) Math.min(BUFFER_BYTES, length)];
    }

    @Override
    public int read() throws IOException {
        if (at == filled && !fill()) {
            return -1;
        }
        return buffer[at++] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (at == filled && !fill()) {
            return -1;
        }
        int count = Math.min(length, filled - at);
        System.arraycopy(buffer, at, target, offset, count);
        at += count;
        return count;
    }

    private boolean fill() throws IOException {
        int count = (int) Math.min(buffer.length, end - position);
        if (count == 0) {
            return false;
        }
        source.copy(position, buffer, 0, count);
        position += count;
        at = 0;
        filled = count;
        return true;
    }
}
