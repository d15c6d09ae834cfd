package dev.maskforge.engine.build;

import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// A graph from one process to another: its text, which keeps high-level operations as ONNX does not, and the elements of
/// its constants in the text's order.
final class GraphFolder {
    private static final String TEXT = "graph.txt";
    private static final String CONSTANTS = "constants.bin";
    /// Where each constant begins, so that any element type lies as native code wants it.
    private static final int ALIGNMENT = 64;
    private static final long CHUNK = 1 << 26;
    /// Constants in attributes have no place of their own; the text keeps them up to this many elements.
    private static final long MOST_ELEMENTS_IN_TEXT = 16;

    private GraphFolder() {
    }

    /// @throws EngineException if it has constants that the text would lose
    static void write(Graph graph, Path folder) throws IOException {
        graph.nodes().forEach(GraphFolder::requireText);
        Files.writeString(folder.resolve(TEXT), GraphText.print(graph), StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(folder.resolve(CONSTANTS), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (Tensor tensor : graph.initializers().values()) {
                channel.position(aligned(channel.position()));
                write(tensor.memory(), channel);
            }
        }
    }

    private static void requireText(Node node) {
        if (node.operation() instanceof Operation.Foreign foreign) {
            for (Map.Entry<String, Operation.Attribute> attribute : foreign.attributes().entrySet()) {
                if (attribute.getValue() instanceof Operation.Attribute.Constant(Tensor value)
                        && value.elementCount() > MOST_ELEMENTS_IN_TEXT) {
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
        Graph parsed = GraphText.parse(Files.readString(folder.resolve(TEXT)));
        SequencedMap<String, Tensor> constants = new LinkedHashMap<>();
        try (FileChannel channel = FileChannel.open(folder.resolve(CONSTANTS), StandardOpenOption.READ)) {
            MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            long position = 0;
            for (Map.Entry<String, Tensor> constant : parsed.initializers().entrySet()) {
                long bytes = constant.getValue().memory().byteSize();
                position = aligned(position);
                constants.put(constant.getKey(), new Tensor(constant.getValue().type(), all.asSlice(position, bytes)));
                position += bytes;
            }
        }
        return new Graph(parsed.inputs(), parsed.outputs(), parsed.nodes(), constants, parsed.types(), parsed.metadata());
    }
}
