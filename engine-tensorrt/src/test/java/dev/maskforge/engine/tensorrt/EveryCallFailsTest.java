package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.kernels.KernelCache;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.StandInCompiler;
import dev.maskforge.engine.tensorrt.kernels.StandInModules;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// A segment and a kernel of ours, on a device that is none. On a GPU the same is done over the driver.
class EveryCallFailsTest {
    private final StandInCuda device = new StandInCuda();
    private final StandInModules modules = new StandInModules();
    private final Injection injection = new Injection();
    private final EveryCallFails.Counted plans = new EveryCallFails.Counted();

    @TempDir
    private Path folder;

    /// Labels straight from inputs, and a picture straight from constants.
    private static Graph labels() {
        Dimension n = Dimension.symbol("n");
        Dimension h = Dimension.symbol("h");
        GraphBuilder builder = new GraphBuilder();
        Value classes = builder.input("classes", new TensorType(DataType.FLOAT32, Shape.of(n, Dimension.of(7), Dimension.of(20))));
        Value masks = builder.input("masks", new TensorType(DataType.FLOAT32, Shape.of(n, Dimension.of(7), h, Dimension.of(5))));
        builder.output("labels", builder.add(new Operation.SemanticLabels(h.times(4), Dimension.of(20)), classes, masks));
        Value pixels = builder.initializer("pixels", Tensor.ofBytes(Shape.of(1, 4, 6, 3), new byte[72]));
        Value valid = builder.initializer("valid", Tensor.ofIntegers(Shape.of(1, 2), 4, 6));
        builder.output("image", builder.add(new Operation.Pixels(List.of(1f, 2f, 3f), List.of(4f, 5f, 6f)), pixels, valid));
        return builder.build();
    }

    /// `y = 2·x` by a segment, and labels and picture by kernels.
    private static PlanContainer container() {
        Graph labels = labels();
        Partition partition = Partition.of(labels, KernelSteps::isOwn);
        PlanValues values = PlanValues.of(partition, labels);
        SequencedMap<String, TensorType> inputs = StandInPlan.inputs();
        labels.inputs().forEach(name -> inputs.put(name, labels.type(name)));
        SequencedMap<String, TensorType> outputs = StandInPlan.outputs();
        labels.outputs().forEach(name -> outputs.put(name, labels.type(name)));
        List<PlanContainer.Part> parts = new ArrayList<>(List.of(new PlanContainer.Part.Segment(MemorySegment.ofArray(new byte[1]))));
        partition.steps().forEach(step -> parts.add(new PlanContainer.Part.Kernel((Partition.Step.Kernel) step)));
        return new PlanContainer(inputs, outputs, values.between(), values.constants(), parts);
    }

    private Engine open() {
        Cuda cuda = injection.into(device);
        KernelLoader loader = new KernelLoader(injection.into(modules), new StandInCompiler(), new KernelCache(folder));
        return PlanOpening.open(container(), _ -> plans.of(new StandInPlan(device)), cuda, () -> loader, 2);
    }

    private static Map<String, Tensor> inputs(int size) {
        float[] elements = new float[3 * size];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = i - 2.5f;
        }
        return Map.of("x", Tensor.of(Shape.of(size, 3), elements), "classes", Tensor.of(Shape.of(size, 7, 20), new float[size * 140]),
                "masks", Tensor.of(Shape.of(size, 7, size, 5), new float[35 * size * size]));
    }

    @Test
    void isCleanAndLeavesTheEngineUsable() {
        Map<String, Integer> failed = new EveryCallFails(injection, this::open, plans,
                List.of(inputs(2), inputs(2), inputs(2), inputs(3))).run();
        System.out.println("failed in turn, then as before, nothing held: " + failed);
        assertEquals(0, device.held());
        assertEquals(0, modules.loaded().size());
        // All of the two interfaces save freeMemory, which a session does not call; of synchronize that which waits for constants.
        assertEquals(26, failed.size(), failed.toString());
    }

    @Test
    void isCleanWhereWaitingForAFailedRunFailsToo() {
        Engine engine = open();
        Session session = engine.openSession();
        session.run(inputs(2));
        // The first run at a size is not written down.
        injection.failNext("copyOut", "synchronize");
        assertMessage("copyOut", assertThrows(EngineException.class, () -> session.run(inputs(3))));
        assertMessage("synchronize", assertThrows(EngineException.class, () -> session.run(inputs(2))));
        session.run(inputs(2));
        injection.failNext("copyOut", "synchronize");
        assertMessage("copyOut", assertThrows(EngineException.class, () -> session.run(inputs(3))));
        assertMessage("synchronize", assertThrows(EngineException.class, session::close));
        engine.close();
        assertEquals(Map.of(), injection.held());
        assertEquals(0, plans.open());
    }

    private static void assertMessage(String part, EngineException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("CUDA fails at " + part), e.getMessage());
    }
}
