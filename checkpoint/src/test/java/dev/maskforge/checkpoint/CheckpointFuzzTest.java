package dev.maskforge.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Any bytes are a checkpoint or are refused in one line, and whatever was not refused can be read whole.
class CheckpointFuzzTest {
    private static final Path FIXTURES = Path.of(System.getProperty("maskforge.fixtures"));
    private static final int RECORDS = 4;
    private static final int RECORD_SIZE = 64;

    /// Of archives that are whole, so that what surrounds the records changes.
    static Stream<byte[]> archives() {
        return Stream.concat(fixtures("torch", "torch1-bare.bin", "torch1-module.pth", "torch2-bare.bin", "rezipped.pth", "big-endian.pth"),
                Stream.of(archive(new byte[]{'N', '.'})));
    }

    /// Of pickles, which the test puts into archives: a changed byte in an archive fails its checksum.
    static Stream<byte[]> torchPickles() {
        return Stream.concat(
                fixtures("torch", "torch1-zip.pth", "torch2-zip.pth", "torch2-zip-protocol4.pth").map(CheckpointFuzzTest::pickleIn),
                Stream.of(tensor("_rebuild_tensor_v2", "FloatStorage", 16, 2, 3), tensor("_rebuild_tensor", "HalfStorage", 32, 5)));
    }

    static Stream<byte[]> legacies() {
        return fixtures("torch", "torch1-bare-legacy.bin", "torch2-legacy-protocol4.pt", "torch1-legacy.pth");
    }

    static Stream<byte[]> pickles() {
        return fixtures("pickles", "new-names-protocol0.pkl", "new-names-protocol2.pkl", "old-names-protocol4.pkl",
                "new-names-protocol5.pkl",
                "python2-protocol2.pkl");
    }

    @MethodSource("archives")
    @FuzzTest(maxDuration = "10m")
    void torchZip(byte[] file) {
        read(file);
    }

    @MethodSource("torchPickles")
    @FuzzTest(maxDuration = "10m")
    void torchPickle(byte[] pickle) {
        read(archive(pickle));
    }

    @MethodSource("legacies")
    @FuzzTest(maxDuration = "10m")
    void torchLegacy(byte[] file) {
        read(file);
    }

    @MethodSource("pickles")
    @FuzzTest(maxDuration = "10m")
    void pickle(byte[] file) {
        read(file);
    }

    private static void read(byte[] file) {
        if (file.length > 0) {
            Refusals.isRead(file);
        }
    }

    private static byte[] archive(byte[] pickle) {
        ZipWriter writer = ZipWriter.torch(pickle);
        for (int record = 0; record < RECORDS; record++) {
            writer.record("archive/data/" + record, new byte[RECORD_SIZE]);
        }
        return writer.finish();
    }

    /// A checkpoint of one tensor, a view of record 0.
    private static byte[] tensor(String function, String storage, int count, int... shape) {
        return PickleWriter.old().tensor(function, storage, "0", count, 0, shape, PickleWriter.strides(shape)).asOnlyWeight();
    }

    private static byte[] pickleIn(byte[] archive) {
        CheckpointFile file = new CheckpointFile(Path.of("seed"), MemorySegment.ofArray(archive),
                Arena.ofAuto());
        return ZipArchive.read(file).records().values().stream().filter(record -> record.name().endsWith("/data.pkl")).findFirst()
                .orElseThrow().memory().toArray(ValueLayout.JAVA_BYTE);
    }

    private static Stream<byte[]> fixtures(String folder, String... names) {
        return List.of(names).stream().map(name -> {
            try {
                return Files.readAllBytes(FIXTURES.resolve(folder, name));
            } catch (IOException e) {
                throw new AssertionError(name, e);
            }
        });
    }
}
