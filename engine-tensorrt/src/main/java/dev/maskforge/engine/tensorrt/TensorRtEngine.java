package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.AbstractEngine;
import dev.maskforge.engine.AbstractSession;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan;
import dev.maskforge.graph.TensorType;
import java.util.HashMap;
import java.util.Map;
import java.util.SequencedMap;

/// A plan on the GPU.
final class TensorRtEngine extends AbstractEngine {
    private final LoadedPlan plan;
    private final Cuda cuda;
    private final HostCopy copy;

    private TensorRtEngine(LoadedPlan plan, Cuda cuda, HostCopy copy, SequencedMap<String, TensorType> inputs,
            SequencedMap<String, TensorType> outputs) {
        super(inputs, outputs);
        this.plan = plan;
        this.cuda = cuda;
        this.copy = copy;
    }

    /// An engine that owns the plan.
    ///
    /// @param threads that copy what a run takes, at least 1
    /// @throws EngineException if the plan's inputs and outputs are not these
    static TensorRtEngine of(LoadedPlan plan, Cuda cuda, int threads, SequencedMap<String, TensorType> inputs,
            SequencedMap<String, TensorType> outputs) {
        try {
            requirePorts(plan.ports(), inputs, outputs);
            return new TensorRtEngine(plan, cuda, HostCopy.by(threads), inputs, outputs);
        } catch (RuntimeException | Error e) {
            plan.close();
            throw e;
        }
    }

    private static void requirePorts(Map<String, LoadedPlan.Port> ports, Map<String, TensorType> inputs, Map<String, TensorType> outputs) {
        Map<String, LoadedPlan.Port> left = new HashMap<>(ports);
        inputs.forEach((name, type) -> requirePort(name, type, true, left));
        outputs.forEach((name, type) -> requirePort(name, type, false, left));
        if (!left.isEmpty()) {
            throw new EngineException("the plan has an input or output '" + left.keySet().iterator().next()
                    + "' that the graph does not have; build it anew");
        }
    }

    private static void requirePort(String name, TensorType type, boolean isInput, Map<String, LoadedPlan.Port> left) {
        LoadedPlan.Port port = left.remove(name);
        if (port == null || port.isInput() != isInput || !port.fits(type)) {
            throw new EngineException("the plan has " + (port == null ? "no '" + name + "'" : "'" + name + "' as " + port)
                    + ", and the graph has it as " + (isInput ? "input " : "output ") + type + "; build it anew");
        }
    }

    @Override
    protected AbstractSession newSession() {
        return new TensorRtSession(this, plan);
    }

    Cuda cuda() {
        return cuda;
    }

    HostCopy copy() {
        return copy;
    }

    @Override
    protected void release() {
        try (copy) {
            plan.close();
        }
    }
}
