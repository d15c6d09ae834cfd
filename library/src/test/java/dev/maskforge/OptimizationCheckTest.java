package dev.maskforge;

import dev.maskforge.engine.EngineOptions;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Files whose answers rounding moves: what is added to their numbers and taken off again rounds those of normalised pictures,
/// and leaves those from 0 to 255 as they are.
class OptimizationCheckTest {
    private static final int HEIGHT = 64;
    private static final int WIDTH = 96;

    @TempDir
    private Path folder;

    /// Pictures times 64ths, so that there are many different numbers, and what becomes of that.
    private static Graph graph(UnaryOperator<Value> change) {
        Random random = new Random(1);
        float[] factors = new float[3 * HEIGHT * WIDTH];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = (32 + random.nextInt(65)) / 64f;
        }
        Shape shape = Shape.of(1, 3, HEIGHT, WIDTH);
        GraphBuilder builder = new GraphBuilder();
        Value pictures = builder.input("pictures", new TensorType(DataType.FLOAT32, shape));
        builder.output("numbers", change.apply(pictures.multiply(builder.constant("factors", Tensor.of(shape, factors)))));
        return builder.build();
    }

    /// Rounded to about a part in 2^24 of the number.
    private static Value rounded(Value value, float number) {
        return value.add(number).subtract(number);
    }

    private Likeness check(Graph file, Graph changed) throws IOException {
        Path path = folder.resolve("file.onnx");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            OnnxWriter.write(file, "test", channel);
        }
        List<Likeness> found = new OptimizationCheck(path, file, changed, new ProbeInputs(file, List.of(OptimizerTest.noise())),
                EngineOptions.standard().withThreads(1)).run();
        assertEquals(1, found.size());
        System.out.println(found.getFirst());
        return found.getFirst();
    }

    @Test
    void whatStandsStillIsHeldToRounding() throws IOException {
        Likeness equal = check(graph(value -> value), graph(value -> value.multiply(1.000005f)));
        assertTrue(equal.isEnough());
        assertEquals(4, equal.inputs());
        Likeness wrong = check(graph(value -> value), graph(value -> value.multiply(1.00003f)));
        assertFalse(wrong.isEnough());
        assertEquals(4, wrong.inputs());
    }

    /// The bound is the same for all inputs that count.
    @Test
    void whatRoundingMovesALittleCounts() throws IOException {
        Likeness moved = check(graph(value -> rounded(value, 512)), graph(value -> rounded(value, 1024)));
        assertFalse(moved.isEnough());
        assertEquals(4, moved.inputs());
    }

    @Test
    void whatRoundingMovesFarTellsNothingAndTheOtherInputsTell() throws IOException {
        Likeness told = check(graph(value -> rounded(value, 8192)), graph(value -> value));
        assertTrue(told.isEnough());
        assertEquals(2, told.inputs());
        Likeness wrong = check(graph(value -> rounded(value, 8192)), graph(value -> value.multiply(1.00003f)));
        assertFalse(wrong.isEnough());
        assertEquals(2, wrong.inputs());
    }

    /// Nothing can be told on any input, so nothing passes.
    @Test
    void whatNothingIsKnownOfFallsShort() throws IOException {
        // What is left of two products that are nearly equal is their rounding.
        Likeness unknown = check(graph(value -> value.multiply(1000).subtract(value.multiply(999.9f))),
                graph(value -> value.multiply(0.1f)));
        assertFalse(unknown.isEnough());
        assertEquals(4, unknown.inputs());
    }
}
