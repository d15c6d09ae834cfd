package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Operation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Types and sizes of one deformable attention ([dev.maskforge.graph.Operation.DeformableAttention]).
///
/// Values, offsets and logits may be columns of one matrix, as a merged product gives them: each has a row stride of its own.
/// Offsets and logits may be sums with tables, which the kernel adds up.
///
/// @param pictures N
/// @param channels of one head
/// @param points   that each head looks at in each level
/// @param levels   from the first tokens on
/// @param tables   what is added to offsets and logits; empty if nothing
public record DeformableAttentionLayout(int pictures, int heads, int channels, int points, List<Level> levels, Rows value, Rows offsets,
        Rows logits, Optional<Tables> tables) {
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
        offsets.requirePairs();
        tables.ifPresent(added -> {
            added.offsets().rows().requireWidth(Math.multiplyExact(2 * heads, samples), "offsets' table");
            added.logits().rows().requireWidth(Math.multiplyExact(heads, samples), "logits' table");
            added.offsets().rows().requirePairs();
            added.offsets().requirePictures(pictures);
            added.logits().requirePictures(pictures);
        });
        long tokens = levels.stream().mapToLong(level -> (long) level.height() * level.width()).sum();
        if (Math.multiplyExact(tokens, (long) value.stride()) > Integer.MAX_VALUE) {
            throw new EngineException(
                    "the deformable attention kernel takes up to 2147483647 values a picture, not " + tokens + " tokens of "
                            + value.stride() + "; use a smaller picture");
        }
    }

    /// Where nothing is added to offsets and logits.
    public DeformableAttentionLayout(int pictures, int heads, int channels, int points, List<Level> levels, Rows value, Rows offsets,
            Rows logits) {
        this(pictures, heads, channels, points, levels, value, offsets, logits, Optional.empty());
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

        void requirePairs() {
            if (stride % 2 != 0) {
                throw new IllegalArgumentException("offsets come in pairs: a row of them has an even stride, not " + stride);
            }
        }
    }

    /// What is added to offsets and to logits, of one type.
    public record Tables(Table offsets, Table logits) {
        public Tables {
            if (offsets.rows().dataType() != logits.rows().dataType()) {
                throw new IllegalArgumentException(
                        "tables of offsets and logits are of one type, not " + offsets.rows().dataType() + " and "
                                + logits.rows().dataType());
            }
        }

        DataType dataType() {
            return offsets.rows().dataType();
        }
    }

    /// A row for each token.
    ///
    /// @param pictures N, or 1 if all pictures have the same
    public record Table(Rows rows, int pictures) {
        private void requirePictures(int wanted) {
            if (pictures != 1 && pictures != wanted) {
                throw new IllegalArgumentException("a table is one for all of " + wanted + " pictures or one for each, not " + pictures);
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

    /// The levels of an operation.
    ///
    /// @param sizes of the symbols in it
    public static List<Level> levels(Operation.DeformableAttention attention, Map<String, Long> sizes) {
        return attention.levels().stream().map(level -> new Level(Math.toIntExact(level.height().with(sizes).size()),
                Math.toIntExact(level.width().with(sizes).size()))).toList();
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
