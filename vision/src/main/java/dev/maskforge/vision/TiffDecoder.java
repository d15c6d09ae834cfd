package dev.maskforge.vision;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.InflaterInputStream;

/// TIFF 6.0: the first picture of a file; bilevel, grey, palette, RGB and CMYK of whole numbers, in strips or tiles, in one
/// plane or several, uncompressed or by LZW, deflate or PackBits. What is read besides the picture is a row at a time.
final class TiffDecoder {
    private static final int ASSOCIATED_ALPHA = 1;

    private final ImageSource source;
    private final TiffLayout layout;
    private final long[] palette;
    private final byte[] rgb;
    private final byte[] packed;
    private final int[] row;

    private TiffDecoder(ImageSource source, TiffLayout layout, long[] palette) {
        this.source = source;
        this.layout = layout;
        this.palette = palette;
        this.rgb = new byte[3 * layout.height() * layout.width()];
        this.packed = new byte[layout.rowBytes()];
        this.row = new int[layout.tileWidth() * layout.samples()];
    }

    static RgbImage decode(ImageSource source, ImageLimits limits) throws IOException {
        TiffDirectory directory = TiffDirectory.read(source);
        TiffLayout layout = TiffLayout.read(source, directory, limits);
        long[] palette = layout.photometric() == TiffLayout.PALETTE ? directory.values(320) : new long[0];
        if (layout.photometric() == TiffLayout.PALETTE && palette.length < 3 << layout.bits()) {
            throw source.damaged("its palette has " + palette.length + " values");
        }
        TiffDecoder decoder = new TiffDecoder(source, layout, palette);
        decoder.decodeTiles();
        int orientation = (int) directory.value(274, ExifOrientation.UPRIGHT);
        return ExifOrientation.apply(orientation, RgbImage.ofRgb(decoder.rgb, layout.height(), layout.width()));
    }

    private void decodeTiles() throws IOException {
        for (int down = 0; down < layout.tilesDown(); down++) {
            for (int across = 0; across < layout.tilesAcross(); across++) {
                decodeTile(down, across);
            }
        }
    }

    private void decodeTile(int down, int across) throws IOException {
        int tiles = layout.tilesAcross() * layout.tilesDown();
        InputStream[] planes = new InputStream[layout.planes()];
        for (int plane = 0; plane < planes.length; plane++) {
            int tile = plane * tiles + down * layout.tilesAcross() + across;
            planes[plane] = unpacked(new SourceStream(source, layout.tiles().offset(tile), layout.tiles().length(tile)));
        }
        try {
            decodeRows(planes, down, across);
        } finally {
            for (InputStream plane : planes) {
                plane.close();
            }
        }
    }

    private void decodeRows(InputStream[] planes, int down, int across) throws IOException {
        int left = across * layout.tileWidth();
        int columns = Math.min(layout.tileWidth(), layout.width() - left);
        int top = down * layout.tileHeight();
        int rows = Math.min(layout.tileHeight(), layout.height() - top);
        for (int y = 0; y < rows; y++) {
            for (int plane = 0; plane < planes.length; plane++) {
                readRow(planes[plane], plane, columns);
            }
            convert(columns, 3 * ((top + y) * layout.width() + left));
        }
    }

    private InputStream unpacked(SourceStream data) {
        return switch (layout.compression()) {
            case TiffLayout.LZW -> new LzwInputStream(data, LzwInputStream.Variant.TIFF, 8);
            case TiffLayout.DEFLATE, TiffLayout.OLD_DEFLATE -> new InflaterInputStream(data);
            case TiffLayout.PACK_BITS -> new PackBitsInputStream(data);
            default -> data;
        };
    }

    /// Fills every sample of a row within the picture, or those of one plane.
    private void readRow(InputStream plane, int firstSample, int columns) throws IOException {
        if (plane.readNBytes(packed, 0, packed.length) < packed.length) {
            throw new EOFException("the pixels end early");
        }
        int perPixel = layout.samples() / layout.planes();
        int count = columns * perPixel;
        int step = layout.planes();
        switch (layout.bits()) {
            case 8 -> {
                for (int i = 0, to = firstSample; i < count; i++, to += step) {
                    row[to] = packed[i] & 0xff;
                }
            }
            case 16 -> {
                int high = layout.bigEndian() ? 0 : 1;
                for (int i = 0, to = firstSample; i < count; i++, to += step) {
                    row[to] = (packed[2 * i + high] & 0xff) << 8 | packed[2 * i + 1 - high] & 0xff;
                }
            }
            default -> {
                for (int i = 0, to = firstSample; i < count; i++, to += step) {
                    row[to] = sample(i);
                }
            }
        }
        if (layout.differences()) {
            int mask = (1 << layout.bits()) - 1;
            for (int i = perPixel, to = firstSample + perPixel * step; i < count; i++, to += step) {
                row[to] = row[to] + row[to - perPixel * step] & mask;
            }
        }
    }

    /// Of less than 8 bits.
    private int sample(int index) {
        int bits = layout.bits();
        int bit = index * bits;
        return (packed[bit >> 3] & 0xff) >> 8 - bits - (bit & 7) & (1 << bits) - 1;
    }

    private void convert(int columns, int to) {
        for (int x = 0; x < columns; x++) {
            int at = x * layout.samples();
            switch (layout.photometric()) {
                case TiffLayout.PALETTE -> {
                    int entries = 1 << layout.bits();
                    put(to + 3 * x, (int) palette[row[at]] >> 8, (int) palette[entries + row[at]] >> 8,
                            (int) palette[2 * entries + row[at]] >> 8);
                }
                case TiffLayout.RGB -> colour(at, to + 3 * x);
                case TiffLayout.CMYK -> inks(at, to + 3 * x);
                case TiffLayout.WHITE_IS_ZERO -> grey(to + 3 * x, 255 - to8Bits(row[at]));
                default -> grey(to + 3 * x, to8Bits(row[at]));
            }
        }
    }

    private int to8Bits(int sample) {
        return layout.bits() == 16 ? sample >> 8 : sample * 255 / ((1 << layout.bits()) - 1);
    }

    private void grey(int to, int level) {
        put(to, level, level, level);
    }

    private void put(int to, int red, int green, int blue) {
        rgb[to] = (byte) red;
        rgb[to + 1] = (byte) green;
        rgb[to + 2] = (byte) blue;
    }

    /// Colours that were multiplied by alpha are divided by it again, as Pillow does.
    private void colour(int at, int to) {
        int red = to8Bits(row[at]);
        int green = to8Bits(row[at + 1]);
        int blue = to8Bits(row[at + 2]);
        int alpha = layout.extra() == ASSOCIATED_ALPHA ? to8Bits(row[at + 3]) : 255;
        if (alpha == 255) {
            put(to, red, green, blue);
        } else if (alpha == 0) {
            put(to, 0, 0, 0);
        } else {
            put(to, Math.min(255, red * 255 / alpha), Math.min(255, green * 255 / alpha), Math.min(255, blue * 255 / alpha));
        }
    }

    private void inks(int at, int to) {
        int white = 255 - to8Bits(row[at + 3]);
        for (int channel = 0; channel < 3; channel++) {
            rgb[to + channel] = (byte) Inks.remaining(to8Bits(row[at + channel]), white);
        }
    }
}
