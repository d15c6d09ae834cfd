package dev.maskforge.engine.onnxruntime;

import dev.maskforge.graph.Operation;
import dev.maskforge.kernels.Kernels;
import java.util.Set;

/// Who computes what.
public enum Execution {
    /// Kernels of ours compute what they are faster at; the graph is cut there, and ONNX Runtime computes the rest.
    OWN_KERNELS {
        @Override
        Set<Class<? extends Operation>> operations() {
            return Kernels.operations();
        }
    },
    /// ONNX Runtime computes all, in one piece; the control.
    RUNTIME_ONLY {
        @Override
        Set<Class<? extends Operation>> operations() {
            return Set.of();
        }
    };

    /// What kernels of ours compute.
    abstract Set<Class<? extends Operation>> operations();
}
