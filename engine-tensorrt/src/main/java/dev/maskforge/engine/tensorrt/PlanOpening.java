package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.tensorrt.binding.TensorRt;
import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import java.util.function.Supplier;

/// From a plan's bytes to an engine.
final class PlanOpening {
    private PlanOpening() {
    }

    /// @param plan    with its header; not needed afterwards
    /// @param threads that copy what a run takes
    /// @throws dev.maskforge.engine.EngineException if it is none, or TensorRT refuses it
    static Engine open(MemorySegment plan, int threads) {
        return open(PlanContainer.read(plan), TensorRt.instance()::load, DriverCuda.open(), PlanOpening::kernels, threads);
    }

    /// @param load    brings a segment onto the device
    /// @param kernels where kernels come from, asked when one is needed
    /// @param threads that copy what a run takes
    static Engine open(PlanContainer container, Function<MemorySegment, LoadedPlan> load, Cuda cuda, Supplier<KernelLoader> kernels,
            int threads) {
        cuda.useOnThisThread();
        return TensorRtEngine.of(SegmentedPlan.load(container, load, cuda, kernels), cuda, threads, container.inputs(),
                container.outputs());
    }

    private static KernelLoader kernels() {
        return Kernels.LOADER;
    }

    /// NVRTC is loaded when a kernel is needed.
    private static final class Kernels {
        static final KernelLoader LOADER = KernelLoader.standard();
    }
}
