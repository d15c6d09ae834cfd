package dev.maskforge.engine.build;

import dev.maskforge.engine.GraphHash;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class GraphFolderTest {
    @TempDir
    private Path folder;

    /// More constants than a text may ask memory for, as in every full-size model, beside some that the text keeps.
    private static Graph graph(Arena arena) {
        GraphBuilder builder = new GraphBuilder();
        Value sum = builder.input("image", new TensorType(DataType.FLOAT32, Shape.of(1, 1 << 22)));
        for (int i = 0; i < 5; i++) {
            Tensor large = Tensor.allocate(DataType.FLOAT32, Shape.of(1, 1 << 22), arena);
            for (long j = 0; j < large.elementCount(); j += 4093) {
                large.memory().setAtIndex(Tensor.FLOAT32, j, (float) (i + j));
            }
            sum = sum.add(builder.initializer("large" + i, large)).add(builder.initializer("small" + i, Tensor.of(Shape.of(1), 0.1f * i)));
        }
        builder.output("sum", sum);
        return builder.build();
    }

    @Test
    void constantsOfAnySizeGoAlong() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Graph graph = graph(arena);
            GraphFolder.write(graph, folder);
            assertEquals(GraphHash.of(graph), GraphHash.of(GraphFolder.read(folder, arena)));
        }
    }

    @Test
    void constantsThatWereCutAreNamed() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            GraphFolder.write(graph(arena), folder);
            try (RandomAccessFile constants = new RandomAccessFile(folder.resolve("constants.bin").toFile(), "rw")) {
                constants.setLength(constants.length() - 1);
            }
            String message = String.valueOf(
                    assertThrows(IllegalArgumentException.class, () -> GraphFolder.read(folder, arena)).getMessage());
            assertTrue(message.contains("the constant 'large4' ends behind the file constants.bin"), message);
        }
    }
}
