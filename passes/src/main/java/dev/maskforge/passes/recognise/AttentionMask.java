package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.recognise.Arrangement.Atom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Where an attention's keys are blocked, and whether that is the same for all heads.
///
/// @param trace from truth that is computed, to `[..., query tokens, key tokens]`
/// @param heads how query, key and value are cut
/// @param query for its tokens, and where in the leading axes pictures and heads are
/// @param keys  the number of key tokens
record AttentionMask(Trace trace, AttentionHeads heads, AttentionOperand query, Dimension keys) {
    /// What is in the way, if it is not one mask for all heads.
    Optional<String> misfit() {
        Arrangement arrangement = trace.arrangement();
        if (arrangement.axes().size() < 2) {
            return Optional.of("its mask has no axes of queries and keys");
        }
        int rank = query.shape().rank();
        Dimension pictures = heads.batch();
        for (int axis = 0; axis < rank - 2; axis++) {
            // Pictures come before heads, each perhaps in an axis of its own.
            Dimension size = query.shape().get(axis);
            Dimension here = size.divideExactly(pictures).isPresent() ? pictures : size;
            Optional<Dimension> left = pictures.divideExactly(here);
            if (left.isEmpty()) {
                return Optional.of("its pictures and heads are not told apart");
            }
            pictures = left.get();
            int place = axis - rank + arrangement.axes().size();
            if (place >= 0 && !isOfPictures(arrangement.axis(place), here)) {
                return Optional.of("its mask differs from head to head");
            }
        }
        return Optional.empty();
    }

    /// Whether a leading axis of the mask tells pictures apart, so many, or nothing, and never heads.
    private static boolean isOfPictures(List<Atom> mask, Dimension pictures) {
        List<Atom> own = Arrangement.own(mask);
        return own.isEmpty() || Arrangement.size(own).equals(pictures) && mask.subList(0, own.size()).equals(own);
    }

    private List<Atom> leading() {
        return trace.arrangement().axes(0, trace.arrangement().axes().size() - 2);
    }

    private List<Atom> batchAtoms() {
        return Arrangement.own(leading());
    }

    /// bool `[N, query tokens, key tokens]`
    Value build(Function<String, Value> values, GraphBuilder builder) {
        List<List<Atom>> axes = new ArrayList<>();
        axes.add(batchAtoms());
        axes.add(Arrangement.own(trace.arrangement().axis(-2)));
        axes.add(Arrangement.own(trace.arrangement().axis(-1)));
        Value source = values.apply(trace.source());
        List<Operation> operations = trace.arrangement().operations(source.shape(), axes);
        return Trace.apply(operations, source, builder).expand(heads.batch(), query.tokens(), keys);
    }
}
