package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.tensorrt.binding.TensorRt;
import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Each of our calls to CUDA fails in turn, over the driver, with a plan of TensorRT's alone and those with kernels of ours.
@WhereThereIsAGpu
@Timeout(600)
class EveryCallFailsOnGpuTest {
    private final Injection injection = new Injection();
    private final EveryCallFails.Counted plans = new EveryCallFails.Counted();

    @ParameterizedTest
    @EnumSource
    void isCleanAndLeavesTheEngineUsable(SmallNetwork network) {
        DriverCuda driver = DriverCuda.open();
        driver.useOnThisThread();
        KernelLoader standard = KernelLoader.standard();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment plan = network.plan(arena);
            Map<String, Integer> kernels = SmallNetwork.kernels(plan);
            assertEquals(network.hasTokens(SmallNetwork.device()), kernels.containsKey(KernelSteps.TOKENS), kernels.toString());
            Map<String, Tensor> two = network.inputs(2, 2);
            Cuda cuda = injection.into(driver);
            KernelLoader loader = new KernelLoader(injection.into(standard.driver()), standard.compiler(), standard.cache());
            EveryCallFails everyCall = new EveryCallFails(injection, () -> open(plan, cuda, loader), plans,
                    List.of(two, two, two, network.inputs(3, 3)));
            // What is loaded at the first use stays.
            everyCall.run();
            Map<String, Integer> failed = new TreeMap<>();
            long growth = DeviceGrowth.after(() -> failed.putAll(everyCall.run()), driver::freeMemory);
            System.out.printf("%s, kernels of ours %s: failed in turn, then the same bits, nothing held: %s; device memory grows by %d%n",
                    network, kernels, failed, growth);
            assertEquals(network.hasKernels(), failed.containsKey("launch of a kernel"), failed.toString());
            assertTrue(DeviceGrowth.isNone(growth), "device memory grows by " + growth + " bytes");
        }
    }

    private Engine open(MemorySegment plan, Cuda cuda, KernelLoader loader) {
        return PlanOpening.open(PlanContainer.read(plan), bytes -> plans.of(TensorRt.instance().load(bytes)), cuda, () -> loader, 2);
    }
}
