package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.Resources;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Arrays on the device, given back together.
public final class DeviceMemory implements AutoCloseable {
    private static final byte POISON = (byte) 0xFF;

    private final Cuda cuda;
    private final long stream;
    private final Resources resources = new Resources();

    DeviceMemory(Cuda cuda, long stream) {
        this.cuda = cuda;
        this.stream = stream;
    }

    /// Floats that are not numbers, so that an element that is not written is found.
    public long poisoned(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            return put(arena.allocate(bytes, 64).fill(POISON));
        }
    }

    /// The floats, rounded to the type.
    public long floats(float[] values, DataType type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate((long) values.length * type.bytes(), 64);
            for (int i = 0; i < values.length; i++) {
                if (type == DataType.FLOAT16) {
                    memory.set(Tensor.INT16, 2L * i, Float.floatToFloat16(values[i]));
                } else {
                    memory.set(Tensor.FLOAT32, 4L * i, values[i]);
                }
            }
            return put(memory);
        }
    }

    public long bytes(byte[] values) {
        try (Arena arena = Arena.ofConfined()) {
            return put(arena.allocateFrom(ValueLayout.JAVA_BYTE, values));
        }
    }

    public long integers(int... values) {
        try (Arena arena = Arena.ofConfined()) {
            return put(arena.allocateFrom(ValueLayout.JAVA_INT, values));
        }
    }

    private long put(MemorySegment memory) {
        long address = cuda.allocate(memory.byteSize());
        resources.add(() -> cuda.free(address));
        cuda.copyIn(memory, address, stream);
        cuda.synchronize(stream);
        return address;
    }

    public float[] floats(long address, int count, DataType type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = get(address, (long) count * type.bytes(), arena);
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                values[i] = type == DataType.FLOAT16
                        ? Float.float16ToFloat(memory.get(Tensor.INT16, 2L * i))
                        : memory.get(Tensor.FLOAT32, 4L * i);
            }
            return values;
        }
    }

    /// Labels of one byte or four.
    public int[] labels(long address, int count, DataType type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = get(address, (long) count * type.bytes(), arena);
            int[] values = new int[count];
            for (int i = 0; i < count; i++) {
                values[i] = type == DataType.UINT8
                        ? memory.get(ValueLayout.JAVA_BYTE, i) & 255
                        : memory.get(Tensor.INT32, 4L * i);
            }
            return values;
        }
    }

    private MemorySegment get(long address, long bytes, Arena arena) {
        MemorySegment memory = arena.allocate(bytes, 64);
        cuda.copyOut(address, memory, stream);
        cuda.synchronize(stream);
        return memory;
    }

    @Override
    public void close() {
        resources.close();
    }
}
