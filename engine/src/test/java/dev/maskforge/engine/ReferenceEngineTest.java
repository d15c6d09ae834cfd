package dev.maskforge.engine;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ReferenceEngineTest extends EngineContractTest {
    ReferenceEngineTest() {
        super(new ReferenceEngineProvider());
    }

    @Test
    void opensFiles(@TempDir Path folder) throws IOException {
        GraphBuilder builder = new GraphBuilder();
        builder.output("y", builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(2))).add(builder.constant(1f)));
        Path file = folder.resolve("model.onnx");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            OnnxWriter.write(builder.build(), "", channel);
        }
        try (Engine engine = Engines.named("reference").open(file, EngineOptions.standard()); Session session = engine.openSession()) {
            Tensor y = session.run(Map.of("x", Tensor.of(Shape.of(2), 3f, 4f))).get("y");
            assertArrayEquals(new float[]{4, 5}, y == null ? new float[0] : y.toFloats());
        }
        Path damaged = Files.write(folder.resolve("damaged.onnx"), new byte[]{1, 2, 3});
        EngineException refusal = assertThrows(EngineException.class,
                () -> Engines.named("reference").open(damaged, EngineOptions.standard()));
        assertTrue(String.valueOf(refusal.getMessage()).contains("damaged.onnx"));
    }
}
