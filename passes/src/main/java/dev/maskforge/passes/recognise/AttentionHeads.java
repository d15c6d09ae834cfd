package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.recognise.Arrangement.Atom;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Query, key or value of an attention, cut into heads, and how it was before.
///
/// @param trace      from what it was before, whose last axis are the channels
/// @param from       the shape of that
/// @param batchAtoms of the leading axes, what is no head
/// @param tokenAtoms of the axis of tokens
/// @param headAtoms  the outer part of the channels
/// @param innerAtoms the channels of a head
record AttentionHeads(Trace trace, Shape from, List<Atom> batchAtoms, List<Atom> tokenAtoms, List<Atom> headAtoms,
        List<Atom> innerAtoms) {
    /// Which operand of the products it is.
    enum Side {
        /// `[..., tokens, channels of a head]`
        QUERY,
        /// `[..., channels of a head, tokens]`
        KEY,
        /// `[..., tokens, channels of a head]`
        VALUE
    }

    static Optional<AttentionHeads> of(Trace trace, Side side, Wiring wiring) {
        Arrangement arrangement = trace.arrangement();
        Shape from = wiring.shape(trace.source());
        int rank = arrangement.axes().size();
        if (rank < 3 || from.rank() < 2) {
            return Optional.empty();
        }
        List<Atom> tokens = arrangement.axis(side == Side.KEY ? -1 : -2);
        List<Atom> inner = arrangement.axis(side == Side.KEY ? -2 : -1);
        List<Atom> channels = arrangement.source().getLast();
        List<Atom> leading = arrangement.axes(0, rank - 2);
        int headCount = channels.size() - inner.size();
        if (headCount < 0 || !channels.subList(headCount, channels.size()).equals(inner)) {
            return Optional.empty();
        }
        List<Atom> heads = channels.subList(0, headCount);
        int batchCount = leading.size() - heads.size();
        if (batchCount < 0 || !leading.subList(batchCount, leading.size()).equals(heads)) {
            return Optional.empty();
        }
        AttentionHeads found = new AttentionHeads(trace, from, leading.subList(0, batchCount), tokens, heads, inner);
        return found.count().isConstant() && found.perHead().isConstant() ? Optional.of(found) : Optional.empty();
    }

    Dimension batch() {
        return Arrangement.size(batchAtoms);
    }

    /// The number of tokens.
    Dimension tokens() {
        return Arrangement.size(tokenAtoms);
    }

    /// The number of heads.
    Dimension count() {
        return Arrangement.size(headAtoms);
    }

    /// The number of channels of a head.
    Dimension perHead() {
        return Arrangement.size(innerAtoms);
    }

    boolean fits(AttentionHeads other) {
        return batch().equals(other.batch()) && count().equals(other.count()) && perHead().equals(other.perHead());
    }

    /// `[N, tokens, channels]`
    Value tokens(Function<String, Value> values, GraphBuilder builder) {
        List<Operation> operations = trace.arrangement().operations(from,
                List.of(batchAtoms, tokenAtoms, Arrangement.flat(List.of(headAtoms, innerAtoms))));
        return Trace.apply(operations, values.apply(trace.source()), builder);
    }
}
