package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.recognise.AttentionHeads.Side;
import dev.maskforge.passes.recognise.RecogniseAttention.ScaledInput;
import java.util.Optional;
import java.util.function.Function;

/// Query, key or value as it goes into a product of an attention, head by head.
///
/// @param value  as it goes in
/// @param shape  of that
/// @param scaled what the channels that it is cut from are multiplied by on the way
/// @param heads  how it is cut, if it is
record AttentionOperand(String value, Side side, Shape shape, double scaled, Optional<AttentionHeads> heads) {
    static AttentionOperand of(String value, Side side, Wiring wiring) {
        Trace trace = Trace.of(value, wiring, false, node -> ScaledInput.of(node, wiring).map(ScaledInput::input));
        double factor = 1;
        for (Node node : trace.nodes()) {
            factor *= ScaledInput.of(node, wiring).map(ScaledInput::factor).orElse(1.0);
        }
        return new AttentionOperand(value, side, wiring.shape(value), factor, AttentionHeads.of(trace, side, wiring));
    }

    Dimension tokens() {
        return shape.get(side == Side.KEY ? -1 : -2);
    }

    private Dimension perHead() {
        return shape.get(side == Side.KEY ? -2 : -1);
    }

    private Dimension leading() {
        return new Shape(shape.dimensions().subList(0, shape.rank() - 2)).elements();
    }

    private boolean isCutAs(AttentionHeads wanted) {
        return heads.filter(wanted::fits).isPresent();
    }

    /// Whether it has these heads, or comes in pieces that may be taken for them, as what was computed beforehand does.
    boolean canBe(AttentionHeads wanted) {
        boolean isLoose = heads.map(each -> each.count().equals(Dimension.ONE)).orElse(true);
        return isCutAs(wanted)
                || isLoose && leading().equals(wanted.batch().times(wanted.count())) && perHead().equals(wanted.perHead());
    }

    /// What its channels are multiplied by.
    double factor(AttentionHeads wanted) {
        return isCutAs(wanted) ? scaled : 1;
    }

    /// `[N, tokens, channels]`, not multiplied.
    Value build(AttentionHeads wanted, Function<String, Value> values, GraphBuilder builder) {
        if (isCutAs(wanted)) {
            return heads.orElseThrow().tokens(values, builder);
        }
        Value pieces = values.apply(value);
        if (side == Side.KEY) {
            Integer[] turned = new Integer[shape.rank()];
            for (int axis = 0; axis < turned.length; axis++) {
                turned[axis] = axis;
            }
            turned[turned.length - 1] = turned.length - 2;
            turned[turned.length - 2] = turned.length - 1;
            pieces = pieces.transpose(turned);
        }
        return pieces.reshape(wanted.batch(), wanted.count(), tokens(), perHead()).transpose(0, 2, 1, 3).reshape(wanted.batch(), tokens(),
                wanted.count().times(perHead()));
    }
}
