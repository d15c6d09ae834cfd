package dev.maskforge.graph.reference;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.Attention;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

import static dev.maskforge.graph.reference.Evaluating.assertFloats;
import static dev.maskforge.graph.reference.Evaluating.assertRefused;
import static dev.maskforge.graph.reference.Evaluating.evaluate;
import static dev.maskforge.graph.reference.Evaluating.floats;
import static dev.maskforge.graph.reference.Evaluating.shape;

class AttentionsTest {
    private static final double LOG3 = Math.log(3);
    private static final Tensor VALUE = floats(shape(1, 2, 4), 1, 2, 3, 4, 5, 6, 7, 8);
    /// Head 0 sees scores (0, ln 3) times a query of √2, so weights 1/4 and 3/4; head 1 sees equal ones.
    private static final Tensor KEY = floats(shape(1, 2, 4), 0, 9, 0, 0, LOG3, 9, 0, 0);
    private static final Tensor QUERY = floats(shape(1, 1, 4), Math.sqrt(2), 0, 1, 1);

    @Test
    void headsAttendApart() {
        assertFloats(evaluate(new Attention(2), QUERY, KEY, VALUE), shape(1, 1, 4), 4, 5, 5, 6);
    }

    /// One head of four channels divides by 2, so the query must be 2.
    @Test
    void scoresAreDividedByTheRootOfTheHeadsWidth() {
        Tensor query = floats(shape(1, 1, 4), 2, 0, 0, 0);
        assertFloats(evaluate(new Attention(1), query, KEY, VALUE), shape(1, 1, 4), 4, 5, 6, 7);
    }

    @Test
    void blockedKeysAreNotSeen() {
        Tensor blocked = Tensor.of(shape(1, 1, 2), false, true);
        assertFloats(evaluate(new Attention(2), QUERY, KEY, VALUE, blocked), shape(1, 1, 4), 1, 2, 3, 4);
    }

    @Test
    void aRowThatIsBlockedWholeIsNotANumber() {
        Tensor blocked = Tensor.of(shape(1, 2, 2), true, true, false, false);
        Tensor query = floats(shape(1, 2, 4), 1, 1, 1, 1, 0, 0, 0, 0);
        assertFloats(evaluate(new Attention(2), query, KEY, VALUE, blocked), shape(1, 2, 4), Double.NaN, Double.NaN, Double.NaN, Double.NaN,
                3,
                4, 5, 6);
    }

    @Test
    void picturesOfABatchAttendApart() {
        Tensor query = floats(shape(2, 1, 1), 0, 0);
        Tensor value = floats(shape(2, 2, 1), 1, 3, 10, 30);
        assertFloats(evaluate(new Attention(1), query, value, value), shape(2, 1, 1), 2, 20);
        assertRefused("do not divide into 2 heads", new Attention(2), query, value, value);
    }

    private static Level level(long height, long width) {
        return new Level(Dimension.of(height), Dimension.of(width));
    }

    private static Tensor zeros(long... sizes) {
        return Tensor.of(shape(sizes), new float[Math.toIntExact(shape(sizes).elementCount())]);
    }

    /// Without offsets each query of a single level sees its own pixel.
    @Test
    void deformableAttentionStartsFromItsOwnPixel() {
        DeformableAttention attention = new DeformableAttention(1, 1, List.of(level(2, 2)));
        Tensor value = floats(shape(1, 4, 1), 1, 2, 3, 4);
        assertFloats(evaluate(attention, value, zeros(1, 4, 2), zeros(1, 4, 1)), shape(1, 4, 1), 1, 2, 3, 4);
    }

    /// Offsets count pixels, x before y: one right, one down, half right, far outside.
    @Test
    void deformableAttentionMovesByPixels() {
        DeformableAttention attention = new DeformableAttention(1, 1, List.of(level(2, 2)));
        Tensor value = floats(shape(1, 4, 1), 1, 2, 3, 4);
        Tensor offsets = floats(shape(1, 4, 2), 1, 0, 0, 1, 0.5, 0, 100, -100);
        assertFloats(evaluate(attention, value, offsets, zeros(1, 4, 1)), shape(1, 4, 1), 2, 4, 3.5, 0);
    }

    /// The pixel of level 1 lies in the middle of level 0's four, and theirs, seen from level 1's frame, at ±0.25 from its
    /// centre: (1 - 0.25)² of it. Points weigh 1/4 and 3/4 by their logits, over both levels.
    @Test
    void deformableAttentionMixesLevels() {
        DeformableAttention attention = new DeformableAttention(1, 1, List.of(level(2, 2), level(1, 1)));
        Tensor value = floats(shape(1, 5, 1), 4, 8, 12, 16, 32);
        Tensor logits = floats(shape(1, 5, 2), 0, LOG3, 0, LOG3, 0, LOG3, 0, LOG3, 0, LOG3);
        double coarse = 0.75 * 0.5625 * 32;
        assertFloats(evaluate(attention, value, zeros(1, 5, 4), logits), shape(1, 5, 1), 1 + coarse, 2 + coarse, 3 + coarse, 4 + coarse,
                0.25 * 10 + 0.75 * 32);
    }

    /// Two heads of one channel, two points each: offsets are ordered head, level, point, xy.
    @Test
    void deformableAttentionOrdersHeadsBeforePoints() {
        DeformableAttention attention = new DeformableAttention(2, 2, List.of(level(1, 3)));
        Tensor value = floats(shape(1, 3, 2), 1, 10, 2, 20, 4, 40);
        float[] offsets = new float[3 * 8];
        offsets[0] = 1;
        offsets[2] = 2;
        Tensor moved = Tensor.of(shape(1, 3, 8), offsets);
        Tensor logits = floats(shape(1, 3, 4), 0, LOG3, 0, LOG3, 0, 0, 0, 0, 0, 0, 0, 0);
        assertFloats(evaluate(attention, value, moved, logits), shape(1, 3, 2), 0.25 * 2 + 0.75 * 4, 10, 2, 20, 4, 40);
    }

    @Test
    void deformableAttentionOfTwoPictures() {
        DeformableAttention attention = new DeformableAttention(1, 1, List.of(level(1, 1), level(1, 1)));
        Tensor value = floats(shape(2, 2, 1), 1, 3, 10, 30);
        assertFloats(evaluate(attention, value, zeros(2, 2, 4), zeros(2, 2, 2)), shape(2, 2, 1), 2, 2, 20, 20);
    }
}
