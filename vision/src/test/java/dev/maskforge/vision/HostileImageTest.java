package dev.maskforge.vision;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/// Files that are broken or made to do harm. Each is refused in one line that names the file, the fault and the cure,
/// within 2 seconds and 256 MB, or is read as a picture; nothing else happens, and no file is left behind.
class HostileImageTest extends HostileFiles {
    private static byte[] chunk(String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 checksum = new CRC32();
        checksum.update(name);
        checksum.update(data);
        return ByteBuffer.allocate(12 + data.length).putInt(data.length).put(name).put(data).putInt((int) checksum.getValue()).array();
    }

    private static byte[] header(int height, int width, int depth, int colourType) {
        byte[] data = {0, 0, 0, 0, 0, 0, 0, 0, (byte) depth, (byte) colourType, 0, 0, 0};
        ByteBuffer.wrap(data).putInt(width).putInt(height);
        return chunk("IHDR", data);
    }

    private static byte[] png(byte[]... chunks) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[]{(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        for (byte[] chunk : chunks) {
            file.writeBytes(chunk);
        }
        return file.toByteArray();
    }

    private static byte[] deflated(int zeros) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(compressed)) {
            deflater.write(new byte[zeros]);
        }
        return compressed.toByteArray();
    }

    private static int frameHeader(byte[] jpeg) {
        int at = 2;
        while (jpeg[at + 1] != (byte) 0xc0 && jpeg[at + 1] != (byte) 0xc2) {
            at += 2 + ((jpeg[at + 2] & 0xff) << 8 | jpeg[at + 3] & 0xff);
        }
        return at;
    }

    @Test
    void nothingThere() throws IOException {
        assertEquals("there is no such file; check its name", refusal(folder.resolve("absent.png")));
    }

    @Test
    void anEmptyFile() throws IOException {
        assertEquals("it is empty; copy it again from where it came", refusal(file("empty.png", new byte[0])));
    }

    @Test
    void aDirectory() throws IOException {
        assertEquals("it is a directory; name a picture in it", refusal(Files.createDirectory(folder.resolve("folder.png"))));
    }

    @Test
    void textThatIsCalledJpeg() throws IOException {
        Path path = file("text.jpg", "this is no picture\n".getBytes(StandardCharsets.UTF_8));
        assertEquals("it is no picture by its first bytes; PNG, JPEG, TIFF, WebP, BMP and GIF are read: convert it to one of them",
                refusal(path));
    }

    @Test
    void oneByte() throws IOException {
        assertTrue(refusal(file("byte.png", new byte[]{(byte) 0x89})).startsWith("it is no picture by its first bytes"));
    }

    @Test
    void otherFormatsAreNamed() throws IOException {
        assertTrue(refusal(file("a.png", "II+\0".getBytes(StandardCharsets.ISO_8859_1))).startsWith("it is a BigTIFF picture; "));
        assertTrue(refusal(file("e.png", "0000ftypavif".getBytes(StandardCharsets.ISO_8859_1))).startsWith("it is an AVIF "));
    }

    @Test
    void contentCountsNotTheName() throws IOException {
        assertEquals(37, ImageFile.read(file("really-png.jpg", fixture("rgb.png"))).height());
        assertEquals(61, ImageFile.read(file("really-jpeg.png", fixture("420.jpg"))).height());
    }

    @Test
    void aPipeDoesNotBlock() throws IOException, InterruptedException {
        Path pipe = folder.resolve("pipe.png");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no mkfifo here");
        assertEquals("it is a pipe or a device; copy what it gives into a file", refusal(pipe));
    }

    @Test
    void aDeviceIsNotReadForEver() throws IOException {
        Path device = Path.of("/dev/zero");
        assumeTrue(Files.exists(device), "no /dev/zero here");
        assertEquals("it is a pipe or a device; copy what it gives into a file", refusal(device));
    }

    @Test
    void aLinkToItself() throws IOException {
        Path link = folder.resolve("loop.png");
        Files.createSymbolicLink(link, link);
        String message = refusal(link);
        assertTrue(message.startsWith("the file system says \""), message);
    }

    @Test
    void aFileThatMayNotBeRead() throws IOException {
        assumeFalse("root".equals(System.getProperty("user.name")), "root may read everything");
        Path path = file("secret.png", fixture("rgb.png"));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
        assertEquals("its permissions forbid it; chmod +r it", refusal(path));
    }

    @Test
    void aNameOfTwoLines() throws IOException {
        Path path = file("two\nlines\u001b[31m.png", new byte[0]);
        ImageException refusal = assertThrows(ImageException.class, () -> ImageFile.read(path));
        requireOneLine(String.valueOf(refusal.getMessage()), "cannot read picture '");
        assertTrue(String.valueOf(refusal.getMessage()).contains("two?lines?[31m.png"));
    }

    @Test
    void aPngThatLiesAboutItsSize() throws IOException {
        byte[] lie = png(header(60_000, 60_000, 8, 2), chunk("IDAT", deflated(10)), chunk("IEND", new byte[0]));
        assertEquals("it says it has 60000x60000 pixels, more than 89478485; raise the limit with --max-pixels if you trust it",
                refusal(file("bomb.png", lie)));
        assertTrue(refusal(file("bomb.png", lie), new ImageLimits(Long.MAX_VALUE)).startsWith("its 60000x60000 pixels exceed"));
        byte[] smaller = png(header(20_000, 20_000, 8, 2), chunk("IDAT", deflated(10)), chunk("IEND", new byte[0]));
        assertTrue(
                refusal(file("bomb2.png", smaller), new ImageLimits(Long.MAX_VALUE)).contains("bytes of data are too few for 20000x20000"));
        byte[] extreme = png(header(-1, 0x7fffffff, 16, 6), chunk("IEND", new byte[0]));
        assertTrue(refusal(file("extreme.png", extreme)).startsWith("it says it has 4294967295x2147483647 pixels, more than"));
    }

    @Test
    void aJpegThatLiesAboutItsSize() throws IOException {
        byte[] jpeg = fixture("420.jpg");
        int size = frameHeader(jpeg) + 5;
        assertTrue(refusal(file("a.jpg", patched(jpeg, size, 0xea, 0x60, 0xea, 0x60)))
                .startsWith("it says it has 60000x60000 pixels, more than"));
        assertTrue(
                refusal(file("b.jpg", patched(jpeg, size, 0x20, 0, 0x20, 0))).contains("bytes of data are too few for 8192x8192 pixels"));
        assertTrue(refusal(file("c.jpg", patched(jpeg, size, 0, 0, 0, 9))).startsWith("it says it has 0x9 pixels"));
    }

    @Test
    void sizesOfNothing() throws IOException {
        byte[] flat = png(header(0, 5, 8, 2), chunk("IDAT", deflated(10)), chunk("IEND", new byte[0]));
        assertEquals("it says it has 0x5 pixels; copy it again from where it came", refusal(file("flat.png", flat)));
    }

    @Test
    void impossiblePngHeaders() throws IOException {
        for (byte[] header : List.of(header(4, 4, 3, 0), header(4, 4, 16, 3), header(4, 4, 8, 5), header(4, 4, 0, 2),
                chunk("IHDR", new byte[12]))) {
            assertTrue(refusal(file("header.png", png(header, chunk("IEND", new byte[0])))).startsWith("it is damaged: "));
        }
        assertTrue(refusal(file("order.png", png(chunk("IDAT", new byte[4]), header(4, 4, 8, 2)))).startsWith("it is damaged: "));
        byte[] unknown = png(header(4, 4, 8, 2), chunk("EVIL", new byte[4]), chunk("IEND", new byte[0]));
        assertTrue(refusal(file("unknown.png", unknown)).startsWith("its chunk EVIL must be understood"));
        byte[] noPalette = png(header(4, 4, 8, 3), chunk("IDAT", deflated(20)), chunk("IEND", new byte[0]));
        assertTrue(refusal(file("palette.png", noPalette)).contains("its palette is missing"));
    }

    /// An ancillary chunk that unpacks to 40 MB, a profile of 50 MB, and 100 000 empty chunks: none reaches the decoder.
    @Test
    void bombsBesideThePixels() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes("key\0\0".getBytes(StandardCharsets.ISO_8859_1));
        text.writeBytes(deflated(40_000_000));
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < 100_000; i++) {
            many.writeBytes(chunk("tEXt", new byte[0]));
        }
        byte[] bomb = png(header(4, 4, 8, 0), chunk("zTXt", text.toByteArray()), chunk("iCCP", new byte[50_000_000]), many.toByteArray(),
                chunk("IDAT", deflated(20)), chunk("IEND", new byte[0]));
        Path path = file("bomb.png", bomb);
        assertEquals(4, bounded(() -> ImageFile.read(path)).height());
    }

    @Test
    void moreChunksThanAnyPictureHas() throws IOException {
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < 250_000; i++) {
            many.writeBytes(chunk("IDAT", new byte[0]));
        }
        assertTrue(refusal(file("chunks.png", png(header(4, 4, 8, 0), many.toByteArray()))).startsWith("it has more than 200000 chunks"));
    }

    @Test
    void tenThousandScans() throws IOException {
        byte[] jpeg = fixture("420-progressive.jpg");
        int scan = 2;
        while (jpeg[scan + 1] != (byte) 0xda) {
            scan += 2 + ((jpeg[scan + 2] & 0xff) << 8 | jpeg[scan + 3] & 0xff);
        }
        byte[] header = Arrays.copyOfRange(jpeg, scan, scan + 2 + jpeg[scan + 3]);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(jpeg, 0, scan);
        for (int i = 0; i < 10_000; i++) {
            file.writeBytes(header);
        }
        file.write(jpeg, scan, jpeg.length - scan);
        assertEquals("it has more than 100 scans; save it anew with another program", refusal(file("scans.jpg", file.toByteArray())));
    }

    /// Catches what a decoder that calls itself without end comes to; the formats' own tests look for such files.
    @Test
    void aDecoderThatExhaustsTheStack() {
        Path path = Path.of("deep.webp");
        ImageException refusal = assertThrows(ImageException.class, () -> ImageFile.orRefused(path, () -> nested(100_000_000)));
        requireOneLine(String.valueOf(refusal.getMessage()), "cannot read picture 'deep.webp': it is damaged: its parts lie too deep");
    }

    /// As deep as it is told.
    private static RgbImage nested(int levels) {
        return levels == 0 ? Fixtures.picture("waves", 1, 1) : ExifOrientation.apply(ExifOrientation.UPRIGHT, nested(levels - 1));
    }

    @Test
    void jpegsThatFewReadAreNamed() throws IOException {
        byte[] jpeg = fixture("420.jpg");
        int frame = frameHeader(jpeg);
        assertTrue(refusal(file("lossless.jpg", patched(jpeg, frame + 1, 0xc3))).startsWith("its coding (lossless"));
        assertTrue(refusal(file("twelve.jpg", patched(jpeg, frame + 4, 12))).startsWith("it has 12 bits a sample"));
        assertTrue(refusal(file("sampling.jpg", patched(jpeg, frame + 11, 0x50))).startsWith("it is damaged: its component 0"));
        assertTrue(refusal(file("components.jpg", patched(jpeg, frame + 9, 7))).startsWith("it is damaged: its frame header"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rgb.png", "palette4.png", "grey16-interlaced.png", "420.jpg", "444-progressive.jpg", "cmyk.jpg", "440.jpg"})
    void everyFileThatEndsEarly(String name) throws IOException {
        byte[] whole = fixture(name);
        for (int length = 8; length < whole.length; length += Math.max(1, whole.length / 100)) {
            String message = refusal(file("cut.png", Arrays.copyOf(whole, length)));
            assertTrue(message.startsWith("it is truncated"), length + " bytes: " + message);
        }
        assertTrue(refusal(file("cut.png", Arrays.copyOf(whole, whole.length - 1))).startsWith("it is truncated"));
    }

    /// PNG has checksums, so each flipped bit of what makes pixels is found; a JPEG may decode to something.
    @ParameterizedTest
    @ValueSource(strings = {"rgb.png", "rgba-interlaced.png", "palette.png", "grey16.png", "420.jpg", "422-restart.jpg",
            "444-progressive.jpg",
            "grey-progressive.jpg", "ycck.jpg", "440.jpg", "orientation6.jpg"})
    void flippedBitsAreRefusedOrRead(String name) throws IOException {
        byte[] whole = fixture(name);
        Random random = new Random(4);
        int refused = 0;
        int trials = 200;
        for (int trial = 0; trial < trials; trial++) {
            byte[] damaged = whole.clone();
            for (int flips = 1 + trial % 3; flips > 0; flips--) {
                damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Path path = file("flipped", damaged);
            try {
                ImageFile.read(path);
            } catch (ImageException refusal) {
                requireOneLine(String.valueOf(refusal.getMessage()), "cannot read picture '");
                refused++;
            }
        }
        System.out.printf("%s: %d of %d damaged files refused%n", name, refused, trials);
        assertTrue(name.endsWith(".jpg") || refused == trials, "a checksum was not verified");
    }

    @Test
    void noise() throws IOException {
        Random random = new Random(5);
        for (String start : List.of("\u0089PNG\r\n\u001a\n", "\u00ff\u00d8\u00ff")) {
            for (int trial = 0; trial < 100; trial++) {
                byte[] bytes = new byte[random.nextInt(3000) + 20];
                random.nextBytes(bytes);
                byte[] magic = start.getBytes(StandardCharsets.ISO_8859_1);
                System.arraycopy(magic, 0, bytes, 0, magic.length);
                refusal(file("noise", bytes));
            }
        }
    }

    @Test
    void exifThatLeadsAstrayLeavesThePictureUpright() {
        Random random = new Random(6);
        byte[] valid = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0};
        assertEquals(6, ExifOrientation.read(valid));
        for (int length = 0; length < 20; length++) {
            assertEquals(1, ExifOrientation.read(Arrays.copyOf(valid, length)));
        }
        assertEquals(1, ExifOrientation.read(patched(valid, 4, 0xff, 0xff, 0xff, 0xff)));
        assertEquals(1, ExifOrientation.read(patched(valid, 8, 0xff, 0xff, 9)));
        assertEquals(1, ExifOrientation.read(patched(valid, 19, 9)));
        for (int trial = 0; trial < 2000; trial++) {
            byte[] damaged = valid.clone();
            damaged[random.nextInt(valid.length)] = (byte) random.nextInt();
            int orientation = ExifOrientation.read(damaged);
            assertTrue(orientation >= 1 && orientation <= 8);
        }
    }

    @Test
    void whatCannotBeWrittenLeavesNothing() throws IOException {
        RgbImage picture = Fixtures.picture("waves", 4, 4);
        assertWriteRefused(picture, folder.resolve("absent").resolve("a.png"), "there is no directory '");
        assertWriteRefused(picture, Files.createDirectory(folder.resolve("b.png")), "it is a directory; name a file");
        assertWriteRefused(picture, file("file", new byte[1]).resolve("c.png"), "the file system says ");
        assertWriteRefused(picture, folder.resolve("x".repeat(300) + ".png"), "the file system says ");
        Path kept = file("kept.png", new byte[]{1, 2, 3});
        assertThrows(IllegalStateException.class, () -> AtomicFile.write(kept, output -> {
            output.write(new byte[100_000]);
            throw new IllegalStateException("in the middle");
        }));
        assertEquals(3, Files.size(kept));
        assertFalse(names().stream().anyMatch(name -> name.endsWith(".tmp")), "a temporary file was left");
    }

    private void assertWriteRefused(RgbImage picture, Path path, String what) throws IOException {
        List<String> before = names();
        ImageException refusal = assertThrows(ImageException.class, () -> PngFile.write(picture, path));
        String message = String.valueOf(refusal.getMessage());
        requireOneLine(message, "cannot write '");
        assertTrue(message.contains("': " + what), message);
        assertEquals(before, names());
    }

    @Test
    void aFolderThatMayNotBeWritten() throws IOException {
        assumeFalse("root".equals(System.getProperty("user.name")), "root may write everywhere");
        Path locked = Files.createDirectory(folder.resolve("locked"));
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-xr-xr-x"));
        assertWriteRefused(Fixtures.picture("waves", 4, 4), locked.resolve("a.png"), "the permissions of its directory forbid it; ");
    }
}
