package dev.maskforge.checkpoint.pickle;

import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.Arena;

/// A tensor whose elements stay in the file until someone wants them. Compared by identity.
public interface StoredTensor {
    /// Element type and shape, known without reading elements.
    TensorType type();

    /// The elements: a view of the file where it has them little-endian and in row-major order, else a copy in memory of the
    /// arena.
    ///
    /// @throws PickleException if what stands for the elements turns out to be damaged
    Tensor tensor(Arena arena);
}
