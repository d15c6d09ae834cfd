package dev.maskforge.engine.tensorrt;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Rewrites an ONNX file of opset 17, as we write them, in opset 20, as others do: GridSample's "bilinear" has another name
/// there, and ReduceMin takes its axes as an input.
final class Opset20 {
    private static final long VERSION = 20;

    // Field numbers of onnx.proto.
    private static final int MODEL_GRAPH = 7;
    private static final int MODEL_OPSET = 8;
    private static final int OPSET_DOMAIN = 1;
    private static final int OPSET_VERSION = 2;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int NODE_INPUT = 1;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_TYPE = 4;
    private static final int NODE_ATTRIBUTE = 5;
    private static final int ATTRIBUTE_NAME = 1;
    private static final int ATTRIBUTE_TEXT = 4;
    private static final int ATTRIBUTE_INTEGERS = 8;
    private static final int TENSOR_DIMENSIONS = 1;
    private static final int TENSOR_TYPE = 2;
    private static final int TENSOR_NAME = 8;
    private static final int TENSOR_BYTES = 9;
    private static final long INT64 = 7;

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private final String mode;
    private int gridSamples;

    private Opset20(String mode) {
        this.mode = mode;
    }

    /// @param mode  what GridSample's is called: "linear" in opset 20
    /// @param arena where the file goes
    /// @throws IllegalArgumentException if it has no GridSample
    static MemorySegment of(MemorySegment onnx, String mode, Arena arena) {
        Opset20 rewriting = new Opset20(mode);
        byte[] model = rewriting.model(onnx.toArray(ValueLayout.JAVA_BYTE));
        if (rewriting.gridSamples == 0) {
            throw new IllegalArgumentException("the file has no GridSample whose mode could be renamed");
        }
        return arena.allocate(model.length, 64).copyFrom(MemorySegment.ofArray(model));
    }

    /// A field of a message: a number, or bytes.
    private static final class Field {
        private final int number;
        private final int kind;
        private final long value;
        private final byte[] bytes;

        Field(int number, int kind, long value, byte[] bytes) {
            this.number = number;
            this.kind = kind;
            this.value = value;
            this.bytes = bytes;
        }

        int number() {
            return number;
        }

        int kind() {
            return kind;
        }

        long value() {
            return value;
        }

        byte[] bytes() {
            return bytes;
        }

        static Field of(int number, long value) {
            return new Field(number, VARINT, value, new byte[0]);
        }

        static Field of(int number, byte[] bytes) {
            return new Field(number, BYTES, 0, bytes);
        }

        static Field of(int number, String text) {
            return of(number, text.getBytes(StandardCharsets.UTF_8));
        }

        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static List<Field> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        List<Field> fields = new ArrayList<>();
        while (in.hasRemaining()) {
            long tag = varint(in);
            int number = (int) (tag >> 3);
            int kind = (int) (tag & 7);
            fields.add(switch (kind) {
                case VARINT -> Field.of(number, varint(in));
                case FIXED_64 -> new Field(number, kind, in.getLong(), new byte[0]);
                case FIXED_32 -> new Field(number, kind, in.getInt(), new byte[0]);
                case BYTES -> {
                    byte[] bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                    yield Field.of(number, bytes);
                }
                default -> throw new IllegalArgumentException("a field of kind " + kind);
            });
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        int shift = 0;
        byte next = in.get();
        while (next < 0) {
            value |= (next & 127L) << shift;
            shift += 7;
            next = in.get();
        }
        return value | (long) next << shift;
    }

    private static byte[] message(List<Field> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Field field : fields) {
            varint((long) field.number() << 3 | field.kind(), out);
            switch (field.kind()) {
                case VARINT -> varint(field.value(), out);
                case FIXED_64 -> out.writeBytes(littleEndian(field.value(), Long.BYTES));
                case FIXED_32 -> out.writeBytes(littleEndian(field.value(), Integer.BYTES));
                default -> {
                    varint(field.bytes().length, out);
                    out.writeBytes(field.bytes());
                }
            }
        }
        return out.toByteArray();
    }

    private static byte[] littleEndian(long value, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (value >> 8 * i);
        }
        return bytes;
    }

    private static void varint(long value, ByteArrayOutputStream out) {
        long rest = value;
        while ((rest & ~127L) != 0) {
            out.write((int) (rest & 127 | 128));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private byte[] model(byte[] model) {
        return message(fields(model).stream().map(field -> switch (field.number()) {
            case MODEL_GRAPH -> Field.of(MODEL_GRAPH, graph(field.bytes()));
            case MODEL_OPSET -> Field.of(MODEL_OPSET, opset(field.bytes()));
            default -> field;
        }).toList());
    }

    /// Others than ONNX's own stay.
    private static byte[] opset(byte[] opset) {
        List<Field> fields = fields(opset);
        boolean isOther = fields.stream().anyMatch(field -> field.number() == OPSET_DOMAIN && field.bytes().length > 0);
        return isOther
                ? opset
                : message(fields.stream().map(field -> field.number() == OPSET_VERSION ? Field.of(OPSET_VERSION, VERSION) : field)
                        .toList());
    }

    private byte[] graph(byte[] graph) {
        List<Field> result = new ArrayList<>();
        List<Field> axes = new ArrayList<>();
        for (Field field : fields(graph)) {
            result.add(field.number() == GRAPH_NODE ? Field.of(GRAPH_NODE, node(field.bytes(), axes)) : field);
        }
        result.addAll(axes);
        return message(result);
    }

    private byte[] node(byte[] node, List<Field> initializers) {
        List<Field> fields = fields(node);
        String type = fields.stream().filter(field -> field.number() == NODE_TYPE).map(Field::text).findFirst().orElseThrow();
        return switch (type) {
            case "GridSample" -> {
                gridSamples++;
                yield message(fields.stream()
                        .map(field -> isAttribute(field, "mode") ? Field.of(NODE_ATTRIBUTE, renamed(field.bytes())) : field).toList());
            }
            case "ReduceMin" -> {
                Field axes = fields.stream().filter(field -> isAttribute(field, "axes")).findFirst().orElseThrow();
                String name = fields.stream().filter(field -> field.number() == NODE_OUTPUT).map(Field::text).findFirst().orElseThrow()
                        + "/axes";
                initializers.add(Field.of(GRAPH_INITIALIZER, tensor(name, integers(axes.bytes()))));
                List<Field> changed = new ArrayList<>(fields);
                changed.remove(axes);
                changed.add(Field.of(NODE_INPUT, name));
                yield message(changed);
            }
            default -> node;
        };
    }

    private static boolean isAttribute(Field field, String name) {
        return field.number() == NODE_ATTRIBUTE
                && fields(field.bytes()).stream().anyMatch(part -> part.number() == ATTRIBUTE_NAME && part.text().equals(name));
    }

    private byte[] renamed(byte[] attribute) {
        return message(fields(attribute).stream().map(field -> field.number() == ATTRIBUTE_TEXT ? Field.of(ATTRIBUTE_TEXT, mode) : field)
                .toList());
    }

    /// One by one, or packed.
    private static List<Long> integers(byte[] attribute) {
        List<Long> integers = new ArrayList<>();
        for (Field field : fields(attribute)) {
            if (field.number() == ATTRIBUTE_INTEGERS && field.kind() == VARINT) {
                integers.add(field.value());
            } else if (field.number() == ATTRIBUTE_INTEGERS) {
                ByteBuffer packed = ByteBuffer.wrap(field.bytes());
                while (packed.hasRemaining()) {
                    integers.add(varint(packed));
                }
            }
        }
        return integers;
    }

    private static byte[] tensor(String name, List<Long> elements) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * elements.size()).order(ByteOrder.LITTLE_ENDIAN);
        elements.forEach(bytes::putLong);
        return message(List.of(Field.of(TENSOR_DIMENSIONS, elements.size()), Field.of(TENSOR_TYPE, INT64), Field.of(TENSOR_NAME, name),
                Field.of(TENSOR_BYTES, bytes.array())));
    }
}
