package dev.maskforge.passes.recognise;

import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Value;
import java.util.List;
import java.util.function.Function;

/// What a rule says of a node.
sealed interface Finding {
    Finding NOTHING = new Nothing();

    /// It is not the form.
    record Nothing() implements Finding {}

    /// It is nearly the form.
    ///
    /// @param reason what is in the way
    record Declined(String reason) implements Finding {}

    /// It is the form.
    record Found(Rebuild rebuild) implements Finding {}

    /// Makes what stands for a node.
    @FunctionalInterface
    interface Rebuild {
        /// A value for each of the node's outputs, of its type.
        ///
        /// @param values the values of the graph before, as they are called there
        List<Value> build(Function<String, Value> values, GraphBuilder builder);
    }

    /// Makes what stands for the only output of a node.
    @FunctionalInterface
    interface RebuildOne {
        Value build(Function<String, Value> values, GraphBuilder builder);
    }

    static Finding declined(String reason) {
        return new Declined(reason);
    }

    static Finding found(RebuildOne rebuild) {
        return new Found((values, builder) -> List.of(rebuild.build(values, builder)));
    }

    /// It computes what another value is already.
    static Finding same(String value) {
        return found((values, _) -> values.apply(value));
    }
}
