package dev.maskforge.engine.onnxruntime;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Segments that each widen their tokens to 32 MiB, with kernels of ours between.
class SharedArenaTest {
    private static final int LAYERS = 8;
    private static final int SIDE = 64;
    private static final int CHANNELS = 16;
    private static final int WIDENED = 128;
    private static final long HIDDEN_BYTES = 4L * SIDE * SIDE * CHANNELS * WIDENED;
    private static final int CYCLES = 8;
    private static final Path STATUS = Path.of("/proc/self/status");

    private static Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        List<Level> levels = List.of(new Level(Dimension.of(SIDE), Dimension.of(SIDE)));
        Value tokens = builder.input("tokens", new TensorType(DataType.FLOAT32, Shape.of(1, SIDE * SIDE, CHANNELS)));
        Value widen = builder.initializer("widen", filled(CHANNELS, CHANNELS * WIDENED));
        Value narrow = builder.initializer("narrow", filled(CHANNELS * WIDENED, CHANNELS));
        Value offsets = builder.initializer("offsets", filled(CHANNELS, 2));
        Value logits = builder.initializer("logits", filled(CHANNELS, 1));
        for (int layer = 0; layer < LAYERS; layer++) {
            Value hidden = tokens.matMul(widen).relu().matMul(narrow);
            tokens = builder.add(new Operation.DeformableAttention(1, 1, levels), hidden, tokens.matMul(offsets), tokens.matMul(logits));
        }
        builder.output("out", tokens.relu());
        return builder.build();
    }

    private static Tensor filled(int rows, int columns) {
        float[] elements = new float[rows * columns];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) (i % 7 - 2) / rows;
        }
        return Tensor.of(Shape.of(rows, columns), elements);
    }

    private static Map<String, Tensor> tokens() {
        return Map.of("tokens", filled(SIDE * SIDE, CHANNELS).reshape(Shape.of(1, SIDE * SIDE, CHANNELS)));
    }

    private static Engine build() {
        return new OnnxRuntimeProvider().build(graph(), EngineOptions.standard().withThreads(1));
    }

    private static float[] run(Session session) {
        return Objects.requireNonNull(session.run(tokens()).get("out")).toFloats();
    }

    private static long resident() throws IOException {
        return Files.readAllLines(STATUS).stream().filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }

    /// What runs at a time are one segment's widened tokens, before and behind the activation. With an arena each there would
    /// be those of eight; half of that is asked for, and the heap may grow meanwhile.
    @Test
    @EnabledOnOs(OS.LINUX)
    void segmentsShareMemory() throws IOException {
        openRunAndClose();
        long before = resident();
        try (Engine engine = build(); Session session = engine.openSession()) {
            run(session);
            run(session);
            long growth = resident() - before;
            System.out.printf("%d MiB more for %d segments of %d MiB%n", growth >> 20, LAYERS + 1, 2 * HIDDEN_BYTES >> 20);
            assertTrue(growth < LAYERS * HIDDEN_BYTES / 2, growth + " bytes");
        }
    }

    /// C's allocator may keep what it was given back for the next who asks, so that what is resident after one engine says
    /// nothing. Engines one after the other use it again; those that kept theirs would add up, to at least one segment's
    /// widened tokens each. Half of that is asked for.
    @Test
    @EnabledOnOs(OS.LINUX)
    void enginesGiveTheirMemoryBack() throws IOException {
        openRunAndClose();
        long before = resident();
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            openRunAndClose();
        }
        long growth = resident() - before;
        System.out.printf("%d MiB more after %d engines of %d MiB%n", growth >> 20, CYCLES, 2 * HIDDEN_BYTES >> 20);
        assertTrue(growth < CYCLES * HIDDEN_BYTES, growth + " bytes");
    }

    private static void openRunAndClose() {
        try (Engine engine = build(); Session session = engine.openSession()) {
            run(session);
        }
    }

    @Test
    void enginesHaveArenasOfTheirOwn() {
        try (Engine second = build(); Session ofSecond = second.openSession()) {
            float[] expected;
            try (Engine first = build(); Session ofFirst = first.openSession()) {
                expected = run(ofFirst);
                assertArrayEquals(expected, run(ofSecond));
            }
            assertArrayEquals(expected, run(ofSecond));
        }
    }

    /// Else the test of memory would say nothing.
    @Test
    void thisLibraryHasWhatItTakes() {
        try (Engine _ = build()) {
            assertTrue(NativeFunctions.loaded().isPresent());
        }
    }
}
