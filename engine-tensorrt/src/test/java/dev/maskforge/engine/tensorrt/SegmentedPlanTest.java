package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.LayerTime;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Two segments, one after the other, on a device that is none: `t = 2·x`, `y = 2·t`.
class SegmentedPlanTest {
    private final List<StandInPlan> plans = new ArrayList<>();

    private static PlanContainer container() {
        SequencedMap<String, TensorType> between = new LinkedHashMap<>(Map.of("t", StandInPlan.TYPE));
        return new PlanContainer(StandInPlan.inputs(), StandInPlan.outputs(), between,
                List.of(new PlanContainer.Part.Segment(MemorySegment.ofArray(new byte[1])),
                        new PlanContainer.Part.Segment(MemorySegment.ofArray(new byte[2]))));
    }

    private LoadedPlan load(StandInCuda cuda) {
        return load(cuda, container());
    }

    private LoadedPlan load(StandInCuda cuda, PlanContainer container) {
        return SegmentedPlan.load(container, bytes -> {
            StandInPlan plan = bytes.byteSize() == 1 ? new StandInPlan(cuda, "x", "t") : new StandInPlan(cuda, "t", "y");
            plans.add(plan);
            return plan;
        }, cuda, () -> {
            throw new AssertionError("there is no kernel");
        });
    }

    private void use(StandInCuda cuda) {
        try (TensorRtEngine engine = TensorRtEngine.of(load(cuda), cuda, 1, StandInPlan.inputs(), StandInPlan.outputs());
                Session session = engine.openSession()) {
            for (int rows : new int[]{2, 2, 2, 3}) {
                float[] elements = new float[rows * 3];
                float[] expected = new float[rows * 3];
                for (int i = 0; i < elements.length; i++) {
                    elements[i] = i - 1.5f;
                    expected[i] = 4 * elements[i];
                }
                Map<String, Tensor> outputs = session.run(Map.of("x", Tensor.of(Shape.of(rows, 3), elements)));
                assertArrayEquals(expected, Objects.requireNonNull(outputs.get("y")).toFloats());
            }
        }
    }

    @Test
    void segmentsRunOneAfterTheOtherAndAsOneGraph() {
        StandInCuda cuda = new StandInCuda();
        use(cuda);
        assertEquals(1, cuda.calls().stream().filter("beginCapture"::equals).count());
        assertEquals(2, cuda.calls().stream().filter("launch"::equals).count());
        assertEquals(0, cuda.held());
        assertTrue(plans.stream().allMatch(StandInPlan::isClosed));
    }

    /// What goes out may be taken on.
    @Test
    void anOutputIsAnInputOfTheNextStep() {
        StandInCuda cuda = new StandInCuda();
        SequencedMap<String, TensorType> outputs = new LinkedHashMap<>(Map.of("t", StandInPlan.TYPE));
        outputs.put("y", StandInPlan.TYPE);
        PlanContainer container = new PlanContainer(StandInPlan.inputs(), outputs, new LinkedHashMap<>(), container().parts());
        LoadedPlan plan = SegmentedPlan.load(container,
                bytes -> bytes.byteSize() == 1 ? new StandInPlan(cuda, "x", "t") : new StandInPlan(cuda, "t", "y"), cuda, () -> {
                    throw new AssertionError("there is no kernel");
                });
        try (TensorRtEngine engine = TensorRtEngine.of(plan, cuda, 1, StandInPlan.inputs(), outputs);
                Session session = engine.openSession()) {
            Map<String, Tensor> given = session.run(Map.of("x", Tensor.of(Shape.of(1, 3), 1f, 2f, 3f)));
            assertArrayEquals(new float[]{2, 4, 6}, Objects.requireNonNull(given.get("t")).toFloats());
            assertArrayEquals(new float[]{4, 8, 12}, Objects.requireNonNull(given.get("y")).toFloats());
        }
        assertEquals(0, cuda.held());
    }

    @Test
    void layersAreTimedSegmentBySegment() {
        StandInCuda cuda = new StandInCuda();
        try (TensorRtEngine engine = TensorRtEngine.of(load(cuda), cuda, 1, StandInPlan.inputs(), StandInPlan.outputs());
                Session session = engine.openSession()) {
            Map<String, Tensor> inputs = Map.of("x", Tensor.of(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f));
            List<LayerTime> expected = List.of(new LayerTime("x to t", List.of("t"), 6), new LayerTime("t to y", List.of("y"), 6));
            assertEquals(expected, session.layerTimes(inputs));
            session.run(inputs);
            session.run(inputs);
            assertEquals(expected, session.layerTimes(inputs));
            assertArrayEquals(new float[]{4, 8, 12, 16, 20, 24}, Objects.requireNonNull(session.run(inputs).get("y")).toFloats());
        }
        assertEquals(0, cuda.held());
    }

    @Test
    void aFailureOfAnyCallLeaksNothing() {
        StandInCuda whole = new StandInCuda();
        use(whole);
        int calls = whole.callCount();
        for (int call = 0; call < calls; call++) {
            plans.clear();
            StandInCuda cuda = new StandInCuda();
            cuda.failAt(call);
            try {
                use(cuda);
            } catch (EngineException e) {
                assertEquals(1, String.valueOf(e.getMessage()).lines().count(), e.getMessage());
            }
            assertEquals(0, cuda.held(), "held after call " + call + ", " + cuda.calls().get(call));
            assertTrue(plans.stream().allMatch(plan -> plan.openContexts() == 0 && plan.isClosed()), "call " + call);
        }
        System.out.println("segments: failed in turn, nothing held: " + calls + " calls");
    }

    @Test
    void aSegmentThatDoesNotLoadTakesTheOthersAlong() {
        StandInCuda cuda = new StandInCuda();
        EngineException e = assertThrows(EngineException.class, () -> SegmentedPlan.load(container(), bytes -> {
            if (bytes.byteSize() == 2) {
                throw new EngineException("this is no plan");
            }
            StandInPlan plan = new StandInPlan(cuda, "x", "t");
            plans.add(plan);
            return plan;
        }, cuda, () -> {
            throw new AssertionError("there is no kernel");
        }));
        assertEquals("this is no plan", e.getMessage());
        assertTrue(plans.getFirst().isClosed());
    }

    private static LoadedPlan withOutput(StandInCuda cuda, PlanContainer container, LoadedPlan.Port port) {
        return SegmentedPlan.load(container, bytes -> {
            StandInPlan plan = bytes.byteSize() == 1 ? new StandInPlan(cuda, "x", "t") : new StandInPlan(cuda, "t", "y");
            if (bytes.byteSize() == 1) {
                plan.setOutputPort(port);
            }
            return plan;
        }, cuda, () -> {
            throw new AssertionError("there is no kernel");
        });
    }

    /// TensorRT would write more than was allocated.
    @Test
    void segmentsHaveTheTypesThatTheContainerDescribes() {
        StandInCuda cuda = new StandInCuda();
        for (LoadedPlan.Port port : List.of(new LoadedPlan.Port(DataType.FLOAT32, List.of(-1L, 30L), false),
                new LoadedPlan.Port(DataType.INT64, List.of(-1L, 3L), false),
                new LoadedPlan.Port(DataType.FLOAT32, List.of(-1L, 3L, 3L), false))) {
            EngineException e = assertThrows(EngineException.class, () -> withOutput(cuda, container(), port));
            assertEquals("a segment of the plan gives 't' as " + port + ", which is float32[m, 3]; build it anew", e.getMessage());
        }
        PlanContainer without = new PlanContainer(StandInPlan.inputs(), StandInPlan.outputs(), new LinkedHashMap<>(),
                container().parts());
        EngineException e = assertThrows(EngineException.class, () -> load(cuda, without));
        assertEquals("a segment of the plan gives 't', which the plan does not describe; build it anew", e.getMessage());
        assertTrue(plans.stream().allMatch(StandInPlan::isClosed));
        assertEquals(0, cuda.held());
    }

    /// A kernel beside it would take one pixel's channels for a row of one.
    @Test
    void segmentsHaveTheLayoutOfTheOtherSteps() {
        StandInCuda cuda = new StandInCuda();
        for (LoadedPlan.Layout layout : List.of(LoadedPlan.Layout.CHANNELS_LAST, LoadedPlan.Layout.OTHER)) {
            LoadedPlan.Port port = new LoadedPlan.Port(DataType.FLOAT32, List.of(-1L, 3L), false, layout);
            EngineException e = assertThrows(EngineException.class, () -> withOutput(cuda, container(), port));
            assertEquals(
                    "a segment of the plan gives 't' as " + port + ", and its other steps have it in the order of its axes; build it anew",
                    e.getMessage());
        }
        assertEquals(0, cuda.held());
    }

    /// What neither the segment nor the plan says before may turn out to be more than there is room for, also if it is the only one.
    @Test
    void whatASegmentGivesIsAsLargeAsThePlanSays() {
        StandInCuda cuda = new StandInCuda();
        PlanContainer single = new PlanContainer(StandInPlan.inputs(), new LinkedHashMap<>(Map.of("t", StandInPlan.TYPE)),
                new LinkedHashMap<>(), container().parts().subList(0, 1));
        for (PlanContainer container : List.of(container(), single)) {
            LoadedPlan plan = SegmentedPlan.load(container, bytes -> {
                StandInPlan segment = bytes.byteSize() == 1 ? new StandInPlan(cuda, "x", "t") : new StandInPlan(cuda, "t", "y");
                segment.setOutputSizes(List.of(bytes.byteSize() == 1 ? 4L : 2L, 3L));
                return segment;
            }, cuda, () -> {
                throw new AssertionError("there is no kernel");
            });
            try (TensorRtEngine engine = TensorRtEngine.of(plan, cuda, 1, container.inputs(), container.outputs());
                    Session session = engine.openSession()) {
                EngineException e = assertThrows(EngineException.class,
                        () -> session.run(Map.of("x", Tensor.of(Shape.of(2, 3), new float[6]))));
                assertEquals("a segment of the plan gives 't' with the sizes [4, 3] where there is room for [2, 3]; build it anew",
                        e.getMessage());
            }
            assertEquals(0, cuda.held());
        }
    }

    /// What a segment has for good where the container has a symbol is right at some sizes, also if it is the only one.
    @Test
    void segmentsHaveTheSizesOfTheRun() {
        StandInCuda cuda = new StandInCuda();
        PlanContainer single = new PlanContainer(StandInPlan.inputs(), new LinkedHashMap<>(Map.of("t", StandInPlan.TYPE)),
                new LinkedHashMap<>(), container().parts().subList(0, 1));
        for (PlanContainer container : List.of(container(), single)) {
            LoadedPlan plan = withOutput(cuda, container, new LoadedPlan.Port(DataType.FLOAT32, List.of(2L, 3L), false));
            try (TensorRtEngine engine = TensorRtEngine.of(plan, cuda, 1, container.inputs(), container.outputs());
                    Session session = engine.openSession()) {
                session.run(Map.of("x", Tensor.of(Shape.of(2, 3), new float[6])));
                EngineException e = assertThrows(EngineException.class,
                        () -> session.run(Map.of("x", Tensor.of(Shape.of(1, 3), new float[3]))));
                assertTrue(String.valueOf(e.getMessage()).contains("which is float32[1, 3] at these sizes; build it anew"),
                        e.getMessage());
            }
            assertEquals(0, cuda.held());
        }
    }
}
