package dev.maskforge.graph.onnx;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertFalse;

/// Any bytes are an ONNX model or are refused in one line.
class OnnxReaderFuzzTest {
    private static final Path NOWHERE = Path.of("a folder that is not there");

    static Stream<byte[]> models() {
        return EveryOperation.graphs(EveryOperation.Sizes.FREE).values().stream().map(OnnxWriterTest::write);
    }

    @MethodSource("models")
    @FuzzTest(maxDuration = "10m")
    void read(byte[] file) {
        try (Arena arena = Arena.ofConfined()) {
            OnnxReader.read(MemorySegment.ofArray(file), new ExternalData(NOWHERE, arena), SizeGuard.on());
        } catch (OnnxException e) {
            assertFalse(String.valueOf(e.getMessage()).contains("\n"), e.getMessage());
        }
    }
}
