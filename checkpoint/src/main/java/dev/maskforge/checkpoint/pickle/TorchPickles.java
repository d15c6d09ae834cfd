package dev.maskforge.checkpoint.pickle;

import java.lang.foreign.MemorySegment;
import java.util.Collection;

/// Pickles of `torch.save` that follow each other, and the storages that they name. One allowance holds for all of them.
public final class TorchPickles {
    private final MemorySegment memory;
    private final Allowance allowance;
    private final TorchDialect dialect;
    private long position;

    /// @param memory   begins with a pickle
    /// @param fileSize of the file in which the storages lie, in bytes
    public TorchPickles(MemorySegment memory, long fileSize) {
        this.memory = memory;
        this.allowance = Allowance.ofViews(fileSize);
        this.dialect = new TorchDialect(fileSize, allowance, new Reductions(allowance));
    }

    /// The value of the next pickle. Its tensors have no elements until their storages are bound.
    ///
    /// @throws PickleException if it is damaged, or holds more than tensors and plain values
    public PickleValue next() {
        PickleInput input = new PickleInput(memory, position);
        PickleValue value = new PickleInterpreter(input, allowance, dialect).run();
        position = input.position();
        return value;
    }

    /// Where the last pickle ended.
    public long position() {
        return position;
    }

    /// Makes sure that nothing follows the last pickle.
    ///
    /// @throws PickleException if something does
    public void requireEnd() {
        if (position != memory.byteSize()) {
            throw PickleException.damaged(position, "the file goes on after the pickle's STOP");
        }
    }

    /// All storages that the pickles so far name, each once.
    public Collection<TorchStorage> storages() {
        return dialect.storages();
    }
}
