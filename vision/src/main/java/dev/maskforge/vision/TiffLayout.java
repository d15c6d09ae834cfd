package dev.maskforge.vision;

import java.io.IOException;
import java.util.Arrays;

/// How the pixels of a TIFF file lie in it: in strips, which are tiles as wide as the picture, or in tiles.
///
/// @param bits of a sample
/// @param samples of a pixel, further ones included
/// @param planes 1 where a pixel's samples lie together, else as many as there are samples
/// @param extra the meaning of the first sample beyond the colours, -1 if there is none
/// @param tiles plane after plane, each from top left to bottom right
record TiffLayout(int height, int width, int tileHeight, int tileWidth, int bits, int samples, int planes, int photometric,
        int compression, boolean differences, int extra, Tiles tiles, boolean bigEndian) {

    /// Where tiles are in the file.
    static final class Tiles {
        private final long[] offsets;
        private final long[] lengths;

        private Tiles(long[] offsets, long[] lengths) {
            this.offsets = offsets;
            this.lengths = lengths;
        }

        /// From the file's start.
        long offset(int tile) {
            return offsets[tile];
        }

        /// In bytes.
        long length(int tile) {
            return lengths[tile];
        }
    }

    static final int WHITE_IS_ZERO = 0;
    static final int BLACK_IS_ZERO = 1;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final int CMYK = 5;

    static final int NONE = 1;
    static final int LZW = 5;
    static final int DEFLATE = 8;
    static final int OLD_DEFLATE = 32946;
    static final int PACK_BITS = 32773;

    private static final int MOST_SAMPLES = 16;
    /// Rows are held unpacked, and one is seldom 100,000 pixels long.
    private static final int MOST_SAMPLES_OF_ROW = 1 << 24;
    /// 16 bits of RGB and alpha.
    private static final int MOST_BYTES_PER_PIXEL = 8;
    /// Tiles reach over the picture's edge by less than its width, unless it is small.
    private static final int SMALL = 1 << 26;
    /// Tiles may share data, as blank ones do, but not so that little is read over and over.
    private static final int MOST_READINGS = 4;

    /// @throws ImageException if the file says what cannot be, or what is not read
    static TiffLayout read(ImageSource source, TiffDirectory directory, ImageLimits limits) throws IOException {
        long height = directory.value(257, 0);
        long width = directory.value(256, 0);
        source.requireSize(height, width, limits);
        int samples = (int) Math.min(Integer.MAX_VALUE, directory.value(277, 1));
        int photometric = photometric(source, directory);
        int colours = colours(photometric);
        if (samples < colours || samples > MOST_SAMPLES) {
            throw source.damaged("it says it has " + samples + " samples a pixel");
        }
        boolean tiled = directory.value(322, 0) != 0;
        long tileWidth = tiled ? directory.value(322, 0) : width;
        long tileHeight = tiled ? directory.value(323, 0) : Math.min(height, directory.value(278, height));
        // A tile may reach over the edge, but none is larger than the picture by much.
        if (tileHeight < 1 || tileWidth > width + 4096 || tileHeight > height + 4096) {
            throw source.damaged("it says its tiles have " + tileHeight + "x" + tileWidth + " pixels");
        }
        if (tileWidth * samples > MOST_SAMPLES_OF_ROW) {
            throw source.refuse("its rows have " + tileWidth + " pixels of " + samples + " samples, more than " + MOST_SAMPLES_OF_ROW
                    + " together", "save it in tiles");
        }
        int planes = directory.value(284, 1) == 2 ? samples : 1;
        long tiles = planes * Math.ceilDiv(height, tileHeight) * Math.ceilDiv(width, tileWidth);
        long[] offsets = directory.values(tiled ? 324 : 273);
        long[] lengths = directory.values(tiled ? 325 : 279);
        if (lengths.length == 0 && offsets.length == 1) {
            lengths = new long[]{Math.max(0, source.size() - offsets[0])};
        }
        if (offsets.length < tiles || lengths.length < tiles) {
            throw source.damaged("it says where " + Math.min(offsets.length, lengths.length) + " of its " + tiles + " tiles are");
        }
        long[] extra = directory.values(338);
        TiffLayout layout = new TiffLayout((int) height, (int) width, (int) tileHeight, (int) tileWidth,
                bits(source, directory, photometric), samples, planes, photometric, compression(source, directory),
                differences(source, directory), samples > colours && extra.length > 0 ? (int) extra[0] : -1, new Tiles(offsets, lengths),
                directory.isBigEndian());
        layout.requireData(source, limits);
        return layout;
    }

    private static int photometric(ImageSource source, TiffDirectory directory) throws IOException {
        int photometric = (int) directory.value(262, 0);
        return switch (photometric) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK -> photometric;
            case 6 -> throw source.unsupported("it is a TIFF of luma and chroma (YCbCr)");
            case 8, 9, 10 -> throw source.unsupported("it is a TIFF of L*a*b* colours");
            default -> throw source.unsupported("it is a TIFF of the colours " + photometric);
        };
    }

    private static int colours(int photometric) {
        return switch (photometric) {
            case RGB -> 3;
            case CMYK -> 4;
            default -> 1;
        };
    }

    private static int compression(ImageSource source, TiffDirectory directory) throws IOException {
        int compression = (int) directory.value(259, NONE);
        return switch (compression) {
            case NONE, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS -> compression;
            case 2, 3, 4 -> throw source.unsupported("its pixels are compressed as a fax");
            case 6, 7 -> throw source.unsupported("its pixels are compressed as JPEG within TIFF");
            case 34887 -> throw source.unsupported("its pixels are compressed as LERC");
            case 34925 -> throw source.unsupported("its pixels are compressed as LZMA");
            case 50000 -> throw source.unsupported("its pixels are compressed as Zstandard");
            case 50001 -> throw source.unsupported("its pixels are compressed as WebP within TIFF");
            default -> throw source.unsupported("its pixels are compressed by method " + compression);
        };
    }

    private static boolean differences(ImageSource source, TiffDirectory directory) throws IOException {
        return switch ((int) directory.value(317, 1)) {
            case 1 -> false;
            case 2 -> true;
            default -> throw source.unsupported("its pixels are differences of floating-point numbers (predictor 3)");
        };
    }

    private static int bits(ImageSource source, TiffDirectory directory, int photometric) throws IOException {
        long[] bits = directory.values(258);
        int first = bits.length == 0 ? 1 : (int) bits[0];
        if (Arrays.stream(bits).anyMatch(other -> other != first)) {
            throw source.unsupported("its samples have different numbers of bits");
        }
        for (long format : directory.values(339)) {
            if (format != 1) {
                throw source.unsupported("its samples are " + (format == 3 ? "floating-point" : "signed") + " numbers");
            }
        }
        if (first == 12 || first > 16) {
            throw source.unsupported("its samples have " + first + " bits");
        }
        boolean fits = switch (photometric) {
            case RGB, CMYK -> first == 8 || first == 16;
            case PALETTE -> first == 1 || first == 2 || first == 4 || first == 8;
            default -> first == 1 || first == 2 || first == 4 || first == 8 || first == 16;
        };
        if (!fits) {
            throw source.damaged("it says its samples have " + first + " bits");
        }
        if (directory.value(266, 1) != 1) {
            throw source.unsupported("its bits are in reverse order (fill order 2)");
        }
        return first;
    }

    /// How many bytes one of data can stand for.
    private long highestCompression() {
        return switch (compression) {
            case LZW -> 2731;
            case DEFLATE, OLD_DEFLATE -> 1032;
            case PACK_BITS -> 64;
            default -> 1;
        };
    }

    /// What a row of a tile takes, unpacked, in each plane.
    int rowBytes() {
        return Math.toIntExact(((long) tileWidth * (samples / planes) * bits + 7) / 8);
    }

    int tilesAcross() {
        return Math.ceilDiv(width, tileWidth);
    }

    int tilesDown() {
        return Math.ceilDiv(height, tileHeight);
    }

    /// A picture that says it is large has data to match, or it takes no memory and no time.
    private void requireData(ImageSource source, ImageLimits limits) {
        int perPlane = tilesAcross() * tilesDown();
        long read = 0;
        long unpacked = 0;
        for (int i = 0; i < perPlane * planes; i++) {
            source.requireRange(tiles.offset(i), tiles.length(i));
            long rows = Math.min(tileHeight, height - i % perPlane / tilesAcross() * tileHeight);
            long bytes = rows * rowBytes();
            if (tiles.length(i) < Math.ceilDiv(bytes, highestCompression())) {
                throw source.damaged("the " + tiles.length(i) + " bytes of its tile " + i + " are too few");
            }
            read += tiles.length(i);
            unpacked += bytes;
        }
        if (read > MOST_READINGS * source.size()) {
            throw source.damaged("its tiles have " + read + " bytes together, in a file of " + source.size());
        }
        long pixels = Math.ceilDiv((long) height * width * samples * bits, 8L);
        if (unpacked > 2 * pixels + SMALL) {
            throw source.damaged("its tiles have " + unpacked + " bytes, unpacked, for pixels of " + pixels);
        }
        if (pixels / MOST_BYTES_PER_PIXEL > limits.maximumPixels()) {
            throw source.refuse("its pixels take " + pixels + " bytes, more than " + MOST_BYTES_PER_PIXEL + " for each of "
                    + limits.maximumPixels(), "raise the limit with --max-pixels if you trust it");
        }
    }
}
