package dev.maskforge.engine.onnxruntime;

import com.sun.management.ThreadMXBean;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

class AllocationTest {
    /// Names, handles and the arithmetic of sizes; a picture of 256x512 has 1.5 MB.
    private static final long LIMIT = 32 * 1024;
    private static final int RUNS = 50;

    @Test
    void runsReuseTheirBuffers() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32,
                Shape.of(Dimension.symbol("n"), Dimension.of(3), Dimension.symbol("h").times(32), Dimension.symbol("w").times(32))));
        builder.output("y", x.add(1f));
        Tensor picture = Tensor.of(Shape.of(1, 3, 256, 512), new float[3 * 256 * 512]);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Engine engine = new OnnxRuntimeProvider().build(builder.build(), EngineOptions.standard());
                Session session = engine.openSession()) {
            Tensor first = Objects.requireNonNull(session.run(Map.of("x", picture)).get("y"));
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < RUNS; i++) {
                assertSame(first.memory(), Objects.requireNonNull(session.run(Map.of("x", picture)).get("y")).memory());
            }
            long perRun = (threads.getCurrentThreadAllocatedBytes() - before) / RUNS;
            System.out.println("bytes allocated by a run: " + perRun);
            assertTrue(perRun < LIMIT, perRun + " bytes");
        }
    }
}
