package dev.maskforge.kernels;

import dev.maskforge.graph.Operation.DeformableAttention;
import java.util.List;

/// The sizes that deformable attention works at.
final class Pyramid {
    private final int heads;
    private final int points;
    private final int channels;
    private final int[] heights;
    private final int[] widths;
    private final int[] firstTokens;

    /// @param attention with levels whose sizes are constant
    /// @param channels  of all heads
    /// @throws ArithmeticException if a picture has more elements than an array
    Pyramid(DeformableAttention attention, int channels) {
        List<DeformableAttention.Level> levels = attention.levels();
        this.heads = attention.heads();
        this.points = attention.points();
        this.channels = channels;
        this.heights = levels.stream().mapToInt(level -> Math.toIntExact(level.height().size())).toArray();
        this.widths = levels.stream().mapToInt(level -> Math.toIntExact(level.width().size())).toArray();
        this.firstTokens = new int[heights.length + 1];
        for (int level = 0; level < heights.length; level++) {
            firstTokens[level + 1] = Math.addExact(firstTokens[level], Math.multiplyExact(heights[level], widths[level]));
        }
        Math.multiplyExact(tokens(), channels);
    }

    int heads() {
        return heads;
    }

    int points() {
        return points;
    }

    int levels() {
        return heights.length;
    }

    /// Looks of one head of one query.
    int taps() {
        return heights.length * points;
    }

    int channels() {
        return channels;
    }

    /// Channels of one head.
    int headWidth() {
        return channels / heads;
    }

    int height(int level) {
        return heights[level];
    }

    int width(int level) {
        return widths[level];
    }

    /// The token of a level's first pixel; of all tokens for the level after the last.
    int firstToken(int level) {
        return firstTokens[level];
    }

    int tokens() {
        return firstTokens[heights.length];
    }

    /// Elements from a pixel to its neighbour on the right; 0 where a level has one column, so that it is its own.
    int right(int level) {
        return widths[level] > 1 ? channels : 0;
    }

    /// Elements from a pixel to its neighbour below; 0 where a level has one row.
    int down(int level) {
        return heights[level] > 1 ? widths[level] * channels : 0;
    }
}
