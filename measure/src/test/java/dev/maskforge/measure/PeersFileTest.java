package dev.maskforge.measure;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What `tools/baseline/bench.py` writes is read. `peers.json` was written by
///
/// ```
/// bench.py small.pkl --images pics --sizes 64x128 --runtimes eager,compile,onnxruntime,openvino --warmup 1 --runs 3
///     --threads 2 --exports ex2 -o peers.json
/// ```
///
/// with `tools/fixtures/models/maskformer-r50/checkpoint.pkl` as small.pkl. Its times are of a busy machine and mean nothing.
class PeersFileTest {
    private static Measurements peers() throws IOException {
        try (InputStream stream = Objects.requireNonNull(PeersFileTest.class.getResourceAsStream("peers.json"))) {
            return MeasurementFile.read("peers.json", stream.readAllBytes());
        }
    }

    @Test
    void everyRuntimeHasItsResult() throws IOException {
        Measurements peers = peers();
        assertEquals(List.of("pytorch eager", "pytorch compile", "onnxruntime, plain", "openvino, plain"),
                peers.results().stream().map(Result::subject).toList());
        for (Result result : peers.results()) {
            assertEquals(new Protocol(1, 3, 3, Optional.empty()), result.protocol());
            assertEquals(List.of(1, 1, 1), result.series().rounds().stream().map(List::size).toList());
            assertEquals(Set.of(Stage.PREPROCESS, Stage.COMPUTE, Stage.POSTPROCESS), result.series().stages());
            assertEquals(4, result.decode().orElseThrow().count());
            assertTrue(result.fidelity().orElseThrow().conclusive());
        }
        Series eager = peers.results().get(0).series();
        Series compiled = peers.results().get(1).series();
        assertTrue(Ratio.of(eager, compiled, Span.ENGINE_ONLY).speedup() > 1);
    }
}
