package dev.maskforge.engine.build;

import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.text.GraphText;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/// A graph from one process to another: its text, which keeps high-level operations as ONNX does not, and the elements that
/// the text has lost, in its order.
final class GraphFolder {
    private static final String TEXT = "graph.txt";
    private static final String CONSTANTS = "constants.bin";
    /// Where each constant begins, so that any element type lies as native code wants it.
    private static final int ALIGNMENT = 64;
    private static final long CHUNK = 1 << 26;

    private GraphFolder() {
    }

    /// @throws EngineException if it has constants that the text would lose
    static void write(Graph graph, Path folder) throws IOException {
        graph.nodes().forEach(GraphFolder::requireText);
        Files.writeString(folder.resolve(TEXT), GraphText.print(graph), StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(folder.resolve(CONSTANTS), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (Tensor tensor : graph.initializers().values()) {
                if (GraphText.keeps(tensor.type())) {
                    continue;
                }
                channel.position(aligned(channel.position()));
                write(tensor.memory(), channel);
            }
        }
    }

    private static void requireText(Node node) {
        if (node.operation() instanceof Operation.Foreign foreign) {
            for (Map.Entry<String, Operation.Attribute> attribute : foreign.attributes().entrySet()) {
                if (attribute.getValue() instanceof Operation.Attribute.Constant(Tensor value)
                        && !GraphText.keeps(value.type())) {
                    throw new EngineException("node '" + node.name() + "' has a constant of " + value.elementCount()
                            + " elements in its attribute '" + attribute.getKey() + "'; export the model with initializers instead");
                }
            }
        }
    }

    private static void write(MemorySegment memory, FileChannel channel) throws IOException {
        for (long offset = 0; offset < memory.byteSize(); offset += CHUNK) {
            ByteBuffer chunk = memory.asSlice(offset, Math.min(CHUNK, memory.byteSize() - offset)).asByteBuffer();
            while (chunk.hasRemaining()) {
                channel.write(chunk);
            }
        }
    }

    private static long aligned(long position) {
        return (position + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /// @param arena how long the constants are mapped
    static Graph read(Path folder, Arena arena) throws IOException {
        String text = Files.readString(folder.resolve(TEXT));
        try (FileChannel channel = FileChannel.open(folder.resolve(CONSTANTS), StandardOpenOption.READ)) {
            return GraphText.parse(text, new Mapped(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena)));
        }
    }

    /// Constants one behind the other.
    private static final class Mapped implements GraphText.Constants {
        private final MemorySegment all;
        private long position;

        Mapped(MemorySegment all) {
            this.all = all;
        }

        @Override
        public Tensor of(String name, TensorType type) {
            long bytes = Math.multiplyExact(type.shape().elementCount(), (long) type.dataType().bytes());
            position = aligned(position);
            if (bytes > all.byteSize() - position) {
                throw new IllegalArgumentException("the constant '" + name + "' ends behind the file " + CONSTANTS);
            }
            MemorySegment elements = all.asSlice(position, bytes);
            position += bytes;
            return new Tensor(type, elements);
        }
    }
}
