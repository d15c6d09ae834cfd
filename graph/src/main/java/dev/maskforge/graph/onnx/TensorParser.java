package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads `TensorProto`. Raw bytes stay where they lie; numbers in lists are decoded into the heap.
final class TensorParser {
    private static final int HIGHEST_RANK = 16;

    private final ExternalData externalData;

    TensorParser(ExternalData externalData) {
        this.externalData = externalData;
    }

    /// A tensor with the name that it has in the file.
    record Named(String name, Tensor tensor) {}

    /// What is known of a tensor before its elements are read.
    private record Head(String name, TensorType type, Optional<MemorySegment> raw, Map<String, String> external) {}

    Named parse(MemorySegment message, Allowance allowance) {
        allowance.item();
        Head head = head(new Fields(message, allowance));
        try {
            long elements = head.type().shape().elementCount();
            long bytes = Math.multiplyExact(elements, (long) head.type().dataType().bytes());
            return new Named(head.name(), new Tensor(head.type(), memory(head, bytes, new Fields(message, allowance))));
        } catch (ArithmeticException e) {
            throw OnnxException.damaged("tensor '" + head.name() + "' " + head.type() + " is larger than any memory", e);
        }
    }

    private static Head head(Fields fields) {
        String name = "";
        DataType dataType = DataType.FLOAT32;
        List<Dimension> sizes = new ArrayList<>();
        Optional<MemorySegment> raw = Optional.empty();
        Map<String, String> external = new HashMap<>();
        while (fields.next()) {
            switch (fields.number()) {
                case Schema.Tensor.SIZES -> fields.varints(size -> sizes.add(size(size, sizes.size())));
                case Schema.Tensor.DATA_TYPE -> dataType = OnnxTypes.of(fields.varint());
                case Schema.Tensor.NAME -> name = fields.text();
                case Schema.Tensor.RAW -> raw = Optional.of(fields.bytes());
                case Schema.Tensor.EXTERNAL -> {
                    ModelParser.Entry entry = ModelParser.entry(fields.message());
                    external.put(entry.key(), entry.value());
                }
                case Schema.Tensor.SEGMENT -> throw new OnnxException("it has tensors in segments", "save it anew without");
                default -> {
                }
            }
        }
        return new Head(name, new TensorType(dataType, new Shape(sizes)), raw, external);
    }

    private static Dimension size(long size, int axis) {
        if (size < 0 || axis >= HIGHEST_RANK) {
            throw OnnxException.damaged("it has a tensor with " + (size < 0 ? "a size of " + size : "more than " + HIGHEST_RANK + " axes"));
        }
        return Dimension.of(size);
    }

    private MemorySegment memory(Head head, long bytes, Fields fields) {
        String what = "tensor '" + head.name() + "' " + head.type();
        if (!head.external().isEmpty()) {
            return externalData.map(what, head.external(), bytes);
        }
        if (head.raw().isPresent()) {
            MemorySegment raw = head.raw().get();
            if (raw.byteSize() != bytes) {
                throw OnnxException.damaged(what + " takes " + bytes + " bytes, the file has " + raw.byteSize() + " of it");
            }
            return raw;
        }
        fields.allowance().decoded(bytes);
        return decode(what, head.type().dataType(), bytes, fields);
    }

    private static MemorySegment decode(String what, DataType type, long bytes, Fields fields) {
        Decoded decoded = new Decoded(what, MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]));
        while (fields.next()) {
            switch (fields.number()) {
                case Schema.Tensor.FLOATS -> decoded.copy(fields.numbers(Float.BYTES), type == DataType.FLOAT32);
                case Schema.Tensor.DOUBLES -> decoded.copy(fields.numbers(Double.BYTES), type == DataType.FLOAT64);
                case Schema.Tensor.INT64S -> fields.varints(value -> decoded.put(value, Long.BYTES, type == DataType.INT64));
                case Schema.Tensor.INT32S -> fields.varints(value -> decoded.put(value, type.bytes(), isInInt32s(type)));
                default -> {
                }
            }
        }
        return decoded.whole();
    }

    private static boolean isInInt32s(DataType type) {
        return switch (type) {
            case INT32, UINT8, INT8, BOOL, FLOAT16, BFLOAT16 -> true;
            case FLOAT32, FLOAT64, INT64 -> false;
        };
    }

    /// A tensor's memory as it fills.
    private static final class Decoded {
        private final String what;
        private final MemorySegment memory;
        private long position;

        Decoded(String what, MemorySegment memory) {
            this.what = what;
            this.memory = memory;
        }

        void copy(MemorySegment numbers, boolean fits) {
            long start = take(numbers.byteSize(), fits);
            MemorySegment.copy(numbers, 0, memory, start, numbers.byteSize());
        }

        void put(long value, int width, boolean fits) {
            long start = take(width, fits);
            for (int i = 0; i < width; i++) {
                memory.set(ValueLayout.JAVA_BYTE, start + i, (byte) (value >>> (8 * i)));
            }
        }

        private long take(long bytes, boolean fits) {
            if (!fits || bytes > memory.byteSize() - position) {
                throw OnnxException.damaged(what + (fits ? " has more elements than its shape says" : " has elements of another type"));
            }
            long start = position;
            position += bytes;
            return start;
        }

        MemorySegment whole() {
            if (position != memory.byteSize()) {
                throw OnnxException.damaged(what + " takes " + memory.byteSize() + " bytes, the file has " + position + " of it");
            }
            return memory;
        }
    }
}
