package dev.maskforge.engine.tensorrt.binding;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.LayerTime;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.nvinfer.IProfiler;

/// An `nvinfer1::IProfiler`, which the bindings cannot derive from: an object that consists of the pointer to a table of three
/// functions (Itanium C++ ABI, 2.5), the report of a layer and the two destructors, which TensorRT never calls.
final class LayerProfiler implements AutoCloseable {
    private static final FunctionDescriptor REPORT = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS,
            ValueLayout.JAVA_FLOAT);
    private static final FunctionDescriptor DESTRUCTOR = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS);
    /// Names of layers that are fused of many have some thousands of characters.
    private static final long LONGEST_NAME = 1 << 20;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment object;
    private final List<Reported> reports = new ArrayList<>();

    private record Reported(String layer, float milliseconds) {}

    @SuppressWarnings("restricted") // functions of ours that C++ calls
    LayerProfiler() {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            MethodHandle report = lookup.bind(this, "report",
                    MethodType.methodType(void.class, MemorySegment.class, MemorySegment.class, float.class));
            MethodHandle destroy = lookup.findStatic(LayerProfiler.class, "destroy",
                    MethodType.methodType(void.class, MemorySegment.class));
            MemorySegment table = arena.allocate(MemoryLayout.sequenceLayout(3, ValueLayout.ADDRESS));
            table.setAtIndex(ValueLayout.ADDRESS, 0, Linker.nativeLinker().upcallStub(report, REPORT, arena));
            MemorySegment destructor = Linker.nativeLinker().upcallStub(destroy, DESTRUCTOR, arena);
            table.setAtIndex(ValueLayout.ADDRESS, 1, destructor);
            table.setAtIndex(ValueLayout.ADDRESS, 2, destructor);
            this.object = arena.allocate(ValueLayout.ADDRESS);
            object.set(ValueLayout.ADDRESS, 0, table);
        } catch (ReflectiveOperationException e) {
            throw new EngineException("TensorRT's layers cannot be timed: " + e, e);
        }
    }

    /// The C++ object.
    MemorySegment object() {
        return object;
    }

    IProfiler pointer() {
        return new IProfiler(Native.at(object));
    }

    /// Called by TensorRT, on the thread that runs the network. An exception must not reach C++, and there is none to expect: a
    /// name that is not text is replaced character by character.
    @SuppressWarnings({"unused", "restricted"}) // by its name; TensorRT's names end with a zero
    private void report(MemorySegment self, MemorySegment name, float milliseconds) {
        try {
            reports.add(new Reported(name.reinterpret(LONGEST_NAME).getString(0), milliseconds));
        } catch (RuntimeException e) {
            System.getLogger(LayerProfiler.class.getName()).log(System.Logger.Level.WARNING, "a layer's time was lost", e);
        }
    }

    @SuppressWarnings("unused") // by its name
    private static void destroy(MemorySegment self) {
        // It is the arena's.
    }

    /// What was reported.
    List<LayerTime> times(LayerNodes nodes) {
        return reports.stream().map(each -> new LayerTime(each.layer(), nodes.nodes(each.layer()), (long) (each.milliseconds() * 1e6)))
                .toList();
    }

    @Override
    public void close() {
        arena.close();
    }
}
