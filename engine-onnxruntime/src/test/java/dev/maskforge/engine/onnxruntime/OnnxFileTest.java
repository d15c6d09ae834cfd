package dev.maskforge.engine.onnxruntime;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class OnnxFileTest {
    private static final Dimension ROWS = Dimension.symbol("rows_a");

    @TempDir
    private Path folder;

    private final OnnxRuntimeProvider provider = new OnnxRuntimeProvider();

    /// `x [2·rows_a, 3] -> y [3, 2·rows_a]`, and where x is not zero, which has a length of its own.
    private static Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(ROWS.times(2), Dimension.of(3))));
        builder.output("y", x.transpose(1, 0).relu());
        TensorType places = new TensorType(DataType.INT64, Shape.of(Dimension.of(2), Dimension.symbol("found")));
        builder.output("places", builder.add(new Operation.Foreign("", "NonZero", Map.of(), List.of(places)), x));
        return builder.build();
    }

    private Path file() throws IOException {
        Path file = folder.resolve("model.onnx");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            OnnxWriter.write(graph(), "test", channel);
        }
        return file;
    }

    private static Tensor get(Map<String, Tensor> outputs, String name) {
        return Objects.requireNonNull(outputs.get(name), name);
    }

    private static void assertRuns(Session session) {
        Map<String, Tensor> outputs = session.run(Map.of("x", Tensor.of(Shape.of(2, 3), 1f, 0, -2, 0, 0, 3)));
        assertArrayEquals(new float[]{1, 0, 0, 0, 0, 3}, get(outputs, "y").toFloats());
        assertEquals(Shape.of(2, 3), get(outputs, "places").shape());
        assertArrayEquals(new long[]{0, 0, 1, 0, 2, 2}, get(outputs, "places").toLongs());
        assertEquals(List.of("y", "places"), List.copyOf(outputs.keySet()));
        Map<String, Tensor> fewer = session.run(Map.of("x", Tensor.of(Shape.of(4, 3), new float[12])));
        assertEquals(Shape.of(2, 0), get(fewer, "places").shape());
    }

    @Test
    void aFileOfOursHasTheGraphsTypes() throws IOException {
        try (Engine engine = provider.open(file(), EngineOptions.standard()); Session session = engine.openSession()) {
            assertEquals(graph().type("x"), engine.inputs().get("x"));
            assertEquals(graph().type("y"), engine.outputs().get("y"));
            assertRuns(session);
            assertTrue(String.valueOf(assertThrows(IllegalArgumentException.class,
                    () -> session.run(Map.of("x", Tensor.of(Shape.of(3, 3), new float[9])))).getMessage()).contains("not a multiple of 2"));
        }
    }

    /// The dimension `2*rows_a` becomes `2*rows a`, which says nothing; outputs of that size come at whatever size they are.
    @Test
    void dimensionsThatSayNothingAreFree() throws IOException {
        Path file = file();
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, text.replace("2*rows_a", "2*rows a"), StandardCharsets.ISO_8859_1);
        try (Engine engine = provider.open(file, EngineOptions.standard()); Session session = engine.openSession()) {
            assertEquals("float32[_2_2a_rows_20_a, 3]", Objects.requireNonNull(engine.inputs().get("x")).toString());
            assertRuns(session);
            assertEquals(Shape.of(3, 1), get(session.run(Map.of("x", Tensor.of(Shape.of(1, 3), 1f, 2, 3))), "y").shape());
        }
    }

    private void assertRefused(Path file) {
        EngineException e = assertThrows(EngineException.class, () -> provider.open(file, EngineOptions.standard()));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(file.toString()), message);
        assertEquals(1, message.lines().count(), message);
        System.out.println(message);
    }

    @Test
    void whatIsNoModelIsRefusedInOneLine() throws IOException {
        assertRefused(folder.resolve("missing.onnx"));
        assertRefused(folder);
        Path broken = folder.resolve("broken.onnx");
        Files.write(broken, new byte[0]);
        assertRefused(broken);
        Files.writeString(broken, "no model at all");
        assertRefused(broken);
        byte[] whole = Files.readAllBytes(file());
        for (int length = 10; length < whole.length; length += whole.length / 5) {
            Files.write(broken, Arrays.copyOf(whole, length));
            assertRefused(broken);
        }
    }

    @Test
    void anOperationThatOnnxRuntimeLacksIsRefusedInOneLine() {
        GraphBuilder builder = new GraphBuilder();
        TensorType type = new TensorType(DataType.FLOAT32, Shape.of(1));
        Value x = builder.input("x", type);
        builder.output("y", builder.add(new Operation.Foreign("com.example", "Fancy", Map.of(), List.of(type)), x));
        String message = String.valueOf(
                assertThrows(EngineException.class, () -> provider.build(builder.build(), EngineOptions.standard())).getMessage());
        assertTrue(message.startsWith("ONNX Runtime refuses the graph: ") && message.contains("Fancy"), message);
        assertEquals(1, message.lines().count(), message);
    }
}
