package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.DeviceTimes;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.LayerTime;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The session on a device that is none, so that each of its calls can be made to fail.
class TensorRtSessionTest {
    /// Rows of 12 bytes that several threads copy, the last part a short one.
    private static final int LARGE = 200_000;

    private static Map<String, Tensor> input(int rows) {
        float[] elements = new float[rows * 3];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = i - 2.5f;
        }
        return Map.of("x", Tensor.of(Shape.of(rows, 3), elements));
    }

    private static void assertDoubled(int rows, Session session) {
        float[] expected = Objects.requireNonNull(input(rows).get("x")).toFloats();
        for (int i = 0; i < expected.length; i++) {
            expected[i] *= 2;
        }
        assertArrayEquals(expected, Objects.requireNonNull(session.run(input(rows)).get("y")).toFloats());
    }

    private static TensorRtEngine engine(StandInPlan plan, StandInCuda cuda) {
        return TensorRtEngine.of(plan, cuda, 3, StandInPlan.inputs(), StandInPlan.outputs());
    }

    @Test
    void runsAtOnceThenAsOneGraphAndAnewAtOtherSizes() {
        StandInCuda cuda = new StandInCuda();
        StandInPlan plan = new StandInPlan(cuda);
        try (TensorRtEngine engine = engine(plan, cuda); Session session = engine.openSession()) {
            for (int rows : new int[]{5, 5, 5, 7, 7, 5}) {
                assertDoubled(rows, session);
            }
            assertEquals(2, cuda.calls().stream().filter("beginCapture"::equals).count());
            assertEquals(3, cuda.calls().stream().filter("launch"::equals).count());
            assertEquals(2, cuda.calls().stream().filter((StandInCuda.CAPTURED + "copyIn")::equals).count());
            assertEquals(3, cuda.calls().stream().filter("copyOut"::equals).count(), "the first at each size, and the last");
            assertEquals(Optional.of(new DeviceTimes(250_000, 250_000, 250_000)), session.deviceTimes());
        }
        assertEquals(0, cuda.held());
        assertEquals(0, plan.openContexts());
        assertTrue(plan.isClosed());
    }

    @Test
    void timesAreReadWhenTheyAreAskedFor() {
        StandInCuda cuda = new StandInCuda();
        try (TensorRtEngine engine = engine(new StandInPlan(cuda), cuda); Session session = engine.openSession()) {
            assertEquals(Optional.empty(), session.deviceTimes());
            for (int run = 0; run < 3; run++) {
                int before = cuda.callCount();
                assertDoubled(4, session);
                assertFalse(cuda.calls().subList(before, cuda.callCount()).contains("milliseconds"));
                assertTrue(session.deviceTimes().isPresent());
                int read = cuda.callCount();
                assertEquals(session.deviceTimes(), session.deviceTimes());
                assertEquals(read, cuda.callCount());
            }
            cuda.failAt(1);
            assertThrows(EngineException.class, () -> session.run(input(4)));
            assertEquals(Optional.empty(), session.deviceTimes());
        }
    }

    @Test
    void aReplayedRunIsOneLaunchAndOneMark() {
        StandInCuda cuda = new StandInCuda();
        try (TensorRtEngine engine = engine(new StandInPlan(cuda), cuda); Session session = engine.openSession()) {
            assertDoubled(4, session);
            assertDoubled(4, session);
            int before = cuda.callCount();
            assertDoubled(4, session);
            assertEquals(List.of("useOnThisThread", "launch", "record", "hasHappened"), cuda.calls().subList(before, cuda.callCount()));
        }
    }

    /// Buffers stay as long as sizes do, whoever fills them.
    @Test
    void largeInputsComeAndGo() {
        StandInCuda cuda = new StandInCuda();
        try (TensorRtEngine engine = engine(new StandInPlan(cuda), cuda); Session session = engine.openSession()) {
            for (int rows : new int[]{4, LARGE, LARGE, LARGE, 4}) {
                assertDoubled(rows, session);
            }
        }
        assertEquals(6, cuda.calls().stream().filter("allocatePinned"::equals).count());
        assertEquals(0, cuda.held());
    }

    @Test
    void oneThreadCopiesLargeInputs() {
        StandInCuda cuda = new StandInCuda();
        try (TensorRtEngine engine = TensorRtEngine.of(new StandInPlan(cuda), cuda, 1, StandInPlan.inputs(), StandInPlan.outputs());
                Session session = engine.openSession()) {
            assertDoubled(LARGE, session);
        }
    }

    @Test
    void memoryOfOneThreadIsCopiedByIt() {
        StandInCuda cuda = new StandInCuda();
        try (TensorRtEngine engine = engine(new StandInPlan(cuda), cuda);
                Session session = engine.openSession();
                Arena arena = Arena.ofConfined()) {
            Tensor heap = Objects.requireNonNull(input(LARGE).get("x"));
            MemorySegment memory = arena.allocate(heap.memory().byteSize(), 64).copyFrom(heap.memory());
            float[] doubled = Objects.requireNonNull(session.run(Map.of("x", new Tensor(heap.type(), memory))).get("y")).toFloats();
            assertArrayEquals(Objects.requireNonNull(session.run(input(LARGE)).get("y")).toFloats(), doubled);
        }
    }

    @Test
    void theCallersThreadIsFreeBetweenTheLaunchAndTheEnd() {
        StandInCuda cuda = new StandInCuda();
        try (TensorRtEngine engine = engine(new StandInPlan(cuda), cuda); Session session = engine.openSession()) {
            assertDoubled(4, session);
            assertDoubled(4, session);
            int before = cuda.callCount();
            session.run(input(4), () -> assertEquals(List.of("useOnThisThread", "launch", "record"),
                    cuda.calls().subList(before, cuda.callCount())));
            assertThrows(IllegalStateException.class, () -> session.run(input(4), () -> {
                throw new IllegalStateException("of its own");
            }));
            int again = cuda.callCount();
            assertDoubled(4, session);
            assertEquals(List.of("useOnThisThread", "synchronize", "launch", "record", "hasHappened"),
                    cuda.calls().subList(again, cuda.callCount()), "what is under way may still read and write the buffers");
        }
    }

    @Test
    void whatCannotBeCapturedRunsKernelByKernel() {
        StandInCuda cuda = new StandInCuda();
        StandInPlan plan = new StandInPlan(cuda);
        plan.refuseCapture();
        try (TensorRtEngine engine = engine(plan, cuda); Session session = engine.openSession()) {
            for (int run = 0; run < 4; run++) {
                assertDoubled(4, session);
            }
            assertEquals(1, cuda.calls().stream().filter("beginCapture"::equals).count());
            assertEquals(0, cuda.calls().stream().filter("launch"::equals).count());
        }
        assertEquals(0, cuda.held());
    }

    /// Opens, runs at two sizes, and closes.
    private static void use(StandInPlan plan, StandInCuda cuda) {
        try (TensorRtEngine engine = engine(plan, cuda); Session session = engine.openSession()) {
            assertDoubled(2, session);
            assertDoubled(2, session);
            assertDoubled(2, session);
            assertEquals(List.of(6L), session.layerTimes(input(2)).stream().map(LayerTime::nanoseconds).toList());
            assertDoubled(3, session);
            assertDoubled(LARGE, session);
        }
    }

    @Test
    void aFailureOfAnyCallIsOneLineAndLeaksNothing() {
        StandInCuda whole = new StandInCuda();
        use(new StandInPlan(whole), whole);
        int calls = whole.callCount();
        Set<String> failed = new HashSet<>();
        for (int call = 0; call < calls; call++) {
            StandInCuda cuda = new StandInCuda();
            StandInPlan plan = new StandInPlan(cuda);
            cuda.failAt(call);
            try {
                use(plan, cuda);
                String name = cuda.calls().get(call);
                assertTrue(name.startsWith(StandInCuda.CAPTURED) || Set.of("beginCapture", "endCapture").contains(name),
                        name + " went unnoticed");
            } catch (EngineException e) {
                assertEquals(1, String.valueOf(e.getMessage()).lines().count(), e.getMessage());
            }
            failed.add(cuda.calls().get(call));
            assertEquals(0, cuda.held(), "held after call " + call + ", " + cuda.calls().get(call));
            assertEquals(0, plan.openContexts(), "contexts after call " + call);
            assertTrue(plan.isClosed());
        }
        System.out.println("failed in turn, nothing held: " + calls + " calls of " + failed.size() + " kinds");
        assertTrue(failed.size() >= 17, failed.toString());
    }

    @Test
    void aSessionGoesOnAfterAFailedRun() {
        StandInCuda cuda = new StandInCuda();
        try (TensorRtEngine engine = engine(new StandInPlan(cuda), cuda); Session session = engine.openSession()) {
            assertDoubled(2, session);
            assertDoubled(2, session);
            // Behind the launch, so that the next run finds the device at work.
            cuda.failAt(2);
            assertThrows(EngineException.class, () -> session.run(input(2)));
            assertEquals(List.of("useOnThisThread", "launch", "record"), cuda.calls());
            assertDoubled(2, session);
            assertDoubled(2, session);
        }
        assertEquals(0, cuda.held());
    }

    @Test
    void aPlanOfAnotherGraphIsRefusedAndClosed() {
        StandInCuda cuda = new StandInCuda();
        StandInPlan plan = new StandInPlan(cuda);
        EngineException e = assertThrows(EngineException.class,
                () -> TensorRtEngine.of(plan, cuda, 1, StandInPlan.inputs(), StandInPlan.inputs()));
        assertTrue(String.valueOf(e.getMessage()).contains("the plan has no 'x', and the graph has it as output float32[m, 3]"),
                e.getMessage());
        assertTrue(plan.isClosed());
    }
}
