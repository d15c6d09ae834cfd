package dev.maskforge.cli.bench;

import dev.maskforge.ModelOptions;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Precision;
import dev.maskforge.measure.Ceilings;
import dev.maskforge.measure.Clock;
import dev.maskforge.measure.Protocol;
import dev.maskforge.measure.Result;
import dev.maskforge.measure.Span;
import dev.maskforge.measure.Work;
import dev.maskforge.vision.Size;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class BenchTest {
    private static final Path CHECKPOINT = Path.of(System.getProperty("maskforge.fixtures"), "models", "maskformer-r50", "checkpoint.pkl");
    private static final Size SIZE = new Size(64, 128);

    @Test
    void theFloorIsThatOfTheCheckpointsGraph() {
        Ceilings ceilings = new Ceilings(1e9, 2e9, 1e12);
        try (CheckpointModel model = CheckpointModel.open(CHECKPOINT, ModelOptions.none(), Optional.empty(), _ -> Optional.empty(),
                (_, _, _) -> {
                })) {
            Bench bench = new Bench(1, List.of(model), List.of("onnxruntime"), EngineOptions.standard(),
                    new Protocol(0, 3, 3, Optional.empty()), Optional.empty(),
                    Map.of(new Bench.Computing("onnxruntime", Precision.FP32), ceilings), Clock.SYSTEM);
            Result result = bench.run(SIZE, BenchPictures.standard(SIZE), (_, reason) -> {
                throw new AssertionError(reason);
            }).getFirst();
            Work work = result.work().orElseThrow();
            assertEquals("checkpoint.pkl", work.graph());
            assertEquals(ceilings, work.ceilings());
            assertEquals(model.cost(RunShape.single(SIZE)).orElseThrow().total().productFlops(), work.productFlops());
            assertEquals(work.productFlops() / 2e9, work.floorSeconds(), 1e-12);
            double median = result.series().of(Span.ENGINE_ONLY).median();
            assertEquals(work.floorSeconds() * 1e9 / median, result.shareOfFloor(Span.ENGINE_ONLY).orElseThrow(), 1e-9);
            assertEquals(Optional.of(model.hash()), result.setup().graph());
            assertEquals("street scenes 1 to 4", result.pictures().source());
        }
    }

    @Test
    void equalModelsHaveEqualHashes() {
        try (CheckpointModel model = CheckpointModel.open(CHECKPOINT, ModelOptions.none(), Optional.empty(), _ -> Optional.empty(),
                (_, _, _) -> {
                });
                CheckpointModel again = CheckpointModel.open(CHECKPOINT, ModelOptions.none(), Optional.empty(), _ -> Optional.empty(),
                        (_, _, _) -> {
                        })) {
            assertEquals(model.hash(), again.hash());
            assertTrue(model.takes(RunShape.single(SIZE)));
        }
    }
}
