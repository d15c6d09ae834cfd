package dev.maskforge.engine.tensorrt.plan;

import dev.maskforge.graph.DataType;
import java.util.List;
import java.util.SequencedMap;

/// A plan on the device: its weights, and the kernels that were chosen for it. Safe to share between threads.
public interface LoadedPlan extends AutoCloseable {
    /// An input or output of a plan.
    ///
    /// @param sizes    along its axes; -1 where the profile leaves a range
    /// @param isInput  whether it goes in
    record Port(DataType dataType, List<Long> sizes, boolean isInput) {
        public Port {
            sizes = List.copyOf(sizes);
        }
    }

    /// Its inputs and outputs by name.
    SequencedMap<String, Port> ports();

    /// What it consists of, layer by layer, in JSON; more than names if they were kept.
    String layers();

    /// Makes a context: what one run at a time needs besides the weights.
    ///
    /// @throws dev.maskforge.engine.EngineException if there is no memory for it
    ExecutionContext newContext();

    /// Frees the plan. Its contexts must have been closed.
    @Override
    void close();
}
