package dev.maskforge.vision;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

import javax.imageio.ImageReader;

/// WebP (RFC 9649): the picture, or the first frame of an animation on its canvas, which is black around it. The file's
/// chunks are walked here; TwelveMonkeys' decoder sees one that holds pixels, without alpha and profiles of others.
final class WebpDecoder {
    private static final int FILE_HEADER_BYTES = 12;
    private static final int CHUNK_HEADER_BYTES = 8;
    private static final int FRAME_HEADER_BYTES = 16;
    private static final int MAXIMUM_CHUNKS = 200_000;
    private static final int LARGEST_EXIF = 1 << 20;
    /// The decoder reads lossless pixels eight bytes at a time, beyond their end too.
    private static final int READ_AHEAD_BYTES = 16;
    /// A picture of one colour takes next to nothing, so that little data may well make many pixels. Large ones are not so.
    private static final int MOST_PIXELS_PER_BYTE = 1024;
    private static final int SMALL = 1 << 24;

    private final ImageSource source;
    private final ImageLimits limits;
    private Optional<Placement> canvas = Optional.empty();
    private Optional<Bitstream> bitstream = Optional.empty();
    private int orientation = ExifOrientation.UPRIGHT;

    /// @param left where the frame begins, in pixels
    private record Placement(int height, int width, int left, int top) {}

    /// @param position of the chunk
    /// @param length of what is in it
    private record Bitstream(long position, long length, int height, int width) {}

    private WebpDecoder(ImageSource source, ImageLimits limits) {
        this.source = source;
        this.limits = limits;
    }

    static RgbImage decode(ImageSource source, ImageLimits limits) throws IOException {
        WebpDecoder decoder = new WebpDecoder(source, limits);
        long end = Math.min(source.size(), CHUNK_HEADER_BYTES + source.littleEndianInt(4));
        decoder.walk(FILE_HEADER_BYTES, end, decoder::take);
        return ExifOrientation.apply(decoder.orientation, decoder.picture());
    }

    /// What is done with a chunk.
    private interface Taker {
        void take(String type, long at, long length) throws IOException;
    }

    private void walk(long start, long end, Taker taker) throws IOException {
        long at = start;
        for (int chunks = 0; at + CHUNK_HEADER_BYTES <= end; chunks++) {
            if (chunks == MAXIMUM_CHUNKS) {
                throw source.refuse("it has more than " + MAXIMUM_CHUNKS + " chunks", "save it anew with another program");
            }
            String type = new String(source.bytes(at, 4), StandardCharsets.ISO_8859_1);
            long length = source.littleEndianInt(at + 4);
            if (at + CHUNK_HEADER_BYTES + length > source.size()) {
                throw source.refuse("it is truncated: its chunk at byte " + at + " ends at byte "
                        + (at + CHUNK_HEADER_BYTES + length) + " of " + source.size(), "copy it again from where it came");
            }
            taker.take(type, at, length);
            at += CHUNK_HEADER_BYTES + length + length % 2;
        }
    }

    private void take(String type, long at, long length) throws IOException {
        long content = at + CHUNK_HEADER_BYTES;
        switch (type) {
            case "VP8X" -> {
                if (canvas.isEmpty()) {
                    canvas = Optional.of(canvas(content, length));
                }
            }
            case "VP8 ", "VP8L" -> takePixels(type, at, length);
            case "ANMF" -> {
                if (bitstream.isEmpty() && canvas.isPresent()) {
                    frame(content, length, canvas.get());
                }
            }
            case "EXIF" -> orientation = orientation(source.bytes(content, (int) Math.min(length, LARGEST_EXIF)));
            default -> {
                // Alpha, profiles and what else there may be make no pixels here.
            }
        }
    }

    private void takePixels(String type, long at, long length) throws IOException {
        if (bitstream.isEmpty()) {
            bitstream = Optional.of(bitstream(type, at, length));
        }
    }

    /// A frame has pixels and their alpha, and never a frame.
    private void takeOfFrame(String type, long at, long length) throws IOException {
        switch (type) {
            case "VP8 ", "VP8L" -> takePixels(type, at, length);
            case "ANMF" -> throw source.damaged("there is a frame within its first frame");
            default -> {
                // As outside a frame.
            }
        }
    }

    private int unsigned24(long at) throws IOException {
        return source.littleEndianShort(at) | source.unsignedByte(at + 2) << 16;
    }

    private Placement canvas(long at, long length) throws IOException {
        requireLength("VP8X", length, 10);
        int width = unsigned24(at + 4) + 1;
        int height = unsigned24(at + 7) + 1;
        source.requireSize(height, width, limits);
        return new Placement(height, width, 0, 0);
    }

    private void requireLength(String type, long length, int least) {
        if (length < least) {
            throw source.damaged("its " + type + " chunk has " + length + " bytes");
        }
    }

    private void frame(long at, long length, Placement whole) throws IOException {
        requireLength("ANMF", length, FRAME_HEADER_BYTES);
        int left = 2 * unsigned24(at);
        int top = 2 * unsigned24(at + 3);
        int width = unsigned24(at + 6) + 1;
        int height = unsigned24(at + 9) + 1;
        if (left + width > whole.width() || top + height > whole.height()) {
            throw source.damaged("its first frame reaches over its canvas");
        }
        canvas = Optional.of(new Placement(whole.height(), whole.width(), left, top));
        walk(at + FRAME_HEADER_BYTES, at + length, this::takeOfFrame);
        if (bitstream.isEmpty() || bitstream.get().height() != height || bitstream.get().width() != width) {
            throw source.damaged("its first frame has not the " + height + "x" + width + " pixels that it says");
        }
    }

    private Bitstream bitstream(String type, long at, long length) throws IOException {
        requireLength(type, length, 10);
        long content = at + CHUNK_HEADER_BYTES;
        int height;
        int width;
        if (type.equals("VP8L")) {
            long sizes = source.littleEndianInt(content + 1);
            if (source.unsignedByte(content) != 0x2f || sizes >> 29 != 0) {
                throw source.damaged("its VP8L chunk does not begin as one");
            }
            width = (int) (sizes & 0x3fff) + 1;
            height = (int) (sizes >> 14 & 0x3fff) + 1;
        } else {
            if (unsigned24(content + 3) != 0x2a019d || (source.unsignedByte(content) & 1) != 0) {
                throw source.damaged("its VP8 chunk does not begin as a key frame");
            }
            width = source.littleEndianShort(content + 6) & 0x3fff;
            height = source.littleEndianShort(content + 8) & 0x3fff;
        }
        source.requireSize(height, width, limits);
        if (height * (long) width > SMALL) {
            source.requireData(length, MOST_PIXELS_PER_BYTE, height, width);
        }
        return new Bitstream(at, length, height, width);
    }

    /// Some programs write JPEG's prefix before it.
    private static int orientation(byte[] exif) {
        boolean prefixed = exif.length > 6 && new String(exif, 0, 6, StandardCharsets.ISO_8859_1).equals("Exif\0\0");
        return ExifOrientation.read(prefixed ? Arrays.copyOfRange(exif, 6, exif.length) : exif);
    }

    private RgbImage picture() throws IOException {
        Bitstream pixels = bitstream.orElseThrow(() -> source.damaged("there are no pixels in this WebP file"));
        Placement whole = canvas.orElse(new Placement(pixels.height(), pixels.width(), 0, 0));
        if (whole.left() == 0 && whole.top() == 0 && whole.height() == pixels.height() && whole.width() == pixels.width()) {
            return pixels(pixels);
        }
        if (whole.left() + pixels.width() > whole.width() || whole.top() + pixels.height() > whole.height()) {
            throw source.damaged("its " + pixels.height() + "x" + pixels.width() + " pixels reach over its canvas");
        }
        if (whole.height() * (long) whole.width() > SMALL) {
            source.requireData(source.size(), MOST_PIXELS_PER_BYTE, whole.height(), whole.width());
        }
        byte[] rgb = new byte[3 * whole.height() * whole.width()];
        byte[] frame = pixels(pixels).samples();
        for (int y = 0; y < pixels.height(); y++) {
            System.arraycopy(frame, 3 * y * pixels.width(), rgb, 3 * ((whole.top() + y) * whole.width() + whole.left()),
                    3 * pixels.width());
        }
        return RgbImage.ofRgb(rgb, whole.height(), whole.width());
    }

    private RgbImage pixels(Bitstream pixels) throws IOException {
        long padded = CHUNK_HEADER_BYTES + pixels.length();
        byte[] header = ByteBuffer.allocate(FILE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.ISO_8859_1))
                .putInt((int) (4 + padded + padded % 2))
                .put("WEBP".getBytes(StandardCharsets.ISO_8859_1))
                .array();
        ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
        try (SlicedImageInputStream stream = new SlicedImageInputStream.Builder()
                .add(header)
                .add(pixels.position(), pixels.position() + padded)
                .add(new byte[READ_AHEAD_BYTES])
                .addGuard()
                .build(source)) {
            reader.setInput(stream, true, true);
            return rgb(reader.read(0).getRaster(), pixels.height(), pixels.width());
        } finally {
            reader.dispose();
        }
    }

    private static RgbImage rgb(Raster raster, int height, int width) {
        byte[] rgb = new byte[3 * height * width];
        int bands = raster.getNumBands();
        int[] row = new int[width * bands];
        for (int y = 0, at = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++, at += 3) {
                for (int channel = 0; channel < 3; channel++) {
                    rgb[at + channel] = (byte) row[x * bands + channel];
                }
            }
        }
        return RgbImage.ofRgb(rgb, height, width);
    }
}
