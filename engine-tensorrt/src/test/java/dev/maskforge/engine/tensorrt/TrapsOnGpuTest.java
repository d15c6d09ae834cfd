package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Agreement.Verdict;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.check.CheckResult;
import dev.maskforge.engine.tensorrt.binding.TensorRt;
import dev.maskforge.engine.tensorrt.plan.BuildSettings;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.plan.ShapeRange;
import dev.maskforge.engine.tensorrt.plan.SizeRange;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.OnnxBytes;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// TensorRT made silently wrong on purpose, in the ways that it is known to be: the self-check sees each, and passes the same
/// network without it.
@WhereThereIsAGpu
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrapsOnGpuTest {
    @TempDir
    private Path folder;

    private Optional<Traps> opened = Optional.empty();

    private Traps traps() {
        if (opened.isEmpty()) {
            opened = Optional.of(new Traps());
        }
        return opened.get();
    }

    @AfterAll
    void close() {
        opened.ifPresent(Traps::close);
    }

    /// Changes an ONNX file on its way to TensorRT.
    private interface Rewriting {
        MemorySegment of(MemorySegment onnx, Arena arena);
    }

    private static final Rewriting AS_IT_IS = (onnx, _) -> onnx;

    private Engine build(Graph prepared, Rewriting rewriting) {
        BuildSettings settings = new BuildSettings(BuildSettings.Typing.NETWORK, 0, OptionalLong.empty(),
                Optional.of(folder.resolve("timing.cache")), false, false,
                batches(prepared));
        try (Arena arena = Arena.ofShared()) {
            MemorySegment plan = TensorRt.instance().build(rewriting.of(OnnxBytes.of(prepared, arena), arena), settings,
                    BuildProgress.NONE, arena);
            return PlanOpening.open(new PlanContainer(types(prepared, prepared.inputs()), types(prepared, prepared.outputs()),
                    new LinkedHashMap<>(), List.of(new PlanContainer.Part.Segment(plan))).write(arena), 2);
        }
    }

    /// One or two pictures, where the graph leaves that open.
    private static SequencedMap<String, ShapeRange> batches(Graph graph) {
        SequencedMap<String, ShapeRange> ranges = new LinkedHashMap<>();
        graph.inputs().stream().filter(name -> !graph.type(name).shape().isConstant()).forEach(
                name -> ranges.put(name, ShapeRange.of(graph.type(name).shape(), Map.of("n", new SizeRange(1, 2, 2)))));
        return ranges;
    }

    private static SequencedMap<String, TensorType> types(Graph graph, List<String> names) {
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        names.forEach(name -> types.put(name, graph.type(name)));
        return types;
    }

    private void assertVerdict(Verdict wanted, String what, Graph prepared, Rewriting rewriting, long batch) {
        try (Engine engine = build(prepared, rewriting)) {
            CheckResult result = traps().check(engine, batch);
            System.out.println(what + ": " + result.verdict() + ", " + String.join("; ",
                    result.findings().isEmpty() ? result.parts().stream().map(Object::toString).toList() : result.findings()));
            assertEquals(wanted, result.verdict(), what);
        }
    }

    @Test
    void linearOfOpset20IsReadAsNearest() {
        Graph graph = traps().prepared(DeformableAttentionForm.GRID_SAMPLE, 1);
        assertVerdict(Verdict.PASSED, "opset 20, \"bilinear\"", graph, (onnx, arena) -> Opset20.of(onnx, "bilinear", arena), 1);
        assertVerdict(Verdict.FELL_SHORT, "opset 20, \"linear\"", graph, (onnx, arena) -> Opset20.of(onnx, "linear", arena), 1);
    }

    @Test
    void coordinatesInHalfPrecisionAndWrongLevelStarts() {
        assertVerdict(Verdict.PASSED, "plugin", traps().prepared(DeformableAttentionForm.PLUGIN, 1), AS_IT_IS, 1);
        assertVerdict(Verdict.FELL_SHORT, "half coordinates", traps().halfCoordinates(), AS_IT_IS, 1);
        assertVerdict(Verdict.FELL_SHORT, "wrong level start", traps().wrongLevelStart(), AS_IT_IS, 1);
    }

    /// The fault is TensorRT 10.6's own: where the graph fixes two pictures it computes them wrongly, and where the batch is left
    /// to the profile it does not.
    @Test
    void theSecondPictureOfABatch() {
        assertVerdict(Verdict.PASSED, "batch 2 of any", traps().preparedForAnyBatch(DeformableAttentionForm.PLUGIN), AS_IT_IS, 2);
        assertVerdict(Verdict.FELL_SHORT, "batch 2, fixed", traps().prepared(DeformableAttentionForm.PLUGIN, 2), AS_IT_IS, 2);
        assertVerdict(Verdict.FELL_SHORT, "batch 2, the first picture for all",
                traps().firstPictureForAll(DeformableAttentionForm.PLUGIN, 2), AS_IT_IS, 2);
    }
}
