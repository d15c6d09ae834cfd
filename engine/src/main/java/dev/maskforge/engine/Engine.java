package dev.maskforge.engine;

import dev.maskforge.graph.TensorType;
import java.util.SequencedMap;

/// A graph made ready to run. Safe to share between threads; its sessions are not.
public interface Engine extends AutoCloseable {
    /// The inputs by name, in order, with symbolic dimensions where sizes are free.
    SequencedMap<String, TensorType> inputs();

    /// The outputs by name, in order.
    SequencedMap<String, TensorType> outputs();

    /// Opens a session. Sessions share the engine's weights.
    ///
    /// @throws IllegalStateException if the engine is closed
    Session openSession();

    /// Frees the runtime's memory. Sessions must have been closed before. Closing again does nothing.
    ///
    /// @throws IllegalStateException if a session is open
    @Override
    void close();
}
