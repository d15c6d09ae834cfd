package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class OnnxBorderTest {
    @TempDir
    private Path folder;

    private Path written() throws IOException {
        GraphBuilder builder = new GraphBuilder();
        Shape shape = Shape.of(Dimension.symbol("n"), Dimension.symbol("h").times(32));
        builder.output("y", builder.input("x", new TensorType(DataType.FLOAT32, shape)).sigmoid());
        builder.metadata("said", "so");
        Graph graph = builder.build();
        Path file = folder.resolve("model.onnx");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            OnnxWriter.write(graph, "", channel);
        }
        return file;
    }

    @Test
    void saysWhatGoesInAndComesOut() throws IOException {
        OnnxBorder border = OnnxReader.readBorder(written());
        TensorType type = new TensorType(DataType.FLOAT32, Shape.of(Dimension.symbol("n"), Dimension.symbol("h").times(32)));
        assertEquals(Map.of("x", type), border.inputs());
        assertEquals(Map.of("y", type), border.outputs());
        assertEquals(Map.of("said", "so"), border.metadata());
    }

    @Test
    void aFileThatIsCutShortIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(written());
        Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, whole.length / 2));
        assertTrue(String.valueOf(assertThrows(OnnxException.class, () -> OnnxReader.readBorder(cut)).getMessage())
                .contains("cut.onnx cannot be read"));
        assertThrows(OnnxException.class, () -> OnnxReader.readBorder(folder.resolve("none.onnx")));
    }
}
