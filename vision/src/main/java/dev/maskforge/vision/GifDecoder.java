package dev.maskforge.vision;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// GIF (GIF89a specification): the first frame on its canvas. Around a frame that is smaller, the canvas has the transparent
/// colour, or else the first of the palette, as Pillow fills it.
final class GifDecoder {
    private static final int SCREEN = 6;
    private static final int EXTENSION = 0x21;
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int FRAME = 0x2c;
    private static final int MAXIMUM_BLOCKS = 200_000;
    /// A code of 12 bits stands for 4096 pixels at most.
    private static final int MOST_PIXELS_PER_BYTE = 2731;
    /// A canvas takes no data, so that a small one may well be around a frame of little. Large ones are not so.
    private static final int SMALL = 1 << 24;
    /// Where the rows of an interlaced frame's four passes begin, and how far apart they are.
    private static final int[][] PASSES = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};

    private final ImageSource source;
    private long at;
    private int blocks;
    private byte[] palette = greys();
    private int background;

    private GifDecoder(ImageSource source) {
        this.source = source;
    }

    static RgbImage decode(ImageSource source, ImageLimits limits) throws IOException {
        return new GifDecoder(source).decode(limits);
    }

    private RgbImage decode(ImageLimits limits) throws IOException {
        at = SCREEN + 7;
        readPalette(source.unsignedByte(SCREEN + 4));
        while (source.unsignedByte(at) == EXTENSION) {
            extension();
        }
        if (source.unsignedByte(at) != FRAME) {
            throw source.damaged("there is no picture in it");
        }
        return frame(limits);
    }

    private static byte[] greys() {
        byte[] greys = new byte[3 * 256];
        for (int i = 0; i < greys.length; i++) {
            greys[i] = (byte) (i / 3);
        }
        return greys;
    }

    private void readPalette(int flags) throws IOException {
        if ((flags & 0x80) != 0) {
            palette = new byte[3 * 256];
            int bytes = 3 << (flags & 7) + 1;
            source.copy(at, palette, 0, bytes);
            at += bytes;
        }
    }

    private void extension() throws IOException {
        boolean controls = source.unsignedByte(at + 1) == GRAPHIC_CONTROL;
        at += 2;
        if (controls && source.unsignedByte(at) >= 4 && (source.unsignedByte(at + 1) & 1) != 0) {
            background = source.unsignedByte(at + 4);
        }
        while (source.unsignedByte(at) != 0) {
            at += 1 + source.unsignedByte(at);
            countBlock();
        }
        at++;
        countBlock();
    }

    private void countBlock() {
        if (++blocks > MAXIMUM_BLOCKS) {
            throw source.refuse("it has more than " + MAXIMUM_BLOCKS + " blocks", "save it anew with another program");
        }
    }

    private RgbImage frame(ImageLimits limits) throws IOException {
        int left = source.littleEndianShort(at + 1);
        int top = source.littleEndianShort(at + 3);
        int columns = source.littleEndianShort(at + 5);
        int rows = source.littleEndianShort(at + 7);
        int flags = source.unsignedByte(at + 9);
        int width = Math.max(source.littleEndianShort(SCREEN), left + columns);
        int height = Math.max(source.littleEndianShort(SCREEN + 2), top + rows);
        source.requireSize(rows, columns, limits);
        source.requireSize(height, width, limits);
        source.requireData(source.size() - at, MOST_PIXELS_PER_BYTE, rows, columns);
        if (height * (long) width > SMALL) {
            source.requireData(source.size() - at, MOST_PIXELS_PER_BYTE, height, width);
        }
        at += 10;
        readPalette(flags);
        int rootBits = source.unsignedByte(at++);
        if (rootBits < 1 || rootBits > 8) {
            throw source.damaged("there is no GIF of " + rootBits + " bits");
        }
        byte[] rgb = new byte[3 * height * width];
        fill(rgb);
        InputStream indices = new LzwInputStream(new Blocks(), LzwInputStream.Variant.GIF, rootBits);
        byte[] row = new byte[columns];
        for (int[] pass : (flags & 0x40) != 0 ? PASSES : new int[][]{{0, 1}}) {
            for (int y = pass[0]; y < rows; y += pass[1]) {
                if (indices.readNBytes(row, 0, columns) < columns) {
                    throw new EOFException("the pixels end early");
                }
                paint(row, rgb, 3 * ((top + y) * width + left));
            }
        }
        return RgbImage.ofRgb(rgb, height, width);
    }

    private void fill(byte[] rgb) {
        for (int i = 0; i < rgb.length; i += 3) {
            System.arraycopy(palette, 3 * background, rgb, i, 3);
        }
    }

    private void paint(byte[] row, byte[] rgb, int to) {
        for (int x = 0; x < row.length; x++) {
            System.arraycopy(palette, 3 * (row[x] & 0xff), rgb, to + 3 * x, 3);
        }
    }

    /// The frame's data, in blocks of up to 255 bytes, an empty one last.
    private final class Blocks extends InputStream {
        private int left;

        @Override
        public int read() throws IOException {
            return isAtEnd() ? -1 : next();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (isAtEnd()) {
                return -1;
            }
            int count = Math.min(length, left);
            source.copy(at, target, offset, count);
            at += count;
            left -= count;
            return count;
        }

        private int next() throws IOException {
            left--;
            return source.unsignedByte(at++);
        }

        private boolean isAtEnd() throws IOException {
            if (left == 0) {
                left = source.unsignedByte(at);
                at += left == 0 ? 0 : 1;
            }
            return left == 0;
        }
    }
}
