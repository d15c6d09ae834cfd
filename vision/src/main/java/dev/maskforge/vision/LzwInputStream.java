package dev.maskforge.vision;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// Lempel-Ziv-Welch as GIF (GIF89a specification, appendix F) and TIFF (TIFF 6.0, section 13) have it: codes of up to 12
/// bits, the table cleared by a code of its own. It ends where the end code stands.
final class LzwInputStream extends InputStream {
    private static final int MOST_BITS = 12;

    /// How codes lie in bytes, and when they grow.
    enum Variant {
        /// The lowest bit first; a code grows when the table is full.
        GIF,
        /// The highest bit first; a code grows one entry before that.
        TIFF
    }

    private final InputStream codes;
    private final Variant variant;
    private final int rootBits;
    private final int clear;
    private final short[] prefix = new short[1 << MOST_BITS];
    private final byte[] last = new byte[1 << MOST_BITS];
    private final byte[] string = new byte[1 << MOST_BITS];
    private int stringStart = string.length;
    private int bits;
    private int count;
    private int codeBits;
    private int entries;
    private int previous = -1;
    private int first;
    private boolean ended;

    LzwInputStream(InputStream codes, Variant variant, int rootBits) {
        this.codes = codes;
        this.variant = variant;
        this.rootBits = rootBits;
        this.clear = 1 << rootBits;
        startOver();
    }

    private void startOver() {
        codeBits = rootBits + 1;
        entries = clear + 2;
        previous = -1;
    }

    @Override
    public int read() throws IOException {
        if (stringStart == string.length && !next()) {
            return -1;
        }
        return string[stringStart++] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (stringStart == string.length && !next()) {
            return -1;
        }
        int taken = Math.min(length, string.length - stringStart);
        System.arraycopy(string, stringStart, target, offset, taken);
        stringStart += taken;
        return taken;
    }

    /// Unpacks the next string.
    private boolean next() throws IOException {
        while (!ended) {
            int code = code();
            if (code == clear) {
                startOver();
            } else if (code == clear + 1) {
                ended = true;
            } else {
                unpack(code);
                return true;
            }
        }
        return false;
    }

    private void unpack(int code) throws IOException {
        int most = previous < 0 ? clear - 1 : entries;
        if (code > most || code == entries && entries == 1 << MOST_BITS) {
            throw new IOException("its compressed data refer to what was not there yet");
        }
        stringStart = string.length;
        int at = code;
        if (code == entries) {
            string[--stringStart] = (byte) first;
            at = previous;
        }
        while (at >= clear) {
            string[--stringStart] = last[at];
            at = prefix[at];
        }
        string[--stringStart] = (byte) at;
        first = at;
        if (previous >= 0 && entries < 1 << MOST_BITS) {
            prefix[entries] = (short) previous;
            last[entries] = (byte) first;
            entries++;
        }
        int full = variant == Variant.TIFF ? entries + 1 : entries;
        if (full >= 1 << codeBits && codeBits < MOST_BITS) {
            codeBits++;
        }
        previous = code;
    }

    private int code() throws IOException {
        while (count < codeBits) {
            int next = codes.read();
            if (next < 0) {
                throw new EOFException("the compressed data end before the picture");
            }
            bits = variant == Variant.TIFF ? bits << 8 | next : bits | next << count;
            count += 8;
        }
        count -= codeBits;
        int mask = (1 << codeBits) - 1;
        if (variant == Variant.TIFF) {
            return bits >>> count & mask;
        }
        int code = bits & mask;
        bits >>>= codeBits;
        return code;
    }
}
