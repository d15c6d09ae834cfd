package dev.maskforge.checkpoint.pickle;

import java.util.List;
import java.util.Optional;

/// What one kind of checkpoint may name and call, and which operations it needs beside those that all have. Whatever it does
/// not know is refused.
interface Dialect {
    /// The constant that a name stands for.
    Optional<PickleValue> named(Global.Name name);

    /// What to throw for a name that stands for nothing here.
    PickleException refusal(long offset, Opcode opcode, Global.Name name);

    /// Whether it has sets, objects made with NEWOBJ, and parts that lie outside the pickle.
    boolean uses(Opcode opcode);

    PickleValue call(long offset, PickleValue callee, List<PickleValue> arguments);

    /// Gives an object its state.
    void build(long offset, PickleValue target, PickleValue state);

    void put(long offset, PickleDictionary dictionary, PickleValue key, PickleValue value);

    /// What lies outside the pickle under an id.
    PickleValue persistent(long offset, PickleValue id);
}
