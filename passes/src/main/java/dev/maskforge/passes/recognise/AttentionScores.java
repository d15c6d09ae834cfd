package dev.maskforge.passes.recognise;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.MatMul;
import dev.maskforge.passes.recognise.RecogniseAttention.ScaledInput;
import java.util.Optional;

/// What goes into the softmax of an attention: a product, scaled, with some keys at -inf.
///
/// @param product the MatMul of query and key
/// @param factor  what its result is multiplied by
/// @param mask    where keys are blocked, if any are
record AttentionScores(Node product, double factor, Optional<Trace> mask) {
    /// Scales and masks in a row that are looked through.
    private static final int DEEPEST = 8;

    static Optional<AttentionScores> of(String value, Wiring wiring) {
        return of(value, wiring, DEEPEST);
    }

    private static Optional<AttentionScores> of(String value, Wiring wiring, int depth) {
        Optional<Node> maker = wiring.maker(value);
        if (maker.isEmpty() || depth == 0) {
            return Optional.empty();
        }
        Node node = maker.get();
        Optional<ScaledInput> scaled = ScaledInput.of(node, wiring).filter(input -> input.factor() > 0);
        if (scaled.isPresent()) {
            return of(scaled.get().input(), wiring, depth - 1).map(scores -> scores.times(scaled.get().factor()));
        }
        return switch (node.operation()) {
            case MatMul() -> Optional.of(new AttentionScores(node, 1, Optional.empty()));
            case Operation.Binary(BinaryFunction function) when function == BinaryFunction.ADD ->
                masked(node, node.inputs().get(0), node.inputs().get(1), wiring, depth)
                        .or(() -> masked(node, node.inputs().get(1), node.inputs().get(0), wiring, depth));
            case Operation.Where() when wiring.isUniform(node.inputs().get(1), Double.NEGATIVE_INFINITY) ->
                behind(node, node.inputs().get(2), Trace.withRepeats(node.inputs().getFirst(), wiring), wiring, depth);
            default -> Optional.empty();
        };
    }

    private AttentionScores times(double more) {
        return new AttentionScores(product, factor * more, mask);
    }

    /// scores + mask, where the mask is -inf or 0.
    private static Optional<AttentionScores> masked(Node node, String scores, String mask, Wiring wiring, int depth) {
        Trace trace = Trace.of(mask, wiring, true, each -> choice(each, wiring).or(() -> positive(each, wiring)));
        boolean isMask = trace.nodes().stream().anyMatch(each -> choice(each, wiring).isPresent())
                && wiring.is(trace.source(), DataType.BOOL);
        return isMask ? behind(node, scores, trace, wiring, depth) : Optional.empty();
    }

    /// The condition of Where(condition, -inf, 0), whose elements have the condition's places.
    private static Optional<String> choice(Node node, Wiring wiring) {
        return node.operation() instanceof Operation.Where && wiring.isUniform(node.inputs().get(1), Double.NEGATIVE_INFINITY)
                && wiring.isUniform(node.inputs().get(2), 0)
                && wiring.shape(node.inputs().getFirst()).equals(wiring.shape(node.output()))
                        ? Optional.of(node.inputs().getFirst())
                        : Optional.empty();
    }

    /// -inf and 0 stay what they are.
    private static Optional<String> positive(Node node, Wiring wiring) {
        return ScaledInput.of(node, wiring).filter(scaled -> scaled.factor() > 0).map(ScaledInput::input);
    }

    /// One mask at most, which does not make the scores larger than they are.
    private static Optional<AttentionScores> behind(Node node, String scores, Trace mask, Wiring wiring, int depth) {
        return of(scores, wiring, depth - 1)
                .filter(inner -> inner.mask().isEmpty() && wiring.shape(scores).equals(wiring.shape(node.output())))
                .map(inner -> new AttentionScores(inner.product(), inner.factor(), Optional.of(mask)));
    }
}
