package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Unary;
import dev.maskforge.graph.Operation.UnaryFunction;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// What a value is computed by, and by what its inputs are, as far as a rule wants to know.
@FunctionalInterface
interface Pattern {
    /// The captures of a match, with those that were found before.
    Optional<Captures> match(String value, Wiring wiring, Captures captures);

    default Optional<Captures> match(String value, Wiring wiring) {
        return match(value, wiring, Captures.NONE);
    }

    /// Any value.
    static Pattern any(Capture capture) {
        return (value, _, captures) -> captures.with(capture, value);
    }

    /// A constant.
    static Pattern constant(Capture capture) {
        return (value, wiring, captures) -> wiring.constant(value).flatMap(_ -> captures.with(capture, value));
    }

    /// A constant all of whose elements are this number, up to float32's rounding.
    static Pattern uniform(double number) {
        return (value, wiring, captures) -> wiring.isUniform(value, number) ? Optional.of(captures) : Optional.empty();
    }

    /// A constant all of whose elements are one number.
    static Pattern uniform(Capture capture) {
        return (value, wiring, captures) -> wiring.uniform(value).isPresent() ? captures.with(capture, value) : Optional.empty();
    }

    /// What an operation gives, with as many inputs as there are patterns.
    static Pattern operation(Predicate<Operation> test, Pattern... inputs) {
        return (value, wiring, captures) -> wiring.maker(value)
                .filter(node -> test.test(node.operation()) && node.inputs().size() == inputs.length && node.outputs().size() == 1)
                .flatMap(node -> all(node, List.of(inputs), wiring, captures));
    }

    static Pattern operation(Class<? extends Operation> kind, Pattern... inputs) {
        return operation(kind::isInstance, inputs);
    }

    static Pattern unary(UnaryFunction function, Pattern input) {
        return operation(new Unary(function)::equals, input);
    }

    /// The inputs may stand in either order where that is the same.
    static Pattern binary(BinaryFunction function, Pattern a, Pattern b) {
        Pattern inOrder = operation(new Binary(function)::equals, a, b);
        return switch (function) {
            case ADD, MULTIPLY, MINIMUM, MAXIMUM, EQUAL, AND, OR -> inOrder.or(operation(new Binary(function)::equals, b, a));
            case SUBTRACT, DIVIDE, POWER, LESS, GREATER_OR_EQUAL -> inOrder;
        };
    }

    private static Optional<Captures> all(Node node, List<Pattern> inputs, Wiring wiring, Captures captures) {
        Optional<Captures> found = Optional.of(captures);
        for (int i = 0; i < inputs.size() && found.isPresent(); i++) {
            found = inputs.get(i).match(node.inputs().get(i), wiring, found.get());
        }
        return found;
    }

    default Pattern or(Pattern other) {
        return (value, wiring, captures) -> match(value, wiring, captures).or(() -> other.match(value, wiring, captures));
    }

    /// This one, with the value itself captured.
    default Pattern as(Capture capture) {
        return (value, wiring, captures) -> match(value, wiring, captures).flatMap(found -> found.with(capture, value));
    }

    /// This one behind any Reshape and Transpose.
    default Pattern rearranged() {
        return (value, wiring, captures) -> match(Trace.of(value, wiring).source(), wiring, captures);
    }
}
