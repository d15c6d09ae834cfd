package dev.maskforge.graph.onnx;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A protobuf message to be written: fields in the order given, whose sizes are known before a byte is written, so that
/// large tensors stream from where they lie. (Wire format: protobuf.dev/programming-guides/encoding.)
final class Message {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final List<Field> fields = new ArrayList<>();

    private sealed interface Field {
        int number();

        record Varint(int number, long value) implements Field {}

        record Fixed32(int number, int bits) implements Field {}

        record Bytes(int number, MemorySegment memory) implements Field {}

        record Nested(int number, Message message) implements Field {}
    }

    Message varint(int number, long value) {
        fields.add(new Field.Varint(number, value));
        return this;
    }

    Message floatingPoint(int number, float value) {
        fields.add(new Field.Fixed32(number, Float.floatToRawIntBits(value)));
        return this;
    }

    Message text(int number, String text) {
        return bytes(number, MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
    }

    Message bytes(int number, MemorySegment memory) {
        fields.add(new Field.Bytes(number, memory));
        return this;
    }

    Message message(int number, Message message) {
        fields.add(new Field.Nested(number, message));
        return this;
    }

    /// The number of bytes of the fields.
    long size() {
        long size = 0;
        for (Field field : fields) {
            size += varintSize((long) field.number() << 3);
            size += switch (field) {
                case Field.Varint(_, long value) -> varintSize(value);
                case Field.Fixed32 _ -> Integer.BYTES;
                case Field.Bytes(_, MemorySegment memory) -> varintSize(memory.byteSize()) + memory.byteSize();
                case Field.Nested(_, Message message) -> delimited(message.size());
            };
        }
        return size;
    }

    private static long delimited(long size) {
        return varintSize(size) + size;
    }

    void writeTo(WritableByteChannel channel) throws IOException {
        try (Sink sink = new Sink(channel)) {
            write(sink);
        }
    }

    private void write(Sink sink) throws IOException {
        for (Field field : fields) {
            switch (field) {
                case Field.Varint(int number, long value) -> {
                    sink.key(number, VARINT);
                    sink.varint(value);
                }
                case Field.Fixed32(int number, int bits) -> {
                    sink.key(number, FIXED32);
                    sink.fixed32(bits);
                }
                case Field.Bytes(int number, MemorySegment memory) -> {
                    sink.key(number, LENGTH_DELIMITED);
                    sink.varint(memory.byteSize());
                    sink.bytes(memory);
                }
                case Field.Nested(int number, Message message) -> {
                    sink.key(number, LENGTH_DELIMITED);
                    sink.varint(message.size());
                    message.write(sink);
                }
            }
        }
    }

    private static int varintSize(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
    }

    /// Collects small writes; large memory goes through in pieces, never as a whole.
    private static final class Sink implements AutoCloseable {
        private static final int CAPACITY = 1 << 20;
        private final WritableByteChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
        private final MemorySegment memory = MemorySegment.ofBuffer(buffer);

        Sink(WritableByteChannel channel) {
            this.channel = channel;
        }

        void key(int number, int wireType) throws IOException {
            varint((long) number << 3 | wireType);
        }

        void varint(long value) throws IOException {
            room(10);
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                buffer.put((byte) (rest & 0x7F | 0x80));
                rest >>>= 7;
            }
            buffer.put((byte) rest);
        }

        void fixed32(int bits) throws IOException {
            room(Integer.BYTES);
            buffer.putInt(bits);
        }

        void bytes(MemorySegment source) throws IOException {
            long done = 0;
            while (done < source.byteSize()) {
                room(1);
                long length = Math.min(source.byteSize() - done, buffer.remaining());
                MemorySegment.copy(source, ValueLayout.JAVA_BYTE, done, memory, ValueLayout.JAVA_BYTE, buffer.position(), length);
                buffer.position(buffer.position() + (int) length);
                done += length;
            }
        }

        private void room(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                close();
            }
        }

        /// Writes out what was collected.
        @Override
        public void close() throws IOException {
            buffer.flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        }
    }
}
