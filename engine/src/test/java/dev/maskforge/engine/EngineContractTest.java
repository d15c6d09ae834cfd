package dev.maskforge.engine;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.passes.Lowering;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

/// What every engine must do. Each engine's module extends this class; the reference engine is the control.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
public abstract class EngineContractTest {
    private static final Dimension ROWS = Dimension.symbol("m");
    private static final Duration SOON = Duration.ofMillis(50);
    /// Within this much of its deadline a run must have ended: a node's time, on a machine that is busy with other things.
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final EngineProvider provider;

    protected EngineContractTest(EngineProvider provider) {
        this.provider = provider;
    }

    private Engine build(Graph graph) {
        return build(graph, Lowering.DeformableAttention.GRID_SAMPLE, 2);
    }

    private Engine build(Graph graph, Lowering.DeformableAttention form, int threads) {
        return provider.build(new Lowering(provider.nativeOperations(), form).apply(graph).graph(),
                EngineOptions.standard().withThreads(threads));
    }

    @Test
    void isAvailableAndFoundByName() {
        Availability.Available available = assertInstanceOf(Availability.Available.class, provider.availability());
        System.out.println(provider.name() + " " + available.version() + ", " + available.details());
        assertEquals(provider.getClass(), Engines.named(provider.name()).getClass());
    }

    private static Stream<OperationCase> operations() {
        return OperationCases.all().stream();
    }

    @Test
    void everyOperationHasACase() {
        Set<Class<?>> covered = operations().flatMap(each -> each.graph().nodes().stream()).map(node -> node.operation().getClass())
                .collect(Collectors.toCollection(HashSet::new));
        Set<Class<?>> wanted = Arrays.stream(Operation.class.getPermittedSubclasses()).filter(Operation.class::isAssignableFrom)
                .filter(type -> type != Operation.Foreign.class).collect(Collectors.toSet());
        wanted.removeAll(covered);
        assertEquals(Set.of(), wanted);
    }

    private static Stream<Arguments> operationsAndForms() {
        return operations().flatMap(each -> {
            boolean deformable = each.graph().nodes().stream()
                    .anyMatch(node -> node.operation() instanceof Operation.DeformableAttention);
            return Arrays.stream(Lowering.DeformableAttention.values()).limit(deformable ? 2 : 1).map(form -> Arguments.of(each, form));
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operationsAndForms")
    void operationsMeanWhatTheReferenceSays(OperationCase each, Lowering.DeformableAttention form) {
        double largest = 0;
        try (Engine engine = build(each.graph(), form, 1); Session session = engine.openSession()) {
            for (Map<String, Long> sizes : each.sizes()) {
                SequencedMap<String, Tensor> inputs = each.inputs(sizes);
                SequencedMap<String, Tensor> expected = Interpreter.run(each.graph(), inputs);
                OutputError error = Comparator.errors(expected, session.run(inputs)).getFirst();
                largest = Math.max(largest, error.relative());
            }
        }
        System.out.printf("%s, %s: largest relative error %.1e of %.1e%n", provider.name(), each, largest, each.tolerance());
        assertTrue(largest <= each.tolerance(), each + ": " + largest);
    }

    /// `y = softmax(x·w + x)`, float32 `[2·m, 8]`.
    private static Graph small() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(ROWS.times(2), Dimension.of(8))));
        float[] weight = new float[64];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (i * 5 % 7 - 3) / 4f;
        }
        builder.output("y", x.matMul(builder.initializer("w", Tensor.of(Shape.of(8, 8), weight))).add(x).softmax(1));
        builder.output("labels", x.argMax(1));
        return builder.build();
    }

    private static Map<String, Tensor> input(int rows, float first) {
        float[] elements = new float[rows * 8];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = first + i * 3 % 5;
        }
        return Map.of("x", Tensor.of(Shape.of(rows, 8), elements));
    }

    private static float[] y(Map<String, Tensor> outputs) {
        return Objects.requireNonNull(outputs.get("y")).toFloats();
    }

    @Test
    void typesAreTheGraphs() {
        Graph graph = small();
        try (Engine engine = build(graph)) {
            assertEquals(List.of("x"), List.copyOf(engine.inputs().keySet()));
            assertEquals(graph.type("x"), engine.inputs().get("x"));
            assertEquals(List.of("y", "labels"), List.copyOf(engine.outputs().keySet()));
            assertEquals(graph.type("labels"), engine.outputs().get("labels"));
        }
    }

    @Test
    void outputsComeInTheGraphsOrder() {
        try (Engine engine = build(small()); Session session = engine.openSession()) {
            SequencedMap<String, Tensor> outputs = session.run(input(2, 0));
            assertEquals(List.of("y", "labels"), List.copyOf(outputs.keySet()));
            assertEquals(Shape.of(2), Objects.requireNonNull(outputs.get("labels")).shape());
        }
    }

    @Test
    void theSameInputGivesTheSameBitsWhateverMemoryItLiesIn() {
        try (Engine engine = build(small()); Session session = engine.openSession(); Arena arena = Arena.ofConfined()) {
            float[] expected = y(session.run(input(4, 1)));
            Tensor heap = Objects.requireNonNull(input(4, 1).get("x"));
            Tensor unaligned = new Tensor(heap.type(), arena.allocate(heap.memory().byteSize() + 1).asSlice(1).copyFrom(heap.memory()));
            Tensor readOnly = new Tensor(heap.type(), arena.allocate(heap.memory().byteSize(), 64).copyFrom(heap.memory()).asReadOnly());
            for (Tensor tensor : List.of(heap, unaligned, readOnly)) {
                assertTrue(Arrays.equals(expected, y(session.run(Map.of("x", tensor)))));
            }
        }
    }

    @Test
    void theCallersThreadDoesSomethingElseMeanwhile() {
        try (Engine engine = build(small()); Session session = engine.openSession()) {
            float[] expected = y(session.run(input(4, 1)));
            List<Thread> threads = new ArrayList<>();
            for (int run = 0; run < 3; run++) {
                assertTrue(Arrays.equals(expected, y(session.run(input(4, 1), () -> threads.add(Thread.currentThread())))));
            }
            assertEquals(List.of(Thread.currentThread(), Thread.currentThread(), Thread.currentThread()), threads);
            assertEquals("of its own", assertThrows(UnsupportedOperationException.class, () -> session.run(input(4, 1), () -> {
                throw new UnsupportedOperationException("of its own");
            })).getMessage());
            assertThrows(IllegalStateException.class, () -> session.run(input(4, 1), () -> session.run(input(2, 1))));
            assertTrue(Arrays.equals(expected, y(session.run(input(4, 1)))));
        }
    }

    @Test
    void sizesMayChangeFromRunToRun() {
        try (Engine engine = build(small()); Session session = engine.openSession()) {
            float[] two = y(session.run(input(2, 0)));
            float[] six = y(session.run(input(6, 0)));
            assertEquals(48, six.length);
            assertTrue(Arrays.equals(two, y(session.run(input(2, 0)))));
        }
    }

    private static void assertRefused(String part, Session session, Map<String, Tensor> inputs) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> session.run(inputs)).getMessage());
        assertTrue(message.contains(part), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void wrongInputsAreRefusedInOneLineAndTheSessionGoesOn() {
        try (Engine engine = build(small()); Session session = engine.openSession()) {
            Tensor x = Objects.requireNonNull(input(2, 0).get("x"));
            assertRefused("input 'x' is missing", session, Map.of());
            assertRefused("no input 'z'", session, Map.of("x", x, "z", x));
            assertRefused("input 'x' is int64[2, 8], not float32[2*m, 8]", session, Map.of("x", Tensor.of(Shape.of(2, 8), new long[16])));
            assertRefused("input 'x' is float32[16], not", session, Map.of("x", x.reshape(Shape.of(16))));
            assertRefused("input 'x' is float32[4, 4], not", session, Map.of("x", x.reshape(Shape.of(4, 4))));
            assertRefused("not a multiple of 2", session, Map.of("x", Tensor.of(Shape.of(3, 8), new float[24])));
            assertRefused("empty", session, Map.of("x", Tensor.of(Shape.of(0, 8), new float[0])));
            assertEquals(16, y(session.run(input(2, 0))).length);
        }
    }

    @Test
    void inputsWhoseMemoryIsGoneAreRefused() {
        try (Engine engine = build(small()); Session session = engine.openSession()) {
            Tensor gone;
            try (Arena arena = Arena.ofConfined()) {
                gone = Tensor.allocate(DataType.FLOAT32, Shape.of(2, 8), arena);
            }
            assertThrows(IllegalStateException.class, () -> session.run(Map.of("x", gone)));
            assertEquals(16, y(session.run(input(2, 0))).length);
        }
    }

    @Test
    void sessionsOfOneEngineRunSideBySide() throws Exception {
        int runs = 200;
        try (Engine engine = build(small()); ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int rows = 2 + 2 * i;
                results.add(threads.submit(() -> {
                    try (Session session = engine.openSession()) {
                        float[] expected = y(session.run(input(rows, rows)));
                        for (int run = 0; run < runs; run++) {
                            if (!Arrays.equals(expected, y(session.run(input(rows, rows))))) {
                                return false;
                            }
                        }
                        return true;
                    }
                }));
            }
            for (Future<Boolean> result : results) {
                assertTrue(result.get());
            }
        }
    }

    @Test
    void useAfterCloseIsAnIllegalState() {
        Engine engine = build(small());
        Session session = engine.openSession();
        Map<String, Tensor> outputs = session.run(input(2, 0));
        assertTrue(String.valueOf(assertThrows(IllegalStateException.class, engine::close).getMessage()).contains("1 open session"));
        assertEquals(16, y(outputs).length);
        session.close();
        session.close();
        assertThrows(IllegalStateException.class, () -> session.run(input(2, 0)));
        assertThrows(IllegalStateException.class, () -> session.run(Map.of()));
        session.cancel();
        engine.close();
        engine.close();
        assertThrows(IllegalStateException.class, engine::openSession);
    }

    /// At which m [#slow()] takes seconds; more where the engine is faster.
    protected int slowSize() {
        return 512;
    }

    /// Five hundred products of `[m, m]` matrices: seconds at m = 512, nothing at m = 2.
    private static Graph slow() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(ROWS, ROWS)));
        Value product = x;
        for (int i = 0; i < 500; i++) {
            product = product.matMul(x);
        }
        builder.output("y", product);
        return builder.build();
    }

    private static Map<String, Tensor> identity(int size) {
        float[] elements = new float[size * size];
        for (int i = 0; i < size; i++) {
            elements[i * size + i] = 1;
        }
        return Map.of("x", Tensor.of(Shape.of(size, size), elements));
    }

    private static void assertUsable(Session session) {
        assertTrue(Arrays.equals(new float[]{1, 0, 0, 1}, y(session.run(identity(2)))));
        assertTrue(Arrays.equals(new float[]{1, 0, 0, 1}, y(session.run(identity(2), GRACE))));
    }

    @Test
    void aRunIsGivenUpAtItsDeadline() {
        Map<String, Tensor> large = identity(slowSize());
        try (Engine engine = build(slow()); Session session = engine.openSession()) {
            for (Duration atMost : List.of(SOON, Duration.ZERO, Duration.ofSeconds(-1))) {
                long start = System.nanoTime();
                EngineException e = assertThrows(EngineException.class, () -> session.run(large, atMost));
                Duration taken = Duration.ofNanos(System.nanoTime() - start);
                assertEquals("the run was given up after " + atMost.toMillis() + " ms, as asked", e.getMessage());
                System.out.println(provider.name() + ", deadline of " + atMost.toMillis() + " ms: ended after " + taken.toMillis() + " ms");
                assertTrue(taken.compareTo(GRACE) < 0, taken.toString());
                assertUsable(session);
            }
        }
    }

    @Test
    void aRunIsCancelledFromAnotherThreadAndCannotBeClosedUnderWay() throws Exception {
        Map<String, Tensor> large = identity(slowSize());
        try (Engine engine = build(slow());
                Session session = engine.openSession();
                ExecutorService threads = Executors.newCachedThreadPool()) {
            Future<EngineException> run = threads.submit(() -> failure(session, large));
            while (isIdle(session)) {
                Thread.sleep(1);
            }
            // By now it is among the nodes.
            Thread.sleep(SOON);
            assertTrue(String.valueOf(assertThrows(IllegalStateException.class, session::close).getMessage()).contains("running"));
            assertTrue(String.valueOf(assertThrows(IllegalStateException.class, () -> session.run(identity(2))).getMessage())
                    .contains("another thread"));
            assertThrows(IllegalStateException.class, engine::close);
            session.cancel();
            session.cancel();
            assertEquals("the run was cancelled", run.get().getMessage());
            session.cancel();
            assertUsable(session);
        }
    }

    /// How a run ends that is cancelled. It begins once nobody [looks][#isIdle] whether it has.
    private static EngineException failure(Session session, Map<String, Tensor> inputs) {
        while (true) {
            try {
                session.run(inputs);
                return fail("the run ended by itself");
            } catch (EngineException cancelled) {
                return cancelled;
            } catch (IllegalStateException looking) {
                Thread.onSpinWait();
            }
        }
    }

    private static boolean isIdle(Session session) {
        try {
            session.run(identity(2));
            return true;
        } catch (IllegalStateException running) {
            return false;
        }
    }

    @Test
    void enginesAreMadeAndClosedManyTimes() {
        for (int i = 0; i < 50; i++) {
            try (Engine engine = build(small()); Session session = engine.openSession()) {
                assertEquals(16, y(session.run(input(2, i))).length);
            }
        }
    }
}
