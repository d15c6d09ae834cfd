package dev.maskforge.checkpoint.pickle;

import java.util.List;
import java.util.Optional;

/// Pickles of numpy arrays and plain values.
final class NumpyDialect implements Dialect {
    private final Reductions reductions;

    NumpyDialect(Reductions reductions) {
        this.reductions = reductions;
    }

    @Override
    public Optional<PickleValue> named(Global.Name name) {
        return Global.of(name).map(global -> global);
    }

    @Override
    public PickleException refusal(long offset, Opcode opcode, Global.Name name) {
        if (name.module().equals("torch") || name.module().startsWith("torch.")) {
            return PickleException.unsupported(offset,
                    "the pickle asks for '" + name + "', so it holds PyTorch's objects in place of numpy arrays",
                    "save them with torch.save, or as numpy arrays");
        }
        return PickleException.forbidden(offset, "the pickle asks for '" + name + "' by " + opcode);
    }

    @Override
    public boolean uses(Opcode opcode) {
        return false;
    }

    @Override
    public PickleValue call(long offset, PickleValue callee, List<PickleValue> arguments) {
        if (!(callee instanceof Global global)) {
            throw PickleException.forbidden(offset, "the pickle calls " + callee.kind());
        }
        return reductions.call(offset, global, arguments);
    }

    @Override
    public void build(long offset, PickleValue target, PickleValue state) {
        reductions.build(offset, target, state);
    }

    @Override
    public void put(long offset, PickleDictionary dictionary, PickleValue key, PickleValue value) {
        reductions.put(offset, dictionary, key, value);
    }

    @Override
    public PickleValue persistent(long offset, PickleValue id) {
        throw new AssertionError("numpy's pickles have no parts outside");
    }
}
