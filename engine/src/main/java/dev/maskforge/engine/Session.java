package dev.maskforge.engine;

import dev.maskforge.graph.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// A place to run an engine in, for one thread at a time. Its buffers are reused from run to run.
public interface Session extends AutoCloseable {
    /// Runs the engine.
    ///
    /// @param inputs a tensor for each of the engine's inputs, in any memory; read before this returns
    /// @return a tensor for each output, in the engine's order, valid until the next run or the session's end
    /// @throws IllegalArgumentException if an input is missing, unknown, empty, or of another type; found before the
    ///                                  runtime sees it
    /// @throws IllegalStateException    if the session is closed, or running on another thread, or an input's memory was freed
    /// @throws EngineException          if the runtime fails, or the run was [cancelled][#cancel()]
    SequencedMap<String, Tensor> run(Map<String, Tensor> inputs);

    /// As [#run(Map)], while the calling thread does something else: beside a device that computes, or before the run.
    ///
    /// @param meanwhile what it does. What that throws is thrown here, and the session stays usable
    SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Runnable meanwhile);

    /// As [#run(Map)], given up after a while. The runtime looks at the time between nodes, so the end may come a node late.
    ///
    /// @throws EngineException if the time is over; the session stays usable
    SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Duration atMost);

    /// Where the time of the last run went, where the runtime computes on a device and can tell; else nothing.
    default Optional<DeviceTimes> deviceTimes() {
        return Optional.empty();
    }

    /// Runs the engine once with a look at the clock between its layers, in the order in which they ran. That takes longer than
    /// a [run][#run(Map)], and so do its layers together.
    ///
    /// @param inputs as of a run
    /// @throws EngineException if the engine does not tell, or the run fails
    List<LayerTime> layerTimes(Map<String, Tensor> inputs);

    /// Gives up the run that is under way, from another thread; that run throws an [EngineException] unless it ended first.
    /// Does nothing when none is. The session stays usable.
    void cancel();

    /// Frees the buffers. Closing again does nothing.
    ///
    /// @throws IllegalStateException if the session is running
    @Override
    void close();
}
