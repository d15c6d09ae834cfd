package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.tensorrt.binding.TensorRt;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import java.lang.foreign.MemorySegment;

/// From a plan's bytes to an engine.
final class PlanOpening {
    private PlanOpening() {
    }

    /// @param plan with its header; not needed afterwards
    /// @throws dev.maskforge.engine.EngineException if it is none, or TensorRT refuses it
    static Engine open(MemorySegment plan) {
        PlanContainer container = PlanContainer.read(plan);
        DriverCuda cuda = DriverCuda.open();
        cuda.useOnThisThread();
        LoadedPlan loaded = SegmentedPlan.load(container, TensorRt.instance()::load, cuda, PlanOpening::kernels);
        return TensorRtEngine.of(loaded, cuda, container.inputs(), container.outputs());
    }

    private static KernelLoader kernels() {
        return Kernels.LOADER;
    }

    /// NVRTC is loaded when a kernel is needed.
    private static final class Kernels {
        static final KernelLoader LOADER = KernelLoader.standard();
    }
}
