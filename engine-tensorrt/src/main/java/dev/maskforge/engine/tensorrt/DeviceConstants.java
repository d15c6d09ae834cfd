package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.Resources;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.SequencedMap;

/// The constants that kernels of ours take, on the device: once for all contexts of a plan, in one block.
final class DeviceConstants {
    private static final long ALIGNMENT = 256;
    /// What is copied at once, so that pinned memory stays small however large a constant is.
    private static final long CHUNK = 1 << 22;

    private DeviceConstants() {
    }

    /// Brings constants onto the device, which must be the calling thread's, and waits until they are there.
    ///
    /// @param constants not needed afterwards
    /// @param resources give the memory back, on any thread
    /// @return where each lies, at a multiple of 256 bytes
    static Map<String, Long> load(SequencedMap<String, Tensor> constants, Cuda cuda, Resources resources) {
        if (constants.isEmpty()) {
            return Map.of();
        }
        Map<String, Long> places = new HashMap<>();
        long block = cuda.allocate(constants.values().stream().mapToLong(DeviceConstants::taken).reduce(0, Math::addExact));
        resources.add(() -> cuda.free(block));
        resources.add(cuda::useOnThisThread);
        try (Resources scratch = new Resources()) {
            long stream = cuda.newStream();
            scratch.add(() -> cuda.destroyStream(stream));
            MemorySegment pinned = cuda.allocatePinned(
                    constants.values().stream().mapToLong(tensor -> Math.min(CHUNK, taken(tensor))).max().orElse(ALIGNMENT));
            scratch.add(() -> cuda.freePinned(pinned));
            long place = block;
            for (Map.Entry<String, Tensor> constant : constants.entrySet()) {
                copy(constant.getValue().memory(), place, cuda, pinned, stream);
                places.put(constant.getKey(), place);
                place += taken(constant.getValue());
            }
        }
        return Map.copyOf(places);
    }

    /// Even of what is empty.
    private static long taken(Tensor tensor) {
        return Math.addExact(Math.max(1, tensor.memory().byteSize()), ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static void copy(MemorySegment from, long place, Cuda cuda, MemorySegment pinned, long stream) {
        for (long offset = 0; offset < from.byteSize(); offset += CHUNK) {
            MemorySegment chunk = pinned.asSlice(0, Math.min(CHUNK, from.byteSize() - offset));
            chunk.copyFrom(from.asSlice(offset, chunk.byteSize()));
            cuda.copyIn(chunk, place + offset, stream);
            cuda.synchronize(stream);
        }
    }
}
