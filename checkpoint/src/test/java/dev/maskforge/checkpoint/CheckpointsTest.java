package dev.maskforge.checkpoint;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/// Which files are opened, and what is said of those that are not.
class CheckpointsTest {
    private static final Path SOUND = Path.of(System.getProperty("maskforge.fixtures"), "pickles", "old-names-protocol4.pkl");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void theNameOfTheFileDoesNotCount() throws IOException {
        Path renamed = Files.copy(SOUND, folder.resolve("checkpoint.onnx"));
        try (Weights weights = Checkpoints.open(renamed)) {
            assertEquals(renamed.toString(), weights.source());
            assertTrue(weights.find("vector").isPresent());
            assertTrue(weights.find("none").isEmpty());
        }
    }

    @Test
    void anotherFormatIsNamed() throws IOException {
        byte[] tar = new byte[1024];
        System.arraycopy("name".getBytes(StandardCharsets.US_ASCII), 0, tar, 0, 4);
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        Map<String, byte[]> files = Map.ofEntries(
                Map.entry("an ONNX model", latin1("\10\10\22\7pytorch\32\0062.13.0")),
                Map.entry("plain text that begins with 'hello there'", latin1("hello there\nand more")),
                Map.entry("plain text that begins with '{\"a\": 1}'", latin1("{\"a\": 1}")),
                Map.entry("a Git LFS pointer", latin1("version https://git-lfs.github.com/spec/v1\noid sha256:00\n")),
                Map.entry("a web page", latin1("\n<!DOCTYPE html><html>")), Map.entry("a gzip archive", latin1("\37\213\10\0")),
                Map.entry("a tar archive", tar), Map.entry("an HDF5 file", latin1("\211HDF\r\n\32\n")),
                Map.entry("a picture", latin1("\211PNG\r\n\32\n")),
                Map.entry("no kind of checkpoint that is known", latin1("\0\1\2\3\4\5\6\7")));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = Files.write(folder.resolve("model_final_cc1b1f.pkl"), file.getValue());
            String message = Refusals.of(path);
            assertTrue(message.contains(file.getKey()), message);
            assertTrue(message.contains("; what can be read is ") && message.endsWith("a pickle of numpy arrays (Detectron2's .pkl)"),
                    message);
        }
    }

    @Test
    void whatIsNoFileIsRefused() throws IOException, InterruptedException {
        assertTrue(Refusals.of(folder).contains("this is a folder"));
        assertTrue(Refusals.of(folder.resolve("none.pkl")).contains("there is no such file"));
        assertTrue(Refusals.of(Files.createFile(folder.resolve("empty.pkl"))).contains("the file is empty"));
        Path loop = folder.resolve("loop.pkl");
        Files.createSymbolicLink(loop, loop);
        Refusals.of(loop);
        if (Files.exists(Path.of("/dev/zero"))) {
            assertTrue(Refusals.of(Path.of("/dev/zero")).contains("no regular file"));
        }
    }

    @Test
    void aFileWithoutTheRightToReadIsRefused() throws IOException {
        Path locked = Files.copy(SOUND, folder.resolve("locked.pkl"));
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("---------"));
        assumeTrue(!Files.isReadable(locked), "root reads everything");
        assertTrue(Refusals.of(locked).contains("may not be read"));
    }

    @Test
    void namesOfFilesCannotBreakTheLine() throws IOException {
        Path file = Files.write(folder.resolve("two\nlines.pkl"), latin1("hello"));
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> Checkpoints.open(file));
        assertTrue(String.valueOf(refusal.getMessage()).contains("two\\u000alines.pkl: this is plain text"), refusal.getMessage());
    }

    @Test
    void aFileLargerThanTwoGibibytesIsRead() throws IOException {
        // A sparse file: its 2.5 GiB take no room on the disk.
        Path large = folder.resolve("large.pkl");
        long hole = 5L << 29;
        byte[] before = PickleWriter.protocol(4).raw("}").text("hole").raw("\216").int64(hole).unfinished();
        byte[] after = PickleWriter.old().raw("s").text("w").array("f4", 4, 2).raw("s").stop();
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.write(before);
            file.seek(before.length + hole);
            file.write(after);
        }
        try (Weights weights = Checkpoints.open(large)) {
            assertEquals(List.of("w"), List.copyOf(weights.keys()));
            assertEquals(2, weights.find("w").orElseThrow().toFloats().length);
            assertEquals("{hole=bytes}", weights.skipped().toString());
        }
    }

    @Test
    void closingFreesTheFileOnce() {
        Weights weights = Checkpoints.open(SOUND);
        var tensor = weights.find("vector").orElseThrow();
        weights.close();
        weights.close();
        assertThrows(IllegalStateException.class, tensor::toFloats);
    }

    @Test
    void tensorsLieInTheFileOrAreDecodedOnce() {
        try (Weights weights = Checkpoints.open(SOUND)) {
            assertTrue(weights.find("float32.c.little").orElseThrow().memory().isMapped());
            for (String name : List.of("float32.c.big", "float32.fortran.little", "float32.fortran.big")) {
                var first = weights.find(name).orElseThrow().memory();
                assertTrue(first.isNative() && !first.isMapped(), name);
                assertEquals(first.address(), weights.find(name).orElseThrow().memory().address(), name);
            }
            assertEquals(weights.find("vector").orElseThrow().memory().address(), weights.find("shared").orElseThrow().memory().address());
        }
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
