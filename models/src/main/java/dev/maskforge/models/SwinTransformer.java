package dev.maskforge.models;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import dev.maskforge.models.layer.Layers;
import dev.maskforge.models.layer.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows" (ICCV 2021), without absolute positions.
///
/// Tokens attend to each other within windows, which every second block shifts by half their side. Written after
/// modeling/backbone/swin.py of the original; maps are `[N, H, W, C]` throughout.
///
/// @param channels of the first stage, C in table 7; each later stage has twice as many
/// @param window   side of a window, M in the paper, in tokens
/// @param stages   the four stages
public record SwinTransformer(long channels, int window, List<Stage> stages) implements Backbone {
    /// Side of a patch in pixels (section 3.1).
    private static final int PATCH = 4;
    /// What keeps tokens apart that only the cyclic shift has brought into one window.
    private static final float APART = -100;

    public SwinTransformer {
        stages = List.copyOf(stages);
    }

    /// Blocks between two patch mergings.
    ///
    /// @param blocks      their number
    /// @param heads       attention heads
    /// @param feedForward width of the feed-forward networks
    public record Stage(int blocks, int heads, long feedForward) {}

    /// The outputs of the four stages, at strides 4, 8, 16 and 32. What a stage hands on is not normalised.
    @Override
    public List<Value> features(Scope s, Value image) {
        Value x = s.call("patch_embed", this::patchEmbedding, image);
        Value relativePositions = s.builder().constant("relative_positions", relativePositions());
        List<Value> features = new ArrayList<>();
        for (int i = 0; i < stages.size(); i++) {
            if (i > 0) {
                x = s.call("layers." + (i - 1) + ".downsample", SwinTransformer::patchMerging, x);
            }
            Stage stage = stages.get(i);
            Value map = x;
            x = s.in("layers." + i, layer -> stage(layer, stage, relativePositions, map));
            features.add(s.call("norm" + i, Layers::layerNormalisation, x).transpose(0, 3, 1, 2));
        }
        return features;
    }

    /// `[N, 3, H, W] -> [N, ⌈H/4⌉, ⌈W/4⌉, C]`
    private Value patchEmbedding(Scope s, Value image) {
        Value whole = padToMultiple(padToMultiple(image, 2, PATCH), 3, PATCH);
        Value patches = s.call("proj", Layers.patches(channels, PATCH), whole);
        return s.call("norm", Layers::layerNormalisation, patches.transpose(0, 2, 3, 1));
    }

    /// `[N, H, W, C] -> [N, ⌈H/2⌉, ⌈W/2⌉, 2·C]`: neighbours are put one after another, column by column.
    private static Value patchMerging(Scope s, Value map) {
        Value x = padToMultiple(padToMultiple(map, 1, 2), 2, 2);
        Dimension rows = map.size(1).ceilingDivide(2);
        Dimension columns = map.size(2).ceilingDivide(2);
        Dimension two = Dimension.of(2);
        Value neighbours = x.reshape(x.size(0), rows, two, columns, two, x.size(3)).transpose(0, 1, 3, 4, 2, 5)
                .reshape(x.size(0), rows, columns, x.size(3).times(4));
        Value normalised = s.call("norm", Layers::layerNormalisation, neighbours);
        return s.call("reduction", Layers.linearWithoutBias(2 * x.size(3).size()), normalised);
    }

    /// Regular and shifted windows in turn (section 3.2, "Shifted window partitioning in successive blocks").
    private Value stage(Scope s, Stage stage, Value relativePositions, Value map) {
        Windows windows = new Windows(window, map.size(1), map.size(2));
        Shared shared = new Shared(stage, windows, relativePositions);
        Optional<Value> mask = stage.blocks() > 1 ? Optional.of(s.in("attn_mask", m -> windows.mask(m.builder()))) : Optional.empty();
        Value x = map;
        for (int i = 0; i < stage.blocks(); i++) {
            boolean isShifted = i % 2 == 1;
            x = s.call("blocks", i, (block, y) -> block(block, shared, isShifted ? mask : Optional.empty(), y), x);
        }
        return x;
    }

    /// What the blocks of a stage have in common.
    private record Shared(Stage stage, Windows windows, Value relativePositions) {}

    /// Equation 3; with a mask, the windows are shifted.
    private static Value block(Scope s, Shared shared, Optional<Value> mask, Value x) {
        Windows windows = shared.windows();
        int shift = mask.isPresent() ? windows.shift() : 0;
        // The original pads after the normalisation and does not mask what it pads with: such tokens' keys are the bias.
        Value padded = windows.pad(s.call("norm1", Layers::layerNormalisation, x));
        Value cut = windows.partition(roll(padded, -shift));
        Value attended = s.call("attn", (a, y) -> attention(a, shared, mask, y), cut);
        Value back = windows.crop(roll(windows.merge(attended), shift));
        Value z = x.add(back);
        return z.add(
                s.call("mlp", (m, y) -> perceptron(m, shared.stage().feedForward(), y), s.call("norm2", Layers::layerNormalisation, z)));
    }

    private static Value perceptron(Scope s, long width, Value x) {
        return s.call("fc2", Layers.linear(x.size(-1).size()), Layers.gelu(s.call("fc1", Layers.linear(width), x)));
    }

    /// Equation 4 in each window, SoftMax(Q·Kᵀ / √d + B)·V; `[N, windows, tokens, C]`.
    private static Value attention(Scope s, Shared shared, Optional<Value> mask, Value x) {
        Dimension heads = Dimension.of(shared.stage().heads());
        Dimension depth = Dimension.of(x.size(3).size() / shared.stage().heads());
        Value projections = s.call("qkv", Layers.linear(3 * x.size(3).size()), x)
                .reshape(x.size(0), x.size(1), x.size(2), Dimension.of(3), heads, depth).transpose(3, 0, 1, 4, 2, 5);
        Shape perHead = Shape.of(x.size(0), x.size(1), heads, x.size(2), depth);
        Value query = projections.slice(0, 0, 1).reshape(perHead).multiply((float) (1 / Math.sqrt((double) depth.size())));
        Value key = projections.slice(0, 1, 2).reshape(perHead);
        Value value = projections.slice(0, 2, 3).reshape(perHead);
        Value scores = query.matMul(key.transpose(0, 1, 2, 4, 3)).add(relativePositionBias(s, shared));
        Value masked = mask.isPresent() ? scores.add(mask.get()) : scores;
        Value mixed = masked.softmax(4).matMul(value).transpose(0, 1, 3, 2, 4).reshape(x.shape());
        return s.call("proj", Layers.linear(x.size(3).size()), mixed);
    }

    /// B, `[heads, tokens, tokens]`: from the table of as many rows as there are relative positions in a window.
    private static Value relativePositionBias(Scope s, Shared shared) {
        long side = 2L * shared.windows().side() - 1;
        Value table = s.weight("relative_position_bias_table", side * side, shared.stage().heads());
        return table.transpose(1, 0).gather(1, shared.relativePositions());
    }

    /// `[tokens, tokens]`: the row of the table that tells how a query (row) stands to a key (column) of its window.
    private Tensor relativePositions() {
        int tokens = window * window;
        long[] rows = new long[tokens * tokens];
        for (int query = 0; query < tokens; query++) {
            for (int key = 0; key < tokens; key++) {
                int down = query / window - key / window + window - 1;
                int right = query % window - key % window + window - 1;
                rows[query * tokens + key] = (long) down * (2 * window - 1) + right;
            }
        }
        return Tensor.of(Shape.of(tokens, tokens), rows);
    }

    /// A map cut into windows; where they do not go up in it, it is padded below and to the right.
    private record Windows(int side, Dimension height, Dimension width) {
        int shift() {
            return side / 2;
        }

        private Dimension rows() {
            return height.ceilingDivide(side);
        }

        private Dimension columns() {
            return width.ceilingDivide(side);
        }

        private Dimension tokens() {
            return Dimension.of((long) side * side);
        }

        Value pad(Value map) {
            return padToMultiple(padToMultiple(map, 1, side), 2, side);
        }

        Value crop(Value padded) {
            return cropped(cropped(padded, 1, height), 2, width);
        }

        private static Value cropped(Value x, int axis, Dimension size) {
            return x.size(axis).equals(size) ? x : x.slice(axis, Dimension.ZERO, size);
        }

        /// `[N, H, W, C] -> [N, windows, tokens, C]`
        Value partition(Value padded) {
            Dimension ofSide = Dimension.of(side);
            return padded.reshape(padded.size(0), rows(), ofSide, columns(), ofSide, padded.size(3)).transpose(0, 1, 3, 2, 4, 5)
                    .reshape(padded.size(0), rows().times(columns()), tokens(), padded.size(3));
        }

        /// The inverse of [#partition(Value)].
        Value merge(Value windows) {
            Dimension ofSide = Dimension.of(side);
            return windows.reshape(windows.size(0), rows(), columns(), ofSide, ofSide, windows.size(3)).transpose(0, 1, 3, 2, 4, 5)
                    .reshape(windows.size(0), rows().times(side), columns().times(side), windows.size(3));
        }

        /// `[windows, 1, tokens, tokens]`: 0 where two tokens of a shifted window are neighbours in the map, -100 where
        /// they come from opposite borders (figure 4). The shift by half a window brings the first tokens of an axis
        /// behind the last, so an axis has three regions; a map of one window has only two.
        Value mask(GraphBuilder builder) {
            Value ofRows = regions(builder, rows().times(side)).reshape(rows().times(side), Dimension.ONE);
            Value ofColumns = regions(builder, columns().times(side)).reshape(Dimension.ONE, columns().times(side));
            Value regions = ofRows.multiply(3).add(ofColumns);
            Value cut = partition(regions.reshape(Dimension.ONE, regions.size(0), regions.size(1), Dimension.ONE));
            Dimension windows = rows().times(columns());
            Value ofQuery = cut.reshape(windows, Dimension.ONE, tokens(), Dimension.ONE);
            Value ofKey = cut.reshape(windows, Dimension.ONE, Dimension.ONE, tokens());
            return builder.constant(0f).where(ofQuery.same(ofKey), builder.constant(APART));
        }

        /// `[length]`: 0 up to the last window, then 1, then 2 for what the shift brought there.
        private Value regions(GraphBuilder builder, Dimension length) {
            Value position = builder.range(length).cast(DataType.FLOAT32);
            Value lastWindow = builder.size(length.plus(-side)).cast(DataType.FLOAT32);
            Value broughtThere = builder.size(length.plus(-shift())).cast(DataType.FLOAT32);
            return lastWindow.lessOrSame(position).cast(DataType.FLOAT32).add(broughtThere.lessOrSame(position).cast(DataType.FLOAT32));
        }
    }

    /// `torch.roll` of rows and columns: what leaves on one side comes back on the other.
    private static Value roll(Value map, int shift) {
        return shift == 0 ? map : roll(roll(map, 1, shift), 2, shift);
    }

    private static Value roll(Value x, int axis, int shift) {
        Dimension size = x.size(axis);
        Dimension cut = shift < 0 ? Dimension.of(-shift) : size.plus(-shift);
        return Value.concat(axis, List.of(x.slice(axis, cut, size), x.slice(axis, Dimension.ZERO, cut)));
    }

    /// Zeros behind the axis, up to a multiple of the divisor.
    private static Value padToMultiple(Value x, int axis, int divisor) {
        Dimension padding = x.size(axis).ceilingDivide(divisor).times(divisor).minus(x.size(axis));
        if (padding.equals(Dimension.ZERO)) {
            return x;
        }
        Shape shape = x.shape().with(axis, padding);
        Value zero = x.builder().constant(0f).reshape(Dimension.ONE);
        return Value.concat(axis, List.of(x, zero.expand(shape.dimensions().toArray(Dimension[]::new))));
    }

    /// `Swin-T`, `Swin-S`, `Swin-B` or `Swin-L` (section 3.3), else with the numbers of blocks spelled out.
    @Override
    public String name() {
        List<Integer> blocks = stages.stream().map(Stage::blocks).toList();
        boolean isTiny = blocks.equals(List.of(2, 2, 6, 2));
        boolean isDeep = blocks.equals(List.of(2, 2, 18, 2));
        if (channels == 96 && isTiny) {
            return "Swin-T";
        }
        if (isDeep && (channels == 96 || channels == 128 || channels == 192)) {
            return channels == 96 ? "Swin-S" : channels == 128 ? "Swin-B" : "Swin-L";
        }
        return "Swin " + blocks;
    }
}
