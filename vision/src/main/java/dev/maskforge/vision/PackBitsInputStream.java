package dev.maskforge.vision;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// Runs and literals of bytes (TIFF 6.0, section 9).
final class PackBitsInputStream extends InputStream {
    private final InputStream packed;
    private int left;
    private int repeated = -1;

    PackBitsInputStream(InputStream packed) {
        this.packed = packed;
    }

    @Override
    public int read() throws IOException {
        while (left == 0) {
            int code = packed.read();
            if (code < 0) {
                return -1;
            }
            if (code < 128) {
                left = code + 1;
                repeated = -1;
            } else if (code > 128) {
                left = 257 - code;
                repeated = required();
            }
        }
        left--;
        return repeated >= 0 ? repeated : required();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        for (int i = 0; i < length; i++) {
            int next = read();
            if (next < 0) {
                return i == 0 ? -1 : i;
            }
            target[offset + i] = (byte) next;
        }
        return length;
    }

    private int required() throws IOException {
        int next = packed.read();
        if (next < 0) {
            throw new EOFException("the compressed data end early");
        }
        return next;
    }
}
