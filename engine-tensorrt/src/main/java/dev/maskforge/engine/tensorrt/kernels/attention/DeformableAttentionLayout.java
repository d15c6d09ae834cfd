package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import dev.maskforge.graph.DataType;
import java.util.List;

/// Types and sizes of one deformable attention ([dev.maskforge.graph.Operation.DeformableAttention]).
///
/// Values, offsets and logits may be columns of one matrix, as a merged product gives them: each has a row stride of its own.
///
/// @param pictures N
/// @param channels of one head
/// @param points   that each head looks at in each level
/// @param levels   from the first tokens on
public record DeformableAttentionLayout(int pictures, int heads, int channels, int points, List<Level> levels, Rows value, Rows offsets,
        Rows logits) {
    private static final int MOST_LEVELS = 8;
    private static final int MOST_SAMPLES = 64;

    public DeformableAttentionLayout {
        levels = List.copyOf(levels);
        if (Math.min(Math.min(pictures, heads), Math.min(channels, points)) < 1 || levels.isEmpty()) {
            throw new IllegalArgumentException(
                    "deformable attention has at least one picture, head, channel, point and level, not " + pictures
                            + ", " + heads + ", " + channels + ", " + points + " and " + levels.size());
        }
        int samples = Math.multiplyExact(levels.size(), points);
        if (levels.size() > MOST_LEVELS || samples > MOST_SAMPLES) {
            throw new EngineException("the deformable attention kernel takes up to " + MOST_LEVELS + " levels and " + MOST_SAMPLES
                    + " samples a head, not " + levels.size() + " levels of " + points + " points; lower the operation to Gather");
        }
        value.requireWidth(Math.multiplyExact(heads, channels), "values");
        offsets.requireWidth(Math.multiplyExact(2 * heads, samples), "offsets");
        logits.requireWidth(Math.multiplyExact(heads, samples), "logits");
        if (offsets.stride() % 2 != 0) {
            throw new IllegalArgumentException("offsets come in pairs: a row of them has an even stride, not " + offsets.stride());
        }
        long tokens = levels.stream().mapToLong(level -> (long) level.height() * level.width()).sum();
        if (Math.multiplyExact(tokens, (long) value.stride()) > Integer.MAX_VALUE) {
            throw new EngineException(
                    "the deformable attention kernel takes up to 2147483647 values a picture, not " + tokens + " tokens of "
                            + value.stride() + "; use a smaller picture");
        }
    }

    /// One map of the pyramid, in pixels.
    public record Level(int height, int width) {
        public Level {
            if (height < 1 || width < 1) {
                throw new IllegalArgumentException("a level has at least one pixel, not " + height + "x" + width);
            }
        }

        int tokens() {
            return height * width;
        }
    }

    /// How an operand lies in memory.
    ///
    /// @param dataType float32 or float16
    /// @param stride   elements from one token's to the next token's, at least as many as there are
    public record Rows(DataType dataType, int stride) {
        void requireWidth(int width, String what) {
            if (stride < width) {
                throw new IllegalArgumentException("a row of " + what + " takes " + width + " elements, its stride is " + stride);
            }
        }
    }

    /// Offsets and logits of their own, nothing between their rows.
    public static DeformableAttentionLayout of(int pictures, int heads, int channels, int points, List<Level> levels, DataType values,
            DataType queries) {
        int samples = Math.multiplyExact(heads * levels.size(), points);
        return new DeformableAttentionLayout(pictures, heads, channels, points, levels,
                new Rows(values, Math.multiplyExact(heads, channels)), new Rows(queries, Math.multiplyExact(2, samples)),
                new Rows(queries, samples));
    }

    /// S, the tokens of a picture.
    public int tokens() {
        return levels.stream().mapToInt(Level::tokens).sum();
    }

    /// Neighbouring channels that one load takes.
    int vector() {
        return ValueTypes.vector(value.dataType(), channels, value.stride());
    }
}
