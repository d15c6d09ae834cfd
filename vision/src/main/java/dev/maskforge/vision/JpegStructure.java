package dev.maskforge.vision;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What the markers of a JPEG file (ITU-T T.81, annex B) say, and the segments that make pixels. Everything else, such as
/// colour profiles and thumbnails, is walked over and never reaches the decoder.
///
/// The whole file is walked before anything is decoded, so that a file that ends early is known as such at no cost.
final class JpegStructure {
    /// How three or four components are to be understood.
    enum Colours {
        GREY, YCBCR, RGB, CMYK, YCCK
    }

    private static final int START_OF_IMAGE = 0xd8;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int START_OF_SCAN = 0xda;
    private static final int QUANTISATION_TABLES = 0xdb;
    private static final int RESTART_INTERVAL = 0xdd;
    private static final int HUFFMAN_TABLES = 0xc4;
    private static final int BASELINE = 0xc0;
    private static final int EXTENDED = 0xc1;
    private static final int PROGRESSIVE = 0xc2;
    /// An encoder writes about ten; each costs a pass over the whole picture.
    private static final int MAXIMUM_SCANS = 100;
    private static final int MAXIMUM_SEGMENTS = 20_000;
    private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};
    private static final byte[] JFIF = {'J', 'F', 'I', 'F', 0};
    private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.ISO_8859_1);
    private static final int UNSAID = -1;

    private final ImageSource source;
    private final SlicedImageInputStream.Builder segments = new SlicedImageInputStream.Builder();
    private int height;
    private int width;
    private boolean progressive;
    private byte[] components = {};
    private boolean jfif;
    private int adobeTransform = UNSAID;
    private int orientation = ExifOrientation.UPRIGHT;
    private boolean exifSeen;
    private int scans;
    private long scanBytes;

    private JpegStructure(ImageSource source) {
        this.source = source;
    }

    static JpegStructure read(ImageSource source, ImageLimits limits) throws IOException {
        JpegStructure structure = new JpegStructure(source);
        try {
            structure.walk(limits);
        } catch (EOFException end) {
            throw ImageSource.refuse(source.path(), "it is truncated: it ends at byte " + source.size() + " without an end marker",
                    "copy it again from where it came", end);
        }
        structure.requireEnoughData();
        return structure;
    }

    int height() {
        return height;
    }

    int width() {
        return width;
    }

    int orientation() {
        return orientation;
    }

    /// How libjpeg, and so Pillow, understands the components: by the JFIF marker, else by Adobe's, else by their numbers.
    Colours colours() {
        if (componentCount() == 1) {
            return Colours.GREY;
        }
        if (componentCount() == 4) {
            return adobeTransform == UNSAID || adobeTransform == 0 ? Colours.CMYK : Colours.YCCK;
        }
        if (jfif) {
            return Colours.YCBCR;
        }
        if (adobeTransform != UNSAID) {
            return adobeTransform == 0 ? Colours.RGB : Colours.YCBCR;
        }
        boolean named = componentNumber(0) == 'R' && componentNumber(1) == 'G' && componentNumber(2) == 'B';
        return named ? Colours.RGB : Colours.YCBCR;
    }

    /// Whether both chroma components are halved vertically alone (4:4:0).
    boolean hasRowPairsOfChroma() {
        return componentCount() == 3 && horizontal(1) == horizontal(0) && horizontal(2) == horizontal(0)
                && 2 * vertical(1) == vertical(0) && 2 * vertical(2) == vertical(0);
    }

    /// The file as the decoder is to see it: an Adobe marker that leaves no doubt about the colours, and the segments that
    /// make pixels.
    ///
    /// @param transform 0 for components that are taken as they are, 1 for YCbCr
    SlicedImageInputStream stream(int transform) {
        byte[] start = {(byte) 0xff, (byte) START_OF_IMAGE, (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0,
                (byte) transform};
        SlicedImageInputStream.Builder whole = new SlicedImageInputStream.Builder();
        whole.add(componentCount() == 1 ? Arrays.copyOf(start, 2) : start);
        whole.addAll(segments);
        whole.add(new byte[]{(byte) 0xff, (byte) END_OF_IMAGE});
        return whole.build(source);
    }

    private void walk(ImageLimits limits) throws IOException {
        long at = 2;
        while (true) {
            at = nextMarker(at);
            int marker = source.unsignedByte(at + 1);
            if (marker == END_OF_IMAGE && scans > 0) {
                return;
            }
            if (isAlone(marker)) {
                at += 2;
                continue;
            }
            int length = source.unsignedShort(at + 2);
            long end = at + 2 + length;
            if (length < 2) {
                throw source.refuse("it is damaged: the segment at byte " + at + " has no length", "copy it again from where it came");
            }
            if (end > source.size()) {
                throw new EOFException();
            }
            at = take(marker, at, end, limits);
            if (segments.count() > MAXIMUM_SEGMENTS) {
                throw source.refuse("it has more than " + MAXIMUM_SEGMENTS + " segments", "save it anew with another program");
            }
        }
    }

    private static boolean isAlone(int marker) {
        return marker == START_OF_IMAGE || marker == END_OF_IMAGE || marker == 1 || marker >= 0xd0 && marker <= 0xd7;
    }

    /// Handles the segment from `at` to `end`, and returns where the next marker is looked for.
    private long take(int marker, long at, long end, ImageLimits limits) throws IOException {
        switch (marker) {
            case QUANTISATION_TABLES, HUFFMAN_TABLES, RESTART_INTERVAL -> segments.add(at, end);
            case BASELINE, EXTENDED, PROGRESSIVE -> {
                readFrame(marker, at, end, limits);
                segments.add(at, end);
            }
            case START_OF_SCAN -> {
                return takeScan(at, end);
            }
            case 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf -> throw source.refuse(
                    "its coding (lossless, hierarchical or arithmetic) is one that few programs read",
                    "save it as a baseline JPEG or as PNG");
            case 0xe0 -> jfif |= begins(at, end, JFIF);
            case 0xe1 -> readExif(at, end);
            case 0xee -> readAdobe(at, end);
            default -> {
                // Colour profiles, thumbnails, comments.
            }
        }
        return end;
    }

    private void readFrame(int marker, long at, long end, ImageLimits limits) throws IOException {
        if (components.length > 0) {
            throw source.refuse("it is damaged: it has two frame headers", "copy it again from where it came");
        }
        int count = source.unsignedByte(at + 9);
        if (end != at + 10 + 3L * count) {
            throw source.refuse("it is damaged: its frame header has a wrong length", "copy it again from where it came");
        }
        if (source.unsignedByte(at + 4) != 8) {
            throw source.refuse("it has " + source.unsignedByte(at + 4) + " bits a sample, not 8", "save it as PNG or as JPEG of 8 bits");
        }
        if (count != 1 && count != 3 && count != 4) {
            throw source.refuse("it has " + count + " colour components, not 1, 3 or 4", "save it as PNG");
        }
        source.requireSize(source.unsignedShort(at + 5), source.unsignedShort(at + 7), limits);
        height = source.unsignedShort(at + 5);
        width = source.unsignedShort(at + 7);
        progressive = marker == PROGRESSIVE;
        components = source.bytes(at + 10, 3 * count);
        for (int component = 0; component < count; component++) {
            if (horizontal(component) < 1 || horizontal(component) > 4 || vertical(component) < 1 || vertical(component) > 4) {
                throw source.refuse("it is damaged: its component " + component + " has impossible sampling factors",
                        "copy it again from where it came");
            }
        }
    }

    /// A scan's header and its entropy-coded data, which end where a marker is that is no restart marker.
    private long takeScan(long at, long end) throws IOException {
        if (components.length == 0) {
            throw source.refuse("it is damaged: pixel data come before the frame header", "copy it again from where it came");
        }
        if (++scans > MAXIMUM_SCANS) {
            throw source.refuse("it has more than " + MAXIMUM_SCANS + " scans", "save it anew with another program");
        }
        long next = end;
        do {
            next = nextMarker(next);
            int marker = source.unsignedByte(next + 1);
            if (marker != 0 && (marker < 0xd0 || marker > 0xd7)) {
                break;
            }
            next += 2;
        } while (true);
        segments.add(at, next);
        scanBytes += next - end;
        return next;
    }

    /// The position of the next 0xff that is not followed by another one.
    private long nextMarker(long from) throws IOException {
        long at = from;
        while (source.unsignedByte(at) != 0xff || source.unsignedByte(at + 1) == 0xff) {
            at++;
        }
        return at;
    }

    private boolean begins(long at, long end, byte[] identifier) throws IOException {
        return end - at - 4 >= identifier.length && Arrays.equals(source.bytes(at + 4, identifier.length), identifier);
    }

    private void readExif(long at, long end) throws IOException {
        if (!exifSeen && begins(at, end, EXIF)) {
            exifSeen = true;
            long tiff = at + 4 + EXIF.length;
            orientation = ExifOrientation.read(source.bytes(tiff, (int) (end - tiff)));
        }
    }

    private void readAdobe(long at, long end) throws IOException {
        if (end - at - 4 >= 12 && begins(at, end, ADOBE)) {
            adobeTransform = source.unsignedByte(at + 15);
        }
    }

    private int componentCount() {
        return components.length / 3;
    }

    private int componentNumber(int component) {
        return components[3 * component] & 0xff;
    }

    private int horizontal(int component) {
        return (components[3 * component + 1] & 0xff) >> 4;
    }

    private int vertical(int component) {
        return components[3 * component + 1] & 0xf;
    }

    /// Every block of 8x8 samples takes at least two bits (one for its mean, one for the end of the rest), in progressive
    /// files one. A file that says it is large but is not takes no memory.
    private void requireEnoughData() {
        int mostHorizontal = 1;
        int mostVertical = 1;
        for (int component = 0; component < componentCount(); component++) {
            mostHorizontal = Math.max(mostHorizontal, horizontal(component));
            mostVertical = Math.max(mostVertical, vertical(component));
        }
        long blocks = 0;
        for (int component = 0; component < componentCount(); component++) {
            long across = Math.ceilDiv((long) width * horizontal(component), 8L * mostHorizontal);
            long down = Math.ceilDiv((long) height * vertical(component), 8L * mostVertical);
            blocks += across * down;
        }
        if (scanBytes * 8 < blocks * (progressive ? 1 : 2)) {
            throw source.refuse("its " + scanBytes + " bytes of data are too few for " + height + "x" + width + " pixels",
                    "copy it again from where it came");
        }
    }
}
