package dev.maskforge.vision;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/// BMP of Windows and OS/2: 1, 4, 8, 16, 24 and 32 bits a pixel, RLE of 8 and 4 bits, rows from below or above. The layouts
/// of colours are those that Pillow takes.
final class BmpDecoder {
    private static final int FILE_HEADER_BYTES = 14;
    private static final int CORE_HEADER_BYTES = 12;
    private static final int RAW = 0;
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    private static final int BIT_FIELDS = 3;
    /// Runs have 255 pixels in two bytes; the rest is for skipped rows, which small pictures may have.
    private static final int MOST_PIXELS_PER_BYTE = 128;
    private static final int SMALL = 1 << 20;

    private final ImageSource source;
    private final int headerBytes;
    private final int height;
    private final int width;
    private final boolean fromAbove;
    private final int bits;
    private final int compression;
    private long data;

    private BmpDecoder(ImageSource source, ImageLimits limits) throws IOException {
        this.source = source;
        headerBytes = (int) Math.min(1 << 16, source.littleEndianInt(FILE_HEADER_BYTES));
        long rows;
        long columns;
        switch (headerBytes) {
            case CORE_HEADER_BYTES -> {
                columns = source.littleEndianShort(18);
                rows = source.littleEndianShort(20);
                bits = source.littleEndianShort(24);
                compression = RAW;
            }
            case 40, 52, 56, 64, 108, 124 -> {
                columns = (int) source.littleEndianInt(18);
                rows = (int) source.littleEndianInt(22);
                bits = source.littleEndianShort(28);
                compression = (int) source.littleEndianInt(30);
            }
            default -> throw source.damaged("there is no BMP with a header of " + source.littleEndianInt(FILE_HEADER_BYTES) + " bytes");
        }
        fromAbove = rows < 0;
        source.requireSize(Math.abs(rows), columns, limits);
        height = (int) Math.abs(rows);
        width = (int) columns;
        data = Math.max(source.littleEndianInt(10), (long) FILE_HEADER_BYTES + headerBytes);
    }

    static RgbImage decode(ImageSource source, ImageLimits limits) throws IOException {
        return new BmpDecoder(source, limits).pixels();
    }

    private RgbImage pixels() throws IOException {
        return switch (compression) {
            case RAW, BIT_FIELDS -> switch (bits) {
                case 1, 4, 8 -> palettePixels();
                case 16, 24, 32 -> colourPixels(fields());
                default -> throw source.damaged("there is no BMP of " + bits + " bits a pixel");
            };
            case RLE8, RLE4 -> {
                if (bits != (compression == RLE8 ? 8 : 4)) {
                    throw source.damaged("its runs are of other than " + bits + " bits");
                }
                yield runPixels();
            }
            default -> throw source.unsupported("its pixels are compressed by method " + compression);
        };
    }

    /// Leaves `data` at the pixels.
    private byte[] palette() throws IOException {
        int entryBytes = headerBytes == CORE_HEADER_BYTES ? 3 : 4;
        long stated = headerBytes == CORE_HEADER_BYTES ? 0 : source.littleEndianInt(46);
        long entries = stated == 0 ? 1L << bits : stated;
        if (entries > 1 << 16) {
            throw source.damaged("it says it has a palette of " + entries + " colours");
        }
        long start = (long) FILE_HEADER_BYTES + headerBytes;
        if (data == start) {
            data += entries * entryBytes;
        }
        byte[] palette = new byte[3 * 256];
        for (int i = 0; i < Math.min(256, entries); i++) {
            for (int channel = 0; channel < 3; channel++) {
                palette[3 * i + channel] = (byte) source.unsignedByte(start + (long) i * entryBytes + 2 - channel);
            }
        }
        return palette;
    }

    private RgbImage palettePixels() throws IOException {
        byte[] palette = palette();
        int mask = (1 << bits) - 1;
        return rows((row, rgb, to) -> {
            for (int x = 0; x < width; x++) {
                int bit = x * bits;
                int index = (row[bit >> 3] & 0xff) >> 8 - bits - (bit & 7) & mask;
                System.arraycopy(palette, 3 * index, rgb, to + 3 * x, 3);
            }
        });
    }

    /// Where a colour is in a pixel's little-endian number.
    ///
    /// @param largest what it is when it is full
    private record Field(int shift, int largest) {}

    /// The fields of red, green and blue.
    private static List<Field> bytes(int red, int green, int blue) {
        return List.of(new Field(red, 255), new Field(green, 255), new Field(blue, 255));
    }

    private List<Field> fields() throws IOException {
        List<Field> fiveBits = List.of(new Field(10, 31), new Field(5, 31), new Field(0, 31));
        if (compression == RAW) {
            return bits == 16 ? fiveBits : bytes(16, 8, 0);
        }
        long red = source.littleEndianInt(54);
        long green = source.littleEndianInt(58);
        long blue = source.littleEndianInt(62);
        if (bits == 16 && red == 0x7c00 && green == 0x3e0 && blue == 0x1f) {
            return fiveBits;
        }
        if (bits == 16 && red == 0xf800 && green == 0x7e0 && blue == 0x1f) {
            return List.of(new Field(11, 31), new Field(5, 63), new Field(0, 31));
        }
        if (bits == 32 && red == 0 && green == 0 && blue == 0) {
            return bytes(16, 8, 0);
        }
        if (bits > 16 && isByte(red) && isByte(green) && isByte(blue)) {
            return bytes(Long.numberOfTrailingZeros(red), Long.numberOfTrailingZeros(green), Long.numberOfTrailingZeros(blue));
        }
        throw source.unsupported("its bit fields are %x, %x and %x".formatted(red, green, blue));
    }

    private boolean isByte(long mask) {
        return mask == 0xff || mask == 0xff00 || mask == 0xff0000 || mask == 0xff000000L && bits == 32;
    }

    private RgbImage colourPixels(List<Field> fields) throws IOException {
        int bytes = bits / 8;
        return rows((row, rgb, to) -> {
            for (int x = 0; x < width; x++) {
                int pixel = 0;
                for (int i = 0; i < bytes; i++) {
                    pixel |= (row[x * bytes + i] & 0xff) << 8 * i;
                }
                for (int channel = 0; channel < 3; channel++) {
                    Field field = fields.get(channel);
                    rgb[to + 3 * x + channel] = (byte) ((pixel >>> field.shift() & field.largest()) * 255 / field.largest());
                }
            }
        });
    }

    /// Makes a row of pixels of a row of the file.
    private interface RowConversion {
        void apply(byte[] row, byte[] rgb, int to);
    }

    private RgbImage rows(RowConversion conversion) throws IOException {
        long rowBytes = ((long) width * bits + 31) / 32 * 4;
        try (InputStream stream = new SourceStream(source, data, rowsBytes(rowBytes))) {
            byte[] rgb = new byte[3 * height * width];
            byte[] row = new byte[(int) rowBytes];
            for (int y = 0; y < height; y++) {
                stream.readNBytes(row, 0, row.length);
                conversion.apply(row, rgb, 3 * width * target(y));
            }
            return RgbImage.ofRgb(rgb, height, width);
        }
    }

    /// What filled up the last row may be missing.
    private long rowsBytes(long rowBytes) {
        long least = rowBytes * (height - 1) + ((long) width * bits + 7) / 8;
        return Math.min(rowBytes * height, Math.max(least, source.size() - data));
    }

    private int target(int row) {
        return fromAbove ? row : height - 1 - row;
    }

    private RgbImage runPixels() throws IOException {
        byte[] palette = palette();
        if ((long) height * width > SMALL) {
            source.requireData(source.size() - Math.min(source.size(), data), MOST_PIXELS_PER_BYTE, height, width);
        }
        byte[] indices = new byte[height * width];
        new Runs(indices).read();
        byte[] rgb = new byte[3 * height * width];
        for (int y = 0, at = 0; y < height; y++) {
            int to = 3 * width * target(y);
            for (int x = 0; x < width; x++, at++) {
                System.arraycopy(palette, 3 * (indices[at] & 0xff), rgb, to + 3 * x, 3);
            }
        }
        return RgbImage.ofRgb(rgb, height, width);
    }

    /// Run-length codes, read into one index a pixel, row after row.
    private final class Runs {
        private final byte[] indices;
        private long to;
        private long at = data;

        Runs(byte[] indices) {
            this.indices = indices;
        }

        void read() throws IOException {
            while (to < indices.length) {
                int count = source.unsignedByte(at);
                int value = source.unsignedByte(at + 1);
                at += 2;
                if (count > 0) {
                    run((int) Math.min(count, width - to % width), value);
                } else if (value == 0) {
                    to = Math.ceilDiv(to, (long) width) * width;
                } else if (value == 1) {
                    throw new EOFException("the pixels end early");
                } else if (value == 2) {
                    to += source.unsignedByte(at) + (long) source.unsignedByte(at + 1) * width;
                    at += 2;
                } else {
                    literal(value);
                }
            }
        }

        private void run(int count, int value) {
            for (int i = 0; i < count; i++) {
                put(compression == RLE8 ? value : i % 2 == 0 ? value >> 4 : value & 15);
            }
        }

        /// Pixels as they are, filled up to an even number of bytes.
        private void literal(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                int value = source.unsignedByte(at + (compression == RLE8 ? i : i / 2));
                put(compression == RLE8 ? value : i % 2 == 0 ? value >> 4 : value & 15);
            }
            int bytes = compression == RLE8 ? count : (count + 1) / 2;
            at += bytes + bytes % 2;
        }

        private void put(int index) {
            if (to < indices.length) {
                indices[(int) to++] = (byte) index;
            }
        }
    }
}
