package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Operation.Reduce;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Operation.Softmax;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.recognise.Arrangement.Atom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Σ Concat(GridSample(tokens of a level as maps of each head, 2·locations - 1), ...)·Softmax(logits)
/// -> DeformableAttention(tokens, offsets, logits), the inverse of what `ms_deform_attn_core_pytorch` and those who copied it
/// do; that the locations are the pixels' centres plus offsets in pixels is found by asking for some of them.
final class RecogniseDeformableAttention implements Rule {
    @Override
    public String name() {
        return "recognise deformable attention";
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        if (!(last.operation() instanceof Reduce(Reduction function, var axes, boolean keep)) || function != Reduction.SUM || keep
                || axes.size() != 1) {
            return Finding.NOTHING;
        }
        Optional<Node> product = wiring.maker(last.inputs().getFirst())
                .filter(node -> node.operation().equals(new Operation.Binary(BinaryFunction.MULTIPLY)));
        Shape shape = wiring.shape(last.inputs().getFirst());
        if (product.isEmpty() || shape.rank() != 4 || shape.axis(axes.getFirst()) != 3) {
            return Finding.NOTHING;
        }
        for (int i = 0; i < 2; i++) {
            List<SampledLevel> levels = levels(product.get().inputs().get(i), wiring);
            if (!levels.isEmpty()) {
                return recognised(last, levels, product.get().inputs().get(1 - i), wiring);
            }
        }
        return Finding.NOTHING;
    }

    /// The levels whose samples lie side by side along the last axis, none if it is something else.
    private static List<SampledLevel> levels(String samples, Wiring wiring) {
        Optional<Node> concat = wiring.maker(samples, Operation.Concat.class);
        boolean isStacked = false;
        if (concat.isEmpty()) {
            // Stacked one axis before the last, then both in one.
            concat = wiring.maker(samples, Operation.Reshape.class)
                    .flatMap(node -> wiring.maker(node.inputs().getFirst(), Operation.Concat.class));
            isStacked = true;
        }
        if (concat.isEmpty()) {
            return List.of();
        }
        Shape joined = wiring.shape(concat.get().output());
        int axis = concat.get().operation() instanceof Operation.Concat(int stated) ? joined.axis(stated) : -1;
        if (axis != 3 || joined.rank() != (isStacked ? 5 : 4)) {
            return List.of();
        }
        List<SampledLevel> levels = new ArrayList<>();
        for (String part : concat.get().inputs()) {
            Trace trace = Trace.of(part, wiring);
            Optional<SampledLevel> level = trace.arrangement().isInOrder() ? SampledLevel.of(trace.source(), wiring) : Optional.empty();
            if (level.isEmpty()) {
                return List.of();
            }
            levels.add(level.get());
        }
        return levels;
    }

    private static Finding recognised(Node last, List<SampledLevel> levels, String weights, Wiring wiring) {
        Trace weighed = Trace.of(weights, wiring);
        Optional<Node> softmax = wiring.maker(weighed.source(), Softmax.class);
        if (softmax.isEmpty()) {
            return Finding.declined("its weights are no softmax");
        }
        Trace logits = Trace.of(softmax.get().inputs().getFirst(), wiring);
        Shape each = wiring.shape(softmax.get().output());
        if (!(softmax.get().operation() instanceof Softmax(int axis)) || each.rank() != 4 || each.axis(axis) != 3
                || !isWeightOfEachHead(weighed.arrangement()) || !isCut(logits.arrangement())) {
            return Finding.declined("its weights are not laid out head by head");
        }
        Dimension heads = each.get(2);
        Dimension points = wiring.shape(levels.getFirst().output()).get(3);
        Trace tokens = Trace.of(levels.getFirst().tokens(), wiring);
        Shape of = wiring.shape(tokens.source());
        if (!isSequence(levels, each.get(1)) || !heads.isConstant() || !points.isConstant() || !tokens.arrangement().isInOrder()
                || of.rank() < 3 || !of.get(0).equals(each.get(0)) || !of.get(1).equals(each.get(1))
                || !each.get(3).equals(points.times(levels.size()))) {
            return Finding.declined("its levels are not one sequence of tokens that is cut up");
        }
        DeformableAttention attention = new DeformableAttention(Math.toIntExact(heads.size()), Math.toIntExact(points.size()),
                levels.stream().map(level -> new DeformableAttention.Level(level.height(), level.width())).toList());
        Optional<String> offsets = new SamplingFormula(attention, levels, each.get(0), wiring).offsets();
        if (offsets.isEmpty()) {
            return Finding.declined("where it samples is not known to be centres of pixels plus offsets; fix the size, if it is free");
        }
        Dimension batch = each.get(0);
        Dimension queries = each.get(1);
        Dimension channels = new Shape(of.dimensions().subList(2, of.rank())).elements();
        Dimension samples = heads.times(each.get(3));
        return Finding.found((values, builder) -> {
            Value value = values.apply(tokens.source()).reshape(batch, queries, channels);
            Value offset = values.apply(offsets.get()).reshape(batch, queries, samples.times(2));
            Value logit = values.apply(logits.source()).reshape(batch, queries, samples);
            Value attended = builder.add(attention, value, offset, logit); // [N, S, heads·d]
            return attended.reshape(batch, queries, heads, channels.divideExactly(heads).orElseThrow()).transpose(0, 2, 3, 1)
                    .reshape(wiring.shape(last.output()));
        });
    }

    /// `[N, S, heads, samples]` -> `[N·heads, 1, S, samples]`
    private static boolean isWeightOfEachHead(Arrangement weights) {
        List<List<Atom>> source = weights.source();
        return source.size() == 4 && weights.axes().equals(List.of(Arrangement.flat(List.of(source.get(0), source.get(2))), List.of(),
                source.get(1), source.get(3)));
    }

    /// `[N, S, heads·samples]` -> `[N, S, heads, samples]`
    private static boolean isCut(Arrangement logits) {
        return logits.isInOrder() && logits.source().size() == 3 && logits.axes().size() == 4
                && logits.axis(0).equals(logits.source().get(0)) && logits.axis(1).equals(logits.source().get(1));
    }

    private static boolean isSequence(List<SampledLevel> levels, Dimension tokens) {
        Dimension start = Dimension.ZERO;
        for (SampledLevel level : levels) {
            if (!level.tokens().equals(levels.getFirst().tokens()) || !level.start().equals(start)
                    || !level.end().equals(start.plus(level.size()))) {
                return false;
            }
            start = level.end();
        }
        return start.equals(tokens);
    }
}
