package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.cache.CacheFolder;
import dev.maskforge.engine.plan.PlanCache;
import dev.maskforge.engine.tensorrt.plan.BuildSettings;
import dev.maskforge.engine.tensorrt.plan.BuildSettings.Typing;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan.Port;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.plan.ShapeRange;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.OnnxWriter;
import dev.maskforge.graph.text.GraphText;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Files as TensorRT builds them, with a compiler that is none.
class FilePlansTest {
    @TempDir
    private Path folder;

    private final List<BuildSettings> builds = new ArrayList<>();

    /// Writes down what it is asked for, and gives a plan of labels in int64.
    private final class Compiler implements FilePlans.Compiler {
        private final List<Long> sizes;

        Compiler(Long... sizes) {
            this.sizes = List.of(sizes);
        }

        @Override
        public MemorySegment build(MemorySegment onnx, BuildSettings settings, Arena arena) {
            assertTrue(onnx.byteSize() > 0);
            builds.add(settings);
            return arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 7, (byte) 8);
        }

        @Override
        public SequencedMap<String, Port> ports(MemorySegment plan) {
            SequencedMap<String, Port> ports = new LinkedHashMap<>();
            ports.put("x", new Port(DataType.FLOAT32, sizes, true));
            ports.put("y", new Port(DataType.INT64, sizes, false));
            return ports;
        }
    }

    private FilePlans plans(String target, Long... sizes) {
        return new FilePlans(new PlanCache(new CacheFolder(folder.resolve("cache")), CacheFolder.LIMIT), folder.resolve("cache/t/timing"),
                target, false, new Compiler(sizes));
    }

    private Path file(String shape) throws IOException {
        Path file = folder.resolve("model.onnx");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            OnnxWriter.write(GraphText.parse("(x: float32" + shape + ") -> (y) {\n  y = Relu(x)\n}\n"), "", channel);
        }
        return file;
    }

    @Test
    void eachPrecisionIsTheBuildersOwnFlagsAndBuiltOnce() throws IOException {
        Path file = file("[1, 3, 64, 128]");
        FilePlans plans = plans("TensorRT 10.6.0, this GPU", 1L, 3L, 64L, 128L);
        try (Arena arena = Arena.ofConfined()) {
            for (Precision precision : List.of(Precision.FP32, Precision.TF32, Precision.FP16, Precision.TF32)) {
                PlanContainer plan = PlanContainer.read(plans.plan(file, precision, arena));
                assertEquals(Map.of("x", new TensorType(DataType.FLOAT32, Shape.of(1, 3, 64, 128))), plan.inputs());
                assertEquals(Map.of("y", new TensorType(DataType.INT64, Shape.of(1, 3, 64, 128))), plan.outputs());
                assertEquals(1, plan.parts().size());
            }
            assertEquals(List.of(Typing.BUILDER, Typing.BUILDER, Typing.BUILDER_WITH_HALF),
                    builds.stream().map(BuildSettings::typing).toList());
            assertEquals(List.of(false, true, true), builds.stream().map(BuildSettings::tf32).toList());
            assertTrue(builds.stream().allMatch(each -> each.level() == 3 && each.workspace().isEmpty() && each.inputs().isEmpty()));
            plans("TensorRT 10.6.0, another GPU", 1L, 3L, 64L, 128L).plan(file, Precision.TF32, arena);
            assertEquals(4, builds.size());
        }
    }

    @Test
    void aDamagedPlanIsBuiltAnew() throws IOException {
        Path file = file("[1, 3, 64, 128]");
        FilePlans plans = plans("here", 1L, 3L, 64L, 128L);
        try (Arena arena = Arena.ofConfined()) {
            plans.plan(file, Precision.TF32, arena);
            Path kept;
            try (var kind = Files.list(folder.resolve("cache").resolve(PlanCache.KIND))) {
                kept = kind.filter(each -> each.toString().endsWith(".plan")).findFirst().orElseThrow();
            }
            byte[] bytes = Files.readAllBytes(kept);
            bytes[bytes.length - 1] ^= 1;
            Files.write(kept, bytes);
            plans.plan(file, Precision.TF32, arena);
            assertEquals(2, builds.size());
        }
    }

    @Test
    void aFreeBatchHasARangeAndAFreeSizeIsRefused() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            PlanContainer plan = PlanContainer.read(
                    plans("here", -1L, 3L, 64L, 128L).plan(file("[n, 3, 64, 128]"), Precision.FP32, arena));
            assertEquals(new ShapeRange(Shape.of(1, 3, 64, 128), Shape.of(1, 3, 64, 128), Shape.of(8, 3, 64, 128)),
                    builds.getFirst().inputs().get("x"));
            assertEquals("[n, 3, 64, 128]", plan.inputs().firstEntry().getValue().shape().toString());
            Path free = file("[1, 3, h, w]");
            EngineException e = assertThrows(EngineException.class, () -> plans("here").plan(free, Precision.FP32, arena));
            assertTrue(String.valueOf(e.getMessage()).contains("leaves the size of its input 'x' free"), e.getMessage());
        }
    }

    @Test
    void whatTensorRtRefusesIsSaidWithACure() throws IOException {
        Path file = file("[1, 3, 64, 128]");
        FilePlans refusing = new FilePlans(new PlanCache(new CacheFolder(folder.resolve("cache")), CacheFolder.LIMIT),
                folder.resolve("cache/t/timing"), "here", false, new FilePlans.Compiler() {
                    @Override
                    public MemorySegment build(MemorySegment onnx, BuildSettings settings, Arena arena) {
                        throw new EngineException("TensorRT 10.6.0 refuses node 'y': the zero point must be all zeros.");
                    }

                    @Override
                    public SequencedMap<String, Port> ports(MemorySegment plan) {
                        throw new AssertionError("there is no plan");
                    }
                });
        try (Arena arena = Arena.ofConfined()) {
            EngineException e = assertThrows(EngineException.class, () -> refusing.plan(file, Precision.FP32, arena));
            assertEquals(file + " cannot be built as it is: TensorRT 10.6.0 refuses node 'y': the zero point must be all zeros."
                    + "; another engine may run it, and of checkpoints 'maskforge build' makes plans", e.getMessage());
        }
    }

    @Test
    void whatIsNoFileOrNoOnnxIsSaid() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            EngineException none = assertThrows(EngineException.class,
                    () -> plans("here").plan(folder.resolve("none.onnx"), Precision.FP32, arena));
            assertTrue(String.valueOf(none.getMessage()).startsWith("there is no file to read at "), none.getMessage());
            Path garbage = Files.writeString(folder.resolve("garbage.onnx"), "not a model");
            EngineException e = assertThrows(EngineException.class, () -> plans("here").plan(garbage, Precision.FP32, arena));
            assertEquals(1, String.valueOf(e.getMessage()).lines().count(), e.getMessage());
            assertTrue(builds.isEmpty());
        }
    }
}
