package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Value;

/// What a rule says of a node.
sealed interface Verdict {
    /// The pattern does not begin here.
    record Keep() implements Verdict {}

    /// The node's only output becomes this value.
    record Replace(Value value) implements Verdict {}

    /// The pattern almost fits.
    record Refuse(String reason) implements Verdict {}

    static Verdict keep() {
        return new Keep();
    }

    static Verdict replace(Value value) {
        return new Replace(value);
    }

    static Verdict refuse(String reason) {
        return new Refuse(reason);
    }
}
