package dev.maskforge.graph.text;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.StringJoiner;

/// The elements of constants as text.
final class Literals {
    static final long MOST_ELEMENTS = 16;

    private Literals() {
    }

    /// The elements in row-major order: `[1.0, 2.0]`, or `0.5` for a scalar.
    static String print(Tensor tensor) {
        StringJoiner elements = tensor.shape().rank() == 0 ? new StringJoiner("") : new StringJoiner(", ", "[", "]");
        for (long i = 0; i < tensor.elementCount(); i++) {
            elements.add(element(tensor, i));
        }
        return elements.toString();
    }

    /// Half precision stands as its bits, so that nothing is lost.
    private static String element(Tensor tensor, long index) {
        MemorySegment memory = tensor.memory();
        long offset = index * tensor.dataType().bytes();
        return switch (tensor.dataType()) {
            case FLOAT32 -> Float.toString(memory.get(Tensor.FLOAT32, offset));
            case FLOAT64 -> Double.toString(memory.get(Tensor.FLOAT64, offset));
            case INT64 -> Long.toString(memory.get(Tensor.INT64, offset));
            case INT32 -> Integer.toString(memory.get(Tensor.INT32, offset));
            case FLOAT16, BFLOAT16 -> Integer.toString(Short.toUnsignedInt(memory.get(Tensor.INT16, offset)));
            case UINT8 -> Integer.toString(Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, offset)));
            case INT8 -> Byte.toString(memory.get(ValueLayout.JAVA_BYTE, offset));
            case BOOL -> memory.get(ValueLayout.JAVA_BYTE, offset) == 0 ? "false" : "true";
        };
    }

    static Tensor parse(TensorType type, Cursor cursor) {
        Tensor tensor = allocate(type, cursor);
        List<String> elements = type.shape().rank() == 0 ? List.of(cursor.number()) : cursor.list(cursor::number);
        if (elements.size() != tensor.elementCount()) {
            throw cursor.wrong("expected " + tensor.elementCount() + " elements, found " + elements.size());
        }
        for (int i = 0; i < elements.size(); i++) {
            String element = elements.get(i);
            long offset = (long) i * type.dataType().bytes();
            cursor.read("elements of " + type.dataType(), () -> put(tensor.memory(), type.dataType(), offset, element));
        }
        return tensor;
    }

    private static String put(MemorySegment memory, DataType type, long offset, String element) {
        switch (type) {
            case FLOAT32 -> memory.set(Tensor.FLOAT32, offset, Float.parseFloat(element));
            case FLOAT64 -> memory.set(Tensor.FLOAT64, offset, Double.parseDouble(element));
            case INT64 -> memory.set(Tensor.INT64, offset, Long.parseLong(element));
            case INT32 -> memory.set(Tensor.INT32, offset, Integer.parseInt(element));
            case FLOAT16, BFLOAT16 -> memory.set(Tensor.INT16, offset, (short) Integer.parseInt(element));
            case UINT8, INT8 -> memory.set(ValueLayout.JAVA_BYTE, offset, (byte) Integer.parseInt(element));
            case BOOL -> memory.set(ValueLayout.JAVA_BYTE, offset, (byte) (Boolean.parseBoolean(element) ? 1 : 0));
        }
        return element;
    }

    /// Elements that follow from a name: between -1 and 1, or between 0 and 1.
    static Tensor invent(String name, TensorType type, boolean isPositive, Cursor cursor) {
        Tensor tensor = allocate(type, cursor);
        long state = name.hashCode();
        for (long i = 0; i < tensor.elementCount(); i++) {
            // Knuth's linear congruential generator (MMIX); its upper bits are even enough.
            state = state * 6364136223846793005L + 1442695040888963407L;
            int thousandths = (int) ((state >>> 40) % (isPositive ? 1000 : 2000)) + (isPositive ? 1 : -1000);
            put(tensor.memory(), type.dataType(), i * type.dataType().bytes(), invented(type.dataType(), thousandths));
        }
        return tensor;
    }

    private static String invented(DataType type, int thousandths) {
        return switch (type) {
            case FLOAT32, FLOAT64 -> Float.toString(thousandths / 1000f);
            case FLOAT16 -> Integer.toString(Short.toUnsignedInt(Float.floatToFloat16(thousandths / 1000f)));
            case BFLOAT16 -> Integer.toString(Float.floatToRawIntBits(thousandths / 1000f) >>> 16);
            case INT64, INT32, UINT8, INT8 -> Integer.toString(Math.abs(thousandths) % 2);
            case BOOL -> Boolean.toString(thousandths > 0);
        };
    }

    private static Tensor allocate(TensorType type, Cursor cursor) {
        Shape shape = type.shape();
        if (!shape.isConstant()) {
            throw cursor.wrong("expected a constant of a fixed shape, found " + shape);
        }
        return cursor.read("a shape", () -> {
            long bytes = bytes(type);
            cursor.takeMemory(bytes);
            return bytes <= 1 << 20
                    ? new Tensor(type, MemorySegment.ofArray(new byte[(int) bytes]))
                    : Tensor.allocate(type.dataType(), shape, Arena.ofAuto());
        });
    }

    private static long bytes(TensorType type) {
        try {
            return Math.multiplyExact(type.shape().elementCount(), (long) type.dataType().bytes());
        } catch (ArithmeticException _) {
            // Larger than 64 bits tell.
            return Long.MAX_VALUE;
        }
    }
}
