package dev.maskforge.engine.tensorrt.binding;

import dev.maskforge.engine.EngineException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.nvinfer.INoCopy;
import org.bytedeco.tensorrt.nvonnxparser.IParser;

/// Addresses and C++ objects, as the bindings leave them.
final class Native {
    /// A destructor takes two places in a table of virtual functions, of which the second gives the memory back (Itanium C++
    /// ABI, 2.5.3). It is the first virtual function of every class that is derived from INoCopy.
    private static final int DESTRUCTOR_OF_NO_COPY = 1;
    /// IParser declares eight functions before its destructor, in every version since 10.0 (NvOnnxParser.h): what comes next,
    /// `getUsedVCPluginLibraries`, is called by the bindings at the eleventh place.
    private static final int DESTRUCTOR_OF_PARSER = 9;
    @SuppressWarnings("restricted") // as long as what is read of it
    private static final AddressLayout TABLE = ValueLayout.ADDRESS
            .withTargetLayout(MemoryLayout.sequenceLayout(DESTRUCTOR_OF_PARSER + 1, ValueLayout.ADDRESS));
    private static final FunctionDescriptor DESTRUCTOR = FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG);

    private Native() {
    }

    /// An address as the bindings want it. It owns nothing.
    static final class At extends Pointer {
        At(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }

    /// Native memory as the bindings want it; it must outlive the call.
    static Pointer at(MemorySegment memory) {
        return new At(memory.address());
    }

    /// Memory that a binding points to.
    @SuppressWarnings("restricted") // C++ says how long it is
    static MemorySegment memory(Pointer pointer, long bytes) {
        return MemorySegment.ofAddress(pointer.address()).reinterpret(bytes);
    }

    /// `delete object`, which the bindings have no call for.
    static void delete(INoCopy object) {
        delete(object, DESTRUCTOR_OF_NO_COPY);
    }

    /// `delete parser`. The network must still be there, and what was built of it done: the parser owns weights.
    static void delete(IParser parser) {
        delete(parser, DESTRUCTOR_OF_PARSER);
    }

    @SuppressWarnings("restricted") // the bindings vouch for the object
    private static void delete(Pointer object, int place) {
        MemorySegment instance = MemorySegment.ofAddress(object.address()).reinterpret(ValueLayout.ADDRESS.byteSize());
        MemorySegment destructor = instance.get(TABLE, 0).getAtIndex(ValueLayout.ADDRESS, place);
        MethodHandle call = Linker.nativeLinker().downcallHandle(destructor, DESTRUCTOR);
        try {
            call.invokeExact(object.address());
        } catch (Throwable e) {
            throw new EngineException("TensorRT's memory cannot be freed: " + e, e);
        }
        object.setNull();
    }
}
