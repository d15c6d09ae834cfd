package dev.maskforge.vision;

import java.awt.image.Raster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.zip.CRC32;

import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;

/// PNG, second edition of the specification (ISO/IEC 15948). The chunks are walked and their checksums verified here; the
/// JDK's decoder sees only those that make pixels.
final class PngDecoder {
    private static final int SIGNATURE_BYTES = 8;
    private static final int MAXIMUM_CHUNKS = 200_000;
    /// What deflate makes of one byte at most.
    private static final long HIGHEST_COMPRESSION = 1032;
    private static final int LARGEST_EXIF = 1 << 20;

    private static final int GREY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int GREY_ALPHA = 4;
    private static final int RGBA = 6;

    private final ImageSource source;
    private final SlicedImageInputStream.Builder pixelChunks = new SlicedImageInputStream.Builder();
    private int height;
    private int width;
    private int bitDepth;
    private int colourType;
    private boolean interlaced;
    private byte[] palette = {};
    private int orientation = ExifOrientation.UPRIGHT;
    private long compressedBytes;

    private PngDecoder(ImageSource source) {
        this.source = source;
    }

    static RgbImage decode(ImageSource source, ImageLimits limits) throws IOException {
        PngDecoder decoder = new PngDecoder(source);
        decoder.readChunks(limits);
        decoder.requireEnoughData();
        return ExifOrientation.apply(decoder.orientation, decoder.pixels());
    }

    /// The one sample of each pixel, as it is: of a picture with a palette the index, whatever orientation EXIF tells.
    static LabelMap decodeSamples(ImageSource source, ImageLimits limits) throws IOException {
        PngDecoder decoder = new PngDecoder(source);
        decoder.readChunks(limits);
        decoder.requireEnoughData();
        return decoder.samples();
    }

    /// The pixels that are not black, whatever orientation EXIF tells.
    static Mask decodeMask(ImageSource source, ImageLimits limits) throws IOException {
        PngDecoder decoder = new PngDecoder(source);
        decoder.readChunks(limits);
        decoder.requireEnoughData();
        return decoder.colourType == GREY ? Mask.ofNonZero(decoder.samples()) : Mask.ofLuminance(decoder.pixels());
    }

    private void readChunks(ImageLimits limits) throws IOException {
        pixelChunks.add(0, SIGNATURE_BYTES);
        long at = SIGNATURE_BYTES;
        for (int chunks = 0; chunks < MAXIMUM_CHUNKS; chunks++) {
            long length = source.unsignedInt(at);
            String type = new String(source.bytes(at + 4, 4), StandardCharsets.ISO_8859_1);
            long end = at + 12 + length;
            if (chunks == 0) {
                readHeader(at, length, type, limits);
            }
            if (end > source.size()) {
                throw source.refuse("it is truncated: its " + printable(type) + " chunk ends at byte " + end + " of " + source.size(),
                        "copy it again from where it came");
            }
            take(type, at, length, end);
            if (type.equals("IEND")) {
                return;
            }
            at = end;
        }
        throw source.refuse("it has more than " + MAXIMUM_CHUNKS + " chunks", "save it anew with another program");
    }

    private void take(String type, long at, long length, long end) throws IOException {
        switch (type) {
            case "IHDR", "IDAT", "IEND" -> {
                requireChecksum(type, at, end);
                pixelChunks.add(at, end);
                compressedBytes += type.equals("IDAT") ? length : 0;
            }
            case "PLTE" -> {
                requireChecksum(type, at, end);
                if (colourType == PALETTE) {
                    pixelChunks.add(at, end);
                    palette = source.bytes(at + 8, (int) Math.min(length, 3 * 256));
                }
            }
            case "eXIf" -> orientation = ExifOrientation.read(source.bytes(at + 8, (int) Math.min(length, LARGEST_EXIF)));
            default -> {
                if (Character.isUpperCase(type.charAt(0))) {
                    throw source.refuse("its chunk " + printable(type) + " must be understood and is not",
                            "save it anew with another program");
                }
            }
        }
    }

    private void readHeader(long at, long length, String type, ImageLimits limits) throws IOException {
        if (!type.equals("IHDR") || length != 13) {
            throw source.refuse("it is damaged: a PNG begins with an IHDR chunk of 13 bytes", "copy it again from where it came");
        }
        long columns = source.unsignedInt(at + 8);
        long rows = source.unsignedInt(at + 12);
        bitDepth = source.unsignedByte(at + 16);
        colourType = source.unsignedByte(at + 17);
        int methods = source.unsignedShort(at + 18);
        int interlace = source.unsignedByte(at + 20);
        source.requireSize(rows, columns, limits);
        Set<Integer> depths = switch (colourType) {
            case GREY -> Set.of(1, 2, 4, 8, 16);
            case PALETTE -> Set.of(1, 2, 4, 8);
            case RGB, GREY_ALPHA, RGBA -> Set.of(8, 16);
            default -> Set.of();
        };
        if (!depths.contains(bitDepth) || methods != 0 || interlace > 1) {
            throw source.refuse("it is damaged: there is no PNG of colour type " + colourType + " with " + bitDepth
                    + " bits, methods " + methods + " and interlacing " + interlace, "copy it again from where it came");
        }
        interlaced = interlace == 1;
        height = (int) rows;
        width = (int) columns;
    }

    private void requireChecksum(String type, long at, long end) throws IOException {
        CRC32 checksum = new CRC32();
        byte[] part = new byte[(int) Math.min(1 << 13, end - at)];
        for (long position = at + 4; position < end - 4; position += part.length) {
            int count = (int) Math.min(part.length, end - 4 - position);
            source.copy(position, part, 0, count);
            checksum.update(part, 0, count);
        }
        if (checksum.getValue() != source.unsignedInt(end - 4)) {
            throw source.refuse("it is damaged: the checksum of its " + type + " chunk at byte " + at + " is wrong",
                    "copy it again from where it came");
        }
    }

    /// A picture that says it is large has data to match, or it takes no memory.
    private void requireEnoughData() {
        long bitsPerPixel = (long) bitDepth * switch (colourType) {
            case GREY_ALPHA -> 2;
            case RGB -> 3;
            case RGBA -> 4;
            default -> 1;
        };
        long rowBytes = (width * bitsPerPixel + 7) / 8;
        long atLeast = interlaced ? height * rowBytes : height * (rowBytes + 1);
        if (compressedBytes * HIGHEST_COMPRESSION < atLeast) {
            throw source.refuse("its " + compressedBytes + " bytes of data are too few for " + height + "x" + width + " pixels",
                    "copy it again from where it came");
        }
        if (colourType == PALETTE && (palette.length == 0 || palette.length % 3 != 0)) {
            throw source.refuse("it is damaged: its palette is missing or cut", "copy it again from where it came");
        }
    }

    private LabelMap samples() throws IOException {
        if (colourType != GREY && colourType != PALETTE) {
            throw source.refuse("it has colours or transparency, and numbers of pixels take one channel",
                    "save it as a grey PNG of 8 or 16 bits");
        }
        ImageReader reader = JdkCodecs.reader("png");
        try (SlicedImageInputStream stream = pixelChunks.build(source)) {
            reader.setInput(stream, true, true);
            return samples(reader.read(0).getRaster());
        } finally {
            reader.dispose();
        }
    }

    /// Grey of less than 8 bits is scaled to 8, as Pillow does it.
    private LabelMap samples(Raster raster) {
        int largest = colourType == GREY && bitDepth < 8 ? (1 << bitDepth) - 1 : 255;
        int[] row = new int[width];
        byte[] bytes = new byte[bitDepth == 16 ? 0 : height * width];
        short[] shorts = new short[bitDepth == 16 ? height * width : 0];
        for (int y = 0; y < height; y++) {
            raster.getSamples(0, y, width, 1, 0, row);
            for (int x = 0; x < width; x++) {
                if (bitDepth == 16) {
                    shorts[y * width + x] = (short) row[x];
                } else {
                    bytes[y * width + x] = (byte) (row[x] * 255 / largest);
                }
            }
        }
        return bitDepth == 16 ? LabelMap.ofShorts(shorts, height, width) : LabelMap.ofBytes(bytes, height, width);
    }

    private RgbImage pixels() throws IOException {
        ImageReader reader = JdkCodecs.reader("png");
        try (SlicedImageInputStream stream = pixelChunks.build(source)) {
            reader.setInput(stream, true, true);
            if (bitDepth == 8 && colourType == RGB) {
                return inPlace(reader);
            }
            return expanded(reader.read(0).getRaster());
        } finally {
            reader.dispose();
        }
    }

    private RgbImage inPlace(ImageReader reader) throws IOException {
        byte[] rgb = new byte[3 * height * width];
        ImageReadParam parameters = reader.getDefaultReadParam();
        parameters.setDestination(JdkCodecs.over(rgb, height, width));
        if (colourType == RGBA) {
            parameters.setSourceBands(new int[]{0, 1, 2});
            parameters.setDestinationBands(new int[]{0, 1, 2});
        }
        reader.read(0, parameters);
        return RgbImage.ofRgb(rgb, height, width);
    }

    /// Samples are scaled to 8 bits as Pillow does it; of 16 bits the high byte stays.
    private RgbImage expanded(Raster raster) {
        byte[] rgb = new byte[3 * height * width];
        boolean coloured = colourType == RGB || colourType == RGBA;
        int bands = raster.getNumBands();
        int[] row = new int[width * bands];
        int at = 0;
        for (int y = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++, at += 3) {
                for (int channel = 0; channel < 3; channel++) {
                    int sample = row[x * bands + (coloured ? channel : 0)];
                    rgb[at + channel] = colourType == PALETTE ? paletteEntry(sample, channel) : (byte) to8Bits(sample);
                }
            }
        }
        return RgbImage.ofRgb(rgb, height, width);
    }

    private int to8Bits(int sample) {
        return bitDepth == 16 ? sample >> 8 : sample * 255 / ((1 << bitDepth) - 1);
    }

    /// An index beyond the palette is black.
    private byte paletteEntry(int index, int channel) {
        int at = 3 * index + channel;
        return at < palette.length ? palette[at] : 0;
    }

    private static String printable(String type) {
        return type.replaceAll("[^A-Za-z]", "?");
    }
}
