package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.onnx.OnnxWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// A graph as a whole ONNX file in native memory, where TensorRT's parser reads it.
public final class OnnxBytes {
    /// What a file has besides its constants, at most.
    private static final long ROOM = 64L << 20;

    private OnnxBytes() {
    }

    public static MemorySegment of(Graph graph, Arena arena) {
        long constants = graph.initializers().values().stream().map(Tensor::memory).mapToLong(MemorySegment::byteSize).sum();
        MemorySegment memory = arena.allocate(Math.addExact(constants, ROOM));
        try (Into into = new Into(memory)) {
            OnnxWriter.write(graph, "", into);
            return memory.asSlice(0, into.position);
        } catch (IllegalArgumentException e) {
            throw new EngineException("the graph cannot be handed to TensorRT: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    private static final class Into implements WritableByteChannel {
        private final MemorySegment memory;
        private long position;

        Into(MemorySegment memory) {
            this.memory = memory;
        }

        @Override
        public int write(ByteBuffer source) {
            int count = source.remaining();
            memory.asSlice(position, count).copyFrom(MemorySegment.ofBuffer(source));
            source.position(source.limit());
            position += count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // The memory is the arena's.
        }
    }
}
