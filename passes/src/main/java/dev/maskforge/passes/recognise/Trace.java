package dev.maskforge.passes.recognise;

import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where a value comes from, when moving elements is looked through.
///
/// @param source      the nearest value behind it that is computed by something else
/// @param arrangement how its axes are made of the source's
/// @param nodes       the nodes between, the nearest to the source first
record Trace(String source, Arrangement arrangement, List<Node> nodes) {
    /// More nodes in a row than any exporter writes; a file may have as many as it likes.
    static final int LONGEST = 64;

    /// What may be looked through besides: it keeps the shape of an input, and what it does to elements the caller knows.
    @FunctionalInterface
    interface Through {
        Through NOTHING = _ -> Optional.empty();

        /// The input that the node's output is arranged as, if it may be looked through.
        Optional<String> input(Node node);
    }

    /// Through Reshape and Transpose.
    static Trace of(String value, Wiring wiring) {
        return of(value, wiring, false, Through.NOTHING);
    }

    /// Through Reshape, Transpose and Expand.
    static Trace withRepeats(String value, Wiring wiring) {
        return of(value, wiring, true, Through.NOTHING);
    }

    static Trace of(String value, Wiring wiring, boolean withRepeats, Through through) {
        List<Node> nodes = new ArrayList<>();
        String source = value;
        for (Optional<Node> maker = wiring.maker(value); maker.isPresent() && nodes.size() < LONGEST; maker = wiring.maker(source)) {
            Optional<String> input = moves(maker.get(), withRepeats)
                    ? Optional.of(maker.get().inputs().getFirst())
                    : through.input(maker.get());
            if (input.isEmpty()) {
                break;
            }
            nodes.addFirst(maker.get());
            source = input.get();
        }
        return over(source, nodes, wiring, withRepeats);
    }

    private static boolean moves(Node node, boolean withRepeats) {
        return switch (node.operation()) {
            case Operation.Reshape _,Operation.Transpose _ -> true;
            case Operation.Expand _ -> withRepeats;
            default -> false;
        };
    }

    /// A reshape that no atoms can say starts the trace anew.
    private static Trace over(String source, List<Node> nodes, Wiring wiring, boolean withRepeats) {
        Arrangement arrangement = Arrangement.of(wiring.shape(source));
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (moves(node, withRepeats)) {
                Optional<Arrangement> next = arrangement.then(node.operation());
                if (next.isEmpty()) {
                    return over(node.output(), nodes.subList(i + 1, nodes.size()), wiring, withRepeats);
                }
                arrangement = next.get();
            }
        }
        return new Trace(source, arrangement, List.copyOf(nodes));
    }

    /// Applies operations of one input, one after the other.
    static Value apply(List<Operation> operations, Value to, GraphBuilder builder) {
        Value result = to;
        for (Operation operation : operations) {
            result = builder.add(operation, result);
        }
        return result;
    }
}
