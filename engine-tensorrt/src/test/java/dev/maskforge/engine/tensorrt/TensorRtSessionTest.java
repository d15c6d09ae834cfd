package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.DeviceTimes;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The session on a device that is none, so that each of its calls can be made to fail.
class TensorRtSessionTest {
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
        return TensorRtEngine.of(plan, cuda, StandInPlan.inputs(), StandInPlan.outputs());
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
            assertEquals(Optional.of(new DeviceTimes(250_000, 250_000, 250_000)), session.deviceTimes());
        }
        assertEquals(0, cuda.held());
        assertEquals(0, plan.openContexts());
        assertTrue(plan.isClosed());
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
            assertDoubled(3, session);
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
                assertTrue(Set.of("beginCapture", "endCapture").contains(cuda.calls().get(call)),
                        cuda.calls().get(call) + " went unnoticed");
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
            cuda.failAt(3);
            assertThrows(EngineException.class, () -> session.run(input(2)));
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
                () -> TensorRtEngine.of(plan, cuda, StandInPlan.inputs(), StandInPlan.inputs()));
        assertTrue(String.valueOf(e.getMessage()).contains("the plan has no 'x', and the graph has it as output float32[m, 3]"),
                e.getMessage());
        assertTrue(plan.isClosed());
    }
}
