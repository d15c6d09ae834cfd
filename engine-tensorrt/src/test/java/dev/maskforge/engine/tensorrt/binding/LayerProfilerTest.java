package dev.maskforge.engine.tensorrt.binding;

import dev.maskforge.engine.LayerTime;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// The profiler as C++ calls it: by the first function of the table that the object begins with.
class LayerProfilerTest {
    private static final FunctionDescriptor REPORT = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS,
            ValueLayout.JAVA_FLOAT);
    private static final FunctionDescriptor DESTRUCTOR = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS);

    @SuppressWarnings("restricted") // a call by address
    private static MethodHandle virtual(LayerProfiler profiler, int function, FunctionDescriptor type) {
        MemorySegment table = profiler.object().get(
                ValueLayout.ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(3, ValueLayout.ADDRESS)), 0);
        return Linker.nativeLinker().downcallHandle(table.getAtIndex(ValueLayout.ADDRESS, function), type);
    }

    @Test
    void keepsWhatIsReported() throws Throwable {
        try (LayerProfiler profiler = new LayerProfiler(); Arena arena = Arena.ofConfined()) {
            MethodHandle report = virtual(profiler, 0, REPORT);
            report.invokeExact(profiler.object(), arena.allocateFrom("fused_1"), 0.25f);
            report.invokeExact(profiler.object(), arena.allocateFrom("a + b"), 0.5f);
            LayerNodes nodes = new LayerNodes(Map.of("fused_1", List.of("backbone.stem/Relu", "backbone.stem/MaxPool")));
            assertEquals(List.of(new LayerTime("fused_1", List.of("backbone.stem/Relu", "backbone.stem/MaxPool"), 250_000),
                    new LayerTime("a + b", List.of("a", "b"), 500_000)), profiler.times(nodes));
            virtual(profiler, 1, DESTRUCTOR).invokeExact(profiler.object());
            virtual(profiler, 2, DESTRUCTOR).invokeExact(profiler.object());
        }
    }

    @Test
    void aNameThatIsNoTextIsStillALayer() throws Throwable {
        try (LayerProfiler profiler = new LayerProfiler(); Arena arena = Arena.ofConfined()) {
            MethodHandle report = virtual(profiler, 0, REPORT);
            report.invokeExact(profiler.object(), arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 0xff, (byte) 0xfe, (byte) 0), 1f);
            assertEquals(List.of(1_000_000L), profiler.times(new LayerNodes(Map.of())).stream().map(LayerTime::nanoseconds).toList());
        }
    }
}
