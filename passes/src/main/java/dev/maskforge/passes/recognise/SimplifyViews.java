package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import java.util.List;

/// Reshape and Transpose in a row -> as few of them as do the same, or none.
final class SimplifyViews implements Rule {
    @Override
    public String name() {
        return "join reshapes and transposes";
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        if (!(last.operation() instanceof Operation.Reshape || last.operation() instanceof Operation.Transpose)) {
            return Finding.NOTHING;
        }
        Trace trace = Trace.of(last.output(), wiring);
        List<Operation> operations = trace.arrangement().operations(wiring.shape(trace.source()));
        return operations.size() < trace.nodes().size()
                ? Finding.found((values, builder) -> Trace.apply(operations, values.apply(trace.source()), builder))
                : Finding.NOTHING;
    }
}
