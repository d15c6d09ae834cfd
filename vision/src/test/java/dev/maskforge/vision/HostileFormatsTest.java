package dev.maskforge.vision;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// TIFF, BMP, GIF and WebP that are broken or made to do harm, as [HostileImageTest] has it for PNG and JPEG.
class HostileFormatsTest extends HostileFiles {
    private static final byte[] GREY = new byte[16];

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    private static byte[] ints(int... values) {
        byte[] bytes = new byte[4 * values.length];
        for (int i = 0; i < values.length; i++) {
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(4 * i, values[i]);
        }
        return bytes;
    }

    private static byte[] shorts(int... values) {
        byte[] bytes = new byte[2 * values.length];
        for (int i = 0; i < values.length; i++) {
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(2 * i, (short) values[i]);
        }
        return bytes;
    }

    private static TiffBytes tiff() {
        return new TiffBytes(GREY);
    }

    private static byte[] webp(byte[]... chunks) {
        byte[] body = joined(chunks);
        return joined(latin("RIFF"), ints(4 + body.length), latin("WEBP"), body);
    }

    private static byte[] chunk(String type, byte[] content) {
        return joined(latin(type), ints(content.length), content, new byte[content.length % 2]);
    }

    /// The header of lossless pixels, and little more.
    private static byte[] lossless(int height, int width) {
        byte[] content = new byte[30];
        ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).put((byte) 0x2f).putInt(width - 1 | height - 1 << 14);
        return chunk("VP8L", content);
    }

    private static byte[] canvas(int height, int width) {
        byte[] content = new byte[11];
        ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putInt(2).putInt(width - 1).putInt(7, height - 1);
        return chunk("VP8X", Arrays.copyOf(content, 10));
    }

    private static byte[] frame(int left, int top, int height, int width, byte[] bitstream) {
        byte[] sizes = new byte[16];
        ByteBuffer.wrap(sizes).order(ByteOrder.LITTLE_ENDIAN).putInt(left / 2).putInt(3, top / 2).putInt(6, width - 1).putInt(9,
                height - 1);
        return chunk("ANMF", joined(sizes, bitstream));
    }

    /// A frame of 1x1 in a frame of 1x1, and so on.
    private static byte[] nestedFrames(int depth) {
        int header = 24;
        ByteBuffer frames = ByteBuffer.allocate(header * depth).order(ByteOrder.LITTLE_ENDIAN);
        for (int left = depth; left > 0; left--) {
            frames.put(latin("ANMF")).putInt(header * left - 8).put(new byte[16]);
        }
        return frames.array();
    }

    private static byte[] gif(int height, int width, byte[]... blocks) {
        return joined(latin("GIF89a"), shorts(width, height), new byte[3], joined(blocks));
    }

    /// A frame's descriptor, the bits of its codes, and its data.
    private static byte[] gifFrame(int height, int width, int bits, byte[] data) {
        return joined(latin(","), shorts(0, 0, width, height), new byte[1],
                new byte[]{(byte) bits, (byte) data.length}, data, new byte[1]);
    }

    private static byte[] bmp(int header, int height, int width, int bits, int compression, byte[] rest) {
        byte[] head = new byte[54];
        ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).put(latin("BM")).putInt(0).putInt(0).putInt(54).putInt(header).putInt(width)
                .putInt(height)
                .putShort((short) 1).putShort((short) bits).putInt(compression);
        return joined(head, rest);
    }

    private static byte[] repeated(byte[] part, int times) {
        byte[] whole = new byte[part.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(part, 0, whole, i * part.length, part.length);
        }
        return whole;
    }

    private static Arguments refused(String name, byte[] content, String message) {
        return Arguments.of(name, content, message);
    }

    /// One pixel a tile, the rest of it beyond the edge; all have the same few bytes.
    private static byte[] narrowInWideTiles(int tiles) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(compressed)) {
            deflater.write(new byte[2 * 4097]);
        }
        long[] lengths = new long[tiles];
        Arrays.fill(lengths, compressed.size());
        long[] offsets = new long[tiles];
        Arrays.fill(offsets, 8);
        return new TiffBytes(compressed.toByteArray()).with(256, 1).with(257, tiles).with(258, 16).with(259, 8).with(322, 4097)
                .with(323, 1).with(324, offsets).with(325, lengths).bytes();
    }

    /// LZW that does nothing but start over until its only pixel, as often as there are strips.
    private static byte[] sharedStrips(int strips, int bytes) {
        byte[] clear = {(byte) 0x80, 0x40, 0x20, 0x10, 8, 4, 2, 1, 0};
        byte[] data = joined(repeated(clear, bytes / clear.length), new byte[2]);
        long[] lengths = new long[strips];
        Arrays.fill(lengths, data.length);
        long[] offsets = new long[strips];
        Arrays.fill(offsets, 8);
        return new TiffBytes(data).with(256, 1).with(257, strips).with(259, 5).with(278, 1).with(273, offsets).with(279, lengths).bytes();
    }

    static Stream<Arguments> tiffs() throws IOException {
        return Stream.of(refused("a directory beyond the end", joined(latin("II*\0"), new byte[]{0, 0, 0, 1}), "it is truncated"),
                refused("no directory", latin("II*\0"), "it is truncated"),
                refused("an empty directory", joined(latin("II*\0"), new byte[]{8, 0, 0, 0, 0, 0}), "it says it has 0x0 pixels"),
                refused("65535 entries that are not there", joined(latin("II*\0"), new byte[]{8, 0, 0, 0, -1, -1}), "it is truncated"),
                refused("60000x60000", tiff().with(256, 60_000).with(257, 60_000).bytes(), "it says it has 60000x60000 pixels, more than"),
                refused("the largest numbers", tiff().with(256, 0xffffffffL).with(257, 0xffffffffL).bytes(), "it says it has 4294967295x"),
                refused("0x4", tiff().with(257, 0).bytes(), "it says it has 0x4 pixels"),
                refused("4x0", tiff().with(256, 0).bytes(), "it says it has 4x0 pixels"),
                refused("9000x9000 of 16 bytes", tiff().with(256, 9000).with(257, 9000).with(278, 9000).bytes(), "it is damaged: the 16 "),
                refused("9000x9000 of 16 bytes by deflate",
                        tiff().with(256, 9000).with(257, 9000).with(278, 9000).with(259, 8).bytes(), "it is damaged: the 16 bytes"),
                refused("9000x9000 of 16 bytes by LZW",
                        tiff().with(256, 9000).with(257, 9000).with(278, 9000).with(259, 5).bytes(), "it is damaged: the 16 bytes"),
                refused("9000x9000 of 16 bytes by PackBits",
                        tiff().with(256, 9000).with(257, 9000).with(278, 9000).with(259, 32773).bytes(), "it is damaged: the 16 bytes"),
                refused("more strips than places of them", tiff().with(278, 1).bytes(), "it is damaged: it says where 1 of its 4 tiles"),
                refused("no strips", tiff().without(273).bytes(), "it is damaged: it says where 0 of its 1 tiles are"),
                refused("a strip beyond the end", tiff().with(273, 1000).bytes(), "it is truncated: its data end at byte 1016"),
                refused("a strip at the largest number", tiff().with(273, 0xffffffffL).bytes(), "it is truncated"),
                refused("a strip of 4 GB", tiff().with(279, 0xffffffffL).bytes(), "it is truncated"),
                refused("89 million pixels in a strip of 4 GB",
                        tiff().with(256, 9459).with(257, 9459).with(278, 9459).with(279, 0xffffffffL).bytes(),
                        "it is truncated: its data end at byte 4294967303 of "),
                refused("a row of 89 million pixels in a strip of 4 GB",
                        tiff().with(256, 89_000_000).with(257, 1).with(277, 16).with(279, 0xffffffffL).bytes(),
                        "its rows have 89000000 pixels of 16 samples, more than 16777216 together; save it in tiles"),
                refused("a row of 89 million pixels with data to match",
                        new TiffBytes(noise(1_400_000)).with(256, 89_000_000).with(257, 1).with(259, 8).with(277, 16).bytes(),
                        "its rows have 89000000 pixels of 16 samples"),
                refused("16 samples of 16 bits, 64 million times",
                        new TiffBytes(noise(2_000_000)).with(256, 8000).with(257, 8000).with(258, 16).with(259, 8).with(277, 16)
                                .with(278, 8000).bytes(),
                        "its pixels take 2048000000 bytes, more than 8 for each of 89478485; raise the limit"),
                refused("a million tiles", narrowInWideTiles(1_000_000), "it is damaged: its tag 324 says it has 1000000 values"),
                refused("250 000 wide tiles of a narrow picture", narrowInWideTiles(250_000),
                        "it is damaged: its tiles have 2048500000 bytes"),
                refused("2000 strips of the same megabyte", sharedStrips(2000, 900_000),
                        "it is damaged: its tiles have 1800004000 bytes"),
                refused("tiles without a height", tiff().with(322, 16).bytes(), "it is damaged: it says its tiles have 0x16 pixels"),
                refused("tiles of 2 billion pixels", tiff().with(322, 1 << 20).with(323, 1 << 20).bytes(), "it is damaged: it says its ti"),
                refused("tiles without places", tiff().with(322, 16).with(323, 16).bytes(), "it is damaged: it says where 0 of its 1"),
                refused("no samples", tiff().with(277, 0).bytes(), "it is damaged: it says it has 0 samples a pixel"),
                refused("65535 samples", tiff().with(277, 65_535).bytes(), "it is damaged: it says it has 65535 samples a pixel"),
                refused("RGB of one sample", tiff().with(262, 2).bytes(), "it is damaged: it says it has 1 samples a pixel"),
                refused("3 bits", tiff().with(258, 3).bytes(), "it is damaged: it says its samples have 3 bits"),
                refused("32 bits", tiff().with(258, 32).bytes(), "its samples have 32 bits, which is not read; convert it to PNG"),
                refused("floating-point", tiff().with(339, 3).bytes(), "its samples are floating-point numbers, which is not read"),
                refused("signed", tiff().with(339, 2).bytes(), "its samples are signed numbers, which is not read"),
                refused("mixed bits", tiff().with(258, 8, 16).bytes(), "its samples have different numbers of bits"),
                refused("a fax", tiff().with(259, 4).bytes(), "its pixels are compressed as a fax"),
                refused("JPEG within", tiff().with(259, 7).bytes(), "its pixels are compressed as JPEG within TIFF"),
                refused("old JPEG within", tiff().with(259, 6).bytes(), "its pixels are compressed as JPEG within TIFF"),
                refused("Zstandard", tiff().with(259, 50_000).bytes(), "its pixels are compressed as Zstandard"),
                refused("an unknown compression", tiff().with(259, 4711).bytes(), "its pixels are compressed by method 4711"),
                refused("luma and chroma", tiff().with(262, 6).bytes(), "it is a TIFF of luma and chroma"),
                refused("L*a*b*", tiff().with(262, 8).bytes(), "it is a TIFF of L*a*b* colours"),
                refused("unknown colours", tiff().with(262, 99).bytes(), "it is a TIFF of the colours 99"),
                refused("predictor 3", tiff().with(317, 3).bytes(), "its pixels are differences of floating-point numbers"),
                refused("reverse bits", tiff().with(266, 2).bytes(), "its bits are in reverse order"),
                refused("no palette", tiff().with(262, 3).bytes(), "it is damaged: its palette has 0 values"),
                refused("half a palette", tiff().with(262, 3).with(320, new long[400]).bytes(), "it is damaged: its palette has 400"),
                refused("LZW of nothing but ones", new TiffBytes(repeated(new byte[]{-1}, 16)).with(259, 5).bytes(), "it is damaged"),
                refused("deflate that is none", new TiffBytes(repeated(new byte[]{1}, 16)).with(259, 8).bytes(), "it is damaged"),
                refused("PackBits that end in a run", new TiffBytes(repeated(new byte[]{-128}, 16)).with(259, 32773).bytes(),
                        "it is truncated"));
    }

    static Stream<Arguments> bmps() {
        return Stream.of(
                refused("text", latin("BM is how this text begins, and no picture"), "it is damaged: there is no BMP with a header"),
                refused("nothing but a name", latin("BM"), "it is truncated"),
                refused("0x4", bmp(40, 0, 4, 24, 0, new byte[64]), "it says it has 0x4 pixels"),
                refused("a negative width", bmp(40, 4, -4, 24, 0, new byte[64]), "it says it has 4x-4 pixels"),
                refused("the smallest height", bmp(40, Integer.MIN_VALUE, 4, 24, 0, new byte[64]), "it says it has 2147483648x4 pixels"),
                refused("60000x60000", bmp(40, 60_000, 60_000, 24, 0, new byte[64]), "it says it has 60000x60000 pixels, more than"),
                refused("9000x9000 of 64 bytes", bmp(40, 9000, 9000, 24, 0, new byte[64]), "it is truncated: its data end at byte"),
                refused("9000x9000 of 2000 bytes in runs", bmp(40, 9000, 9000, 8, 1, new byte[2000]), "its 976 bytes of data are too few"),
                refused("2 bits", bmp(40, 4, 4, 2, 0, new byte[64]), "it is damaged: there is no BMP of 2 bits a pixel"),
                refused("0 bits", bmp(40, 4, 4, 0, 0, new byte[64]), "it is damaged: there is no BMP of 0 bits a pixel"),
                refused("runs of 24 bits", bmp(40, 4, 4, 24, 1, new byte[64]), "it is damaged: its runs are of other than 24 bits"),
                refused("JPEG within", bmp(40, 4, 4, 24, 4, new byte[64]), "its pixels are compressed by method 4, which is not read"),
                refused("bit fields of nothing", bmp(40, 4, 4, 16, 3, new byte[64]), "its bit fields are 0, 0 and 0, which is not read"),
                refused("a palette of 4 billion colours", patched(bmp(40, 4, 4, 8, 0, new byte[64]), 46, -1, -1, -1, -1),
                        "it is damaged: it says it has a palette of 4294967295 colours"),
                refused("pixels beyond the end", patched(bmp(40, 4, 4, 24, 0, new byte[64]), 10, -1, -1, -1, 127), "it is truncated"),
                refused("runs that end early", bmp(40, 4, 4, 8, 1, joined(new byte[1024], new byte[]{4, 7, 0, 1})), "it is truncated"),
                refused("runs that jump far", bmp(40, 4, 4, 8, 1, joined(new byte[1024], new byte[]{0, 2})), "it is truncated"));
    }

    static Stream<Arguments> gifs() {
        return Stream.of(refused("no frame", gif(4, 4, latin(";")), "it is damaged: there is no picture in it"),
                refused("nothing but a header", latin("GIF89a"), "it is truncated"),
                refused("a frame of 0x4", gif(4, 4, gifFrame(0, 4, 8, new byte[16])), "it says it has 0x4 pixels"),
                refused("65535x65535", gif(0xffff, 0xffff, gifFrame(4, 4, 8, new byte[16])), "it says it has 65535x65535 pixels"),
                refused("9000x9000 of 29 bytes", gif(4, 4, gifFrame(9000, 9000, 8, new byte[16])), "its 29 bytes of data are too few"),
                refused("a canvas of 9000x9000", gif(9000, 9000, gifFrame(4, 4, 8, new byte[16])), "its 29 bytes of data are too few"),
                refused("codes of 12 bits", gif(4, 4, gifFrame(4, 4, 12, new byte[16])), "it is damaged: there is no GIF of 12 bits"),
                refused("codes of no bits", gif(4, 4, gifFrame(4, 4, 0, new byte[16])), "it is damaged: there is no GIF of 0 bits"),
                refused("codes of what was not there", gif(4, 4, gifFrame(4, 4, 2, repeated(new byte[]{-1}, 16))), "it is damaged"),
                refused("pixels that end early", gif(4, 4, gifFrame(4, 4, 2, new byte[]{0x2c})), "it is truncated"),
                refused("250 000 comments", gif(4, 4, repeated(new byte[]{0x21, -2, 0}, 250_000)), "it has more than 200000 blocks"),
                refused("a comment without end", gif(4, 4, new byte[]{0x21, -2, 100}), "it is truncated"));
    }

    static Stream<Arguments> webps() throws IOException {
        byte[] pixels = lossless(4, 4);
        return Stream.of(refused("no chunks", webp(), "it is damaged: there are no pixels in this"),
                refused("no pixels", webp(canvas(4, 4), chunk("ALPH", new byte[9])), "it is damaged: there are no pixels in this"),
                refused("a chunk of 4 GB", joined(webp(), latin("VP8 "), new byte[]{-1, -1, -1, -1}),
                        "it is damaged: there are no pixels in this"),
                refused("a chunk longer than the file", patched(webp(pixels), 16, 99, 9, 9), "it is truncated: its chunk at byte 12"),
                refused("VP8L that is none", patched(webp(pixels), 20, 0), "it is damaged: its VP8L chunk does not begin as one"),
                refused("VP8L of another version", patched(webp(pixels), 24, 0xe0), "it is damaged: its VP8L chunk does not begin"),
                refused("VP8 that is none", webp(chunk("VP8 ", new byte[20])), "it is damaged: its VP8 chunk does not begin as a key"),
                refused("VP8 of 0x0", webp(chunk("VP8 ", new byte[]{0, 0, 0, (byte) 0x9d, 1, 0x2a, 0, 0, 0, 0, 0})), "it says it has 0x0"),
                refused("VP8L of 3 bytes", webp(chunk("VP8L", new byte[3])), "it is damaged: its VP8L chunk has 3 bytes"),
                refused("16384x16384", webp(lossless(16_384, 16_384)), "it says it has 16384x16384 pixels, more than"),
                refused("9000x9000 of 30 bytes", webp(lossless(9000, 9000)), "its 30 bytes of data are too few for 9000x9000"),
                refused("a canvas of 16777216x16777216", webp(canvas(1 << 24, 1 << 24), pixels), "it says it has 16777216x16777216"),
                refused("a canvas of 9000x9000", webp(canvas(9000, 9000), frame(0, 0, 4, 4, pixels)), "its "),
                refused("a frame over its canvas", webp(canvas(4, 4), frame(2, 0, 4, 4, pixels)), "it is damaged: its first frame reaches"),
                refused("a frame of another size", webp(canvas(8, 8), frame(0, 0, 8, 8, pixels)), "it is damaged: its first frame has not"),
                refused("a frame of 4 bytes", webp(canvas(4, 4), chunk("ANMF", new byte[4])), "it is damaged: its ANMF chunk has 4 bytes"),
                refused("a frame within a frame", webp(canvas(4, 4), frame(0, 0, 4, 4, frame(0, 0, 4, 4, new byte[0]))), "it is damaged"),
                refused("60 000 frames within each other", webp(canvas(4, 4), nestedFrames(60_000)),
                        "it is damaged: there is a frame within its first frame"),
                refused("pixels over their canvas", webp(canvas(2, 4), pixels), "it is damaged: its 4x4 pixels reach over its canvas"),
                refused("frames without a canvas", webp(frame(0, 0, 4, 4, pixels)), "it is damaged: there are no pixels in this"),
                refused("250 000 chunks", webp(repeated(chunk("junk", new byte[0]), 250_000)), "it has more than 200000 chunks"));
    }

    private static byte[] noise(int length) {
        byte[] noise = new byte[length];
        new Random(11).nextBytes(noise);
        return noise;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"tiffs", "bmps", "gifs", "webps"})
    void isRefused(String name, byte[] content, String message) throws IOException {
        String found = refusal(file("a.png", content));
        assertTrue(found.startsWith(message), name + ": " + found);
    }

    static Stream<Arguments> odd() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        byte[] webp = fixture("orientation1.webp");
        files.put("TIFF, directories in a circle", tiff().followedBy(24).bytes());
        files.put("TIFF, 10 000 directories", joined(tiff().followedBy(150).bytes(), repeated(new byte[]{0, 0, 8, 0, 0, 0}, 10_000)));
        files.put("TIFF, orientation 9", tiff().with(274, 9).bytes());
        files.put("TIFF, orientation 0", tiff().with(274, 0).bytes());
        files.put("TIFF, a profile of 4 GB", tiff().with(34675, new long[]{1, 2}).bytes());
        files.put("TIFF, without lengths", tiff().without(279).bytes());
        files.put("TIFF, alpha of two kinds", tiff().with(277, 3).with(279, 48).with(338, 2, 2).with(256, 4).with(257, 1).bytes());
        files.put("TIFF, 10 MB behind it", joined(tiff().bytes(), new byte[10_000_000]));
        files.put("BMP, 10 MB behind it", joined(fixture("24.bmp"), new byte[10_000_000]));
        files.put("BMP, runs over the edge", bmp(40, 4, 4, 8, 1, joined(new byte[1024], repeated(new byte[]{99, 7, 0, 0}, 4))));
        files.put("BMP, without its last filling", Arrays.copyOf(fixture("1.bmp"), fixture("1.bmp").length - 2));
        files.put("GIF, a small frame on a canvas of 4000x4000", gif(4000, 4000, gifFrame(1, 1, 2, new byte[]{0x44, 1})));
        files.put("GIF, 10 MB behind it", joined(fixture("interlaced.gif"), new byte[10_000_000]));
        files.put("GIF, a second frame of nonsense", joined(fixture("interlaced.gif"), latin(",nonsense")));
        files.put("WebP, 10 MB behind it", joined(webp, new byte[10_000_000]));
        files.put("WebP, a profile of 50 MB", joined(webp, chunk("ICCP", new byte[50_000_000])));
        files.put("WebP, a length of 4 GB", patched(webp, 4, -1, -1, -1, -1));
        files.put("WebP, EXIF of nonsense",
                webp(Arrays.copyOfRange(fixture("lossless-one-pixel.webp"), 12, fixture("lossless-one-pixel.webp").length),
                        chunk("EXIF", noise(100))));
        files.put("WebP, alpha of nonsense", webp(canvas(17, 1), chunk("ALPH", noise(100)),
                Arrays.copyOfRange(fixture("lossy-narrow.webp"), 12, fixture("lossy-narrow.webp").length)));
        return files.entrySet().stream().map(file -> Arguments.of(file.getKey(), file.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("odd")
    void isReadAllTheSame(String name, byte[] content) throws IOException {
        Path path = file("odd", content);
        RgbImage picture = bounded(() -> ImageFile.read(path));
        assertTrue(picture.height() >= 1 && picture.width() >= 1, name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none.tif", "tiles.tif", "libtiff-lzw.tif", "planar-lzw-predictor.tif", "deflate.tif", "packbits.tif",
            "palette4.tif", "24.bmp", "runs8.bmp", "16-565.bmp", "interlaced.gif", "offset.gif", "animated.gif", "lossless.webp",
            "lossless-animated.webp", "lossy.webp", "lossy-animated.webp"})
    void endsEarly(String name) throws IOException {
        byte[] whole = fixture(name);
        int read = 0;
        int trials = 0;
        for (int length = 6; length < whole.length; length += Math.max(1, whole.length / 60), trials++) {
            read += isRead(file("cut", Arrays.copyOf(whole, length))) ? 1 : 0;
        }
        System.out.printf("%s: %d of %d cut files read%n", name, read, trials);
        // An animation's first frame, and what stands before a directory at the end, may be whole in less than the file.
        assertTrue(name.contains("animated") || read <= 1, "a cut file was read");
    }

    /// No checksums, so most decode to something.
    @ParameterizedTest
    @ValueSource(strings = {"none.tif", "tiles-lzw-predictor.tif", "planar.tif", "deflate-predictor-16.tif", "packbits.tif", "cmyk.tif",
            "palette1.tif", "24.bmp", "runs8-skipping.bmp", "runs4.bmp", "interlaced.gif", "offset-own-palette.gif", "lossless.webp",
            "lossless-few-colours.webp", "lossy.webp", "lossy-alpha.webp", "lossless-offset.webp", "orientation6.webp"})
    void flippedBitsAreRefusedOrRead(String name) throws IOException {
        byte[] whole = fixture(name);
        Random random = new Random(8);
        int refused = 0;
        int trials = 150;
        for (int trial = 0; trial < trials; trial++) {
            byte[] damaged = whole.clone();
            // Half of them in the headers, at either end.
            int within = trial % 2 == 0 ? whole.length : Math.min(whole.length, 200);
            for (int flips = 1 + trial % 3; flips > 0; flips--) {
                int at = random.nextInt(within);
                damaged[name.endsWith(".tif") && trial % 4 == 1 ? whole.length - 1 - at : at] ^= (byte) (1 << random.nextInt(8));
            }
            refused += isRead(file("flipped", damaged)) ? 0 : 1;
        }
        System.out.printf("%s: %d of %d damaged files refused%n", name, refused, trials);
        assertTrue(refused > 0, "nothing was noticed");
    }

    private boolean isRead(Path path) {
        try {
            bounded(() -> ImageFile.read(path, new ImageLimits(1 << 22)));
            return true;
        } catch (ImageException refusal) {
            requireOneLine(String.valueOf(refusal.getMessage()), "cannot read picture '");
            return false;
        }
    }

    @Test
    void noise() throws IOException {
        Random random = new Random(9);
        for (String start : new String[]{"II*\0\u0008\0\0\0", "MM\0*\0\0\0\u0008", "BM", "GIF89a", "RIFF\u00ff\u00ff\0\0WEBPVP8L",
                "RIFF\u00ff\u00ff\0\0WEBPVP8X\n\0\0\0"}) {
            for (int trial = 0; trial < 100; trial++) {
                byte[] bytes = new byte[random.nextInt(3000) + 40];
                random.nextBytes(bytes);
                System.arraycopy(latin(start), 0, bytes, 0, start.length());
                isRead(file("noise", bytes));
            }
        }
    }

    @Test
    void namesOfAllKinds() throws IOException {
        assertEquals(29, ImageFile.read(file("really-bmp.jpg", fixture("24.bmp"))).height());
        assertEquals(27, ImageFile.read(file("\u00fcber \ud83d\ude97.gif", fixture("none.tif"))).height());
        Path path = file("two\nlines.webp", new byte[]{'R'});
        assertTrue(refusal(path).startsWith("it is no picture by its first bytes"));
    }
}
