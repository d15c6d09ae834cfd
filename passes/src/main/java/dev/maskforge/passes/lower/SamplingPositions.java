package dev.maskforge.passes.lower;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.List;

/// Where deformable attention looks, and how much weight each look has: what its expansions start from.
public final class SamplingPositions {
    private final DeformableAttention attention;
    private final Value offsets;
    private final Value references;

    /// @param offsets `[N, S, heads·levels·points·2]`, as the operation takes them
    public SamplingPositions(DeformableAttention attention, Value offsets) {
        this.attention = attention;
        this.offsets = offsets.reshape(offsets.size(0), offsets.size(1), Dimension.of(attention.heads()),
                Dimension.of(2L * attention.levels().size() * attention.points()));
        this.references = references(offsets.builder());
    }

    /// `[N·heads, S, points, 2]`: x and y of the samples on a level, 0 and 1 being the outer edges of the map.
    Value locations(int level) {
        long values = 2L * attention.points();
        Value own = offsets.slice(3, level * values, (level + 1) * values).transpose(0, 2, 1, 3);
        Value pixels = own.reshape(own.size(0).times(own.size(1)), own.size(2), Dimension.of(attention.points()), Dimension.of(2));
        return references.add(pixels.divide(size(attention.levels().get(level))));
    }

    /// `[N, S, heads, levels, points, 2]`: the same on all levels.
    public Value locations() {
        Dimension heads = Dimension.of(attention.heads());
        Dimension levels = Dimension.of(attention.levels().size());
        Dimension two = Dimension.of(2);
        Value pixels = offsets.reshape(offsets.size(0), offsets.size(1), heads, levels, Dimension.of(attention.points()), two);
        Value sizes = Value.concat(0, attention.levels().stream().map(this::size).toList()).reshape(levels, Dimension.ONE, two);
        Value centres = references.reshape(offsets.size(1), Dimension.ONE, Dimension.ONE, Dimension.ONE, two);
        return centres.add(pixels.divide(sizes));
    }

    /// Width and height of a level as float32 `[2]`.
    Value size(DeformableAttention.Level level) {
        GraphBuilder builder = offsets.builder();
        return Value.concat(0, List.of(builder.size(level.width()), builder.size(level.height()))).cast(DataType.FLOAT32);
    }

    /// The centres of all pixels of all levels, `[S, 1, 2]`.
    private Value references(GraphBuilder builder) {
        List<Value> centres = new ArrayList<>();
        for (DeformableAttention.Level level : attention.levels()) {
            Dimension height = level.height();
            Dimension width = level.width();
            Value x = centres(builder, width).reshape(Dimension.ONE, width, Dimension.ONE).expand(height, width, Dimension.ONE);
            Value y = centres(builder, height).reshape(height, Dimension.ONE, Dimension.ONE).expand(height, width, Dimension.ONE);
            centres.add(Value.concat(2, List.of(x, y)).reshape(level.tokens(), Dimension.ONE, Dimension.of(2)));
        }
        return Value.concat(0, centres);
    }

    private static Value centres(GraphBuilder builder, Dimension size) {
        return builder.range(size).cast(DataType.FLOAT32).add(0.5f).divide(builder.size(size).cast(DataType.FLOAT32));
    }

    /// `[N·heads, S, levels·points]`: the softmax of the logits `[N, S, heads·levels·points]` over a head's samples.
    static Value weights(DeformableAttention attention, Value logits) {
        Dimension samples = Dimension.of((long) attention.levels().size() * attention.points());
        Dimension heads = Dimension.of(attention.heads());
        Value weights = logits.reshape(logits.size(0), logits.size(1), heads, samples).softmax(3).transpose(0, 2, 1, 3);
        return weights.reshape(weights.size(0).times(heads), weights.size(2), samples);
    }

    /// The tokens of a level within the sequence.
    static Value tokens(DeformableAttention attention, Value value, int level) {
        Dimension start = attention.levels().subList(0, level).stream().map(DeformableAttention.Level::tokens).reduce(Dimension.ZERO,
                Dimension::plus);
        return value.slice(1, start, start.plus(attention.levels().get(level).tokens()));
    }
}
