package dev.maskforge.engine.tensorrt.plan;

import dev.maskforge.engine.LayerTime;
import dev.maskforge.graph.Shape;
import java.util.List;

/// A place to run a plan in, for one thread at a time. Every method throws [dev.maskforge.engine.EngineException] if the
/// runtime refuses.
public interface ExecutionContext extends AutoCloseable {
    /// Sets an input's constant shape, which must lie in the plan's profile.
    void setShape(String input, Shape shape);

    /// The sizes of an output along its axes, once all inputs have shapes; -1 where one is not known.
    List<Long> sizes(String output);

    /// Sets where an input or output lies on the device.
    void setAddress(String port, long address);

    /// Puts one run behind what the stream has to do.
    void enqueue(long stream);

    /// Runs once, and waits until that is done.
    ///
    /// @param stream with nothing else to do
    /// @return how long each layer took, in the order in which they ran
    List<LayerTime> layerTimes(long stream);

    @Override
    void close();
}
