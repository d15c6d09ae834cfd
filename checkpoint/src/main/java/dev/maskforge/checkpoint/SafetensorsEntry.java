package dev.maskforge.checkpoint;

import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Where a tensor lies.
///
/// @param type   what it is read as
/// @param stored what its elements are in the file
/// @param begin  of its elements, in bytes after the header
/// @param end    of its elements, in bytes after the header
record SafetensorsEntry(TensorType type, SafetensorsType stored, long begin, long end) {
    /// The elements: a view, or wider ones in memory of the arena.
    ///
    /// @param data what follows the header
    Tensor tensor(MemorySegment data, Arena arena) {
        MemorySegment elements = data.asSlice(begin, end - begin);
        if (!stored.isWidened()) {
            return new Tensor(type, elements.asReadOnly());
        }
        Tensor wide = Tensor.allocate(type.dataType(), type.shape(), arena);
        stored.widen(elements, wide.memory(), wide.elementCount());
        return new Tensor(type, wide.memory().asReadOnly());
    }
}
