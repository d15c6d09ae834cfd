package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Agreement.Verdict;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.OnnxBytes;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.onnx.OnnxReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// What TensorRT gets in [TrapsOnGpuTest], on ONNX Runtime as far as that knows it.
class TrapsTest {
    @TempDir
    private Path folder;

    /// The file is right; TensorRT's importer is not.
    @Test
    void aFileOfOpset20SaysTheSameToWhoKnowsIt() throws IOException {
        try (Traps traps = new Traps(); Arena arena = Arena.ofShared()) {
            MemorySegment onnx = Opset20.of(OnnxBytes.of(traps.prepared(DeformableAttentionForm.GRID_SAMPLE, 1), arena), "linear", arena);
            Path file = folder.resolve("opset20.onnx");
            Files.write(file, onnx.toArray(ValueLayout.JAVA_BYTE));
            Graph read = OnnxReader.read(file, arena);
            try (Engine engine = traps.onOnnxRuntime(read)) {
                assertEquals(Verdict.PASSED, traps.check(engine, 1).verdict());
            }
        }
    }

    @Test
    void theFirstPictureForAllIsSeen() {
        try (Traps traps = new Traps()) {
            try (Engine engine = traps.onOnnxRuntime(traps.prepared(DeformableAttentionForm.GRID_SAMPLE, 2))) {
                assertEquals(Verdict.PASSED, traps.check(engine, 2).verdict());
            }
            try (Engine engine = traps.onOnnxRuntime(traps.firstPictureForAll(DeformableAttentionForm.GRID_SAMPLE, 2))) {
                assertEquals(Verdict.FELL_SHORT, traps.check(engine, 2).verdict());
            }
        }
    }
}
