package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.Resources;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.MemorySegment;

/// A value on the device, with its place on the host that it is copied from or to.
///
/// @param address on the device
/// @param host    in pinned memory
record DeviceBuffer(long address, Tensor host) {
    /// TensorRT wants addresses even of what is empty.
    private static final long SMALLEST = 256;

    /// Takes memory on both sides, which is given back with the resources.
    ///
    /// @param type with a constant shape
    static DeviceBuffer pinned(TensorType type, Cuda cuda, Resources resources) {
        long bytes = bytes(type);
        long taken = Math.max(SMALLEST, bytes);
        long address = cuda.allocate(taken);
        resources.add(() -> cuda.free(address));
        MemorySegment pinned = cuda.allocatePinned(taken);
        resources.add(() -> cuda.freePinned(pinned));
        return new DeviceBuffer(address, new Tensor(type, pinned.asSlice(0, bytes)));
    }

    private static long bytes(TensorType type) {
        return Math.multiplyExact(type.shape().elementCount(), (long) type.dataType().bytes());
    }
}
