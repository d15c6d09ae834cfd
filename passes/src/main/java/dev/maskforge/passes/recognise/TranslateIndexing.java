package dev.maskforge.passes.recognise;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// ScatterND(mask, the places where a condition holds, false) -> mask and not condition, and
/// Where(condition, false, mask) -> mask and not condition: `mask[condition] = False` as exporters write it, such as
/// `attn_mask[torch.where(attn_mask.sum(-1) == attn_mask.shape[-1])] = False`
final class TranslateIndexing implements Rule {
    private static final Set<String> MOVES = Set.of("Unsqueeze", "Squeeze", "Expand", "Reshape", "Identity");

    @Override
    public String name() {
        return "translate assignments to places";
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        if (last.operation() instanceof Operation.Where && wiring.is(last.output(), DataType.BOOL)
                && wiring.isUniform(last.inputs().get(1), 0) && wiring.type(last.inputs().get(2)).equals(wiring.type(last.output()))) {
            return Finding.found((values, _) -> values.apply(last.inputs().get(2)).and(values.apply(last.inputs().getFirst()).not()));
        }
        return ForeignAttributes.of(last, "ScatterND").filter(node -> wiring.is(last.output(), DataType.BOOL))
                .map(node -> scatter(node, wiring)).orElse(Finding.NOTHING);
    }

    private static Finding scatter(ForeignAttributes node, Wiring wiring) {
        String mask = node.input(0);
        if (!wiring.isUniform(node.input(2), 0) || !List.of("", "none").contains(node.text("reduction"))) {
            return Finding.declined("what is assigned is not false");
        }
        Optional<String> condition = condition(node.input(1), wiring);
        if (condition.isEmpty()) {
            return Finding.declined("its places are not those where a condition holds");
        }
        Shape rows = wiring.shape(condition.get());
        Shape shape = wiring.shape(mask);
        if (rows.rank() > shape.rank() || !rows.dimensions().equals(shape.dimensions().subList(0, rows.rank()))) {
            return Finding.declined("its condition " + rows + " is not of the outer axes of " + shape);
        }
        List<Dimension> beside = new ArrayList<>(rows.dimensions());
        beside.addAll(Collections.nCopies(shape.rank() - rows.rank(), Dimension.ONE));
        return Finding.found((values, _) -> values.apply(mask).and(values.apply(condition.get()).not().reshape(new Shape(beside))));
    }

    /// The condition whose places these are, one row a place: NonZero turned, as a whole or axis by axis.
    private static Optional<String> condition(String places, Wiring wiring) {
        Optional<Node> maker = moved(places, wiring);
        if (maker.isEmpty() || !(maker.get().operation() instanceof Operation.Concat)) {
            return nonZero(maker, wiring);
        }
        Set<String> found = new HashSet<>();
        List<String> parts = maker.get().inputs();
        for (int axis = 0; axis < parts.size(); axis++) {
            String part = start(parts.get(axis), wiring);
            Optional<Node> split = wiring.maker(part);
            boolean isThisAxis = split.flatMap(node -> ForeignAttributes.of(node, "Split")).filter(node -> node.integral("axis", 0) == 1)
                    .isPresent()
                    && split.orElseThrow().outputs().size() == parts.size() && split.orElseThrow().outputs().indexOf(part) == axis;
            if (!isThisAxis) {
                return Optional.empty();
            }
            nonZero(moved(split.orElseThrow().inputs().getFirst(), wiring), wiring).ifPresent(found::add);
        }
        return found.size() == 1 ? found.stream().findFirst() : Optional.empty();
    }

    /// Transpose(NonZero(condition)), `[places, axes]`
    private static Optional<String> nonZero(Optional<Node> transpose, Wiring wiring) {
        return transpose.filter(node -> node.operation().equals(new Operation.Transpose(List.of(1, 0))))
                .flatMap(node -> wiring.maker(node.inputs().getFirst())).filter(node -> ForeignAttributes.of(node, "NonZero").isPresent())
                .map(node -> node.inputs().getFirst()).filter(condition -> wiring.is(condition, DataType.BOOL));
    }

    private static Optional<Node> moved(String value, Wiring wiring) {
        return wiring.maker(start(value, wiring));
    }

    /// The value behind what only gives it another shape.
    private static String start(String value, Wiring wiring) {
        String start = value;
        for (int i = 0; i < Trace.LONGEST; i++) {
            Optional<Node> maker = wiring.maker(start).filter(TranslateIndexing::moves);
            if (maker.isEmpty()) {
                return start;
            }
            start = maker.get().inputs().getFirst();
        }
        return start;
    }

    private static boolean moves(Node node) {
        return node.operation() instanceof Operation.Reshape || node.operation() instanceof Operation.Expand
                || node.operation() instanceof Operation.Foreign(String domain, String type, _, _) && domain.isEmpty()
                        && MOVES.contains(type);
    }
}
