package dev.maskforge.kernels;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// With the Vector API, in vectors as long as the processor likes them. Bodies are small: where one is too large for the
/// compiler, it makes an object of every vector.
record VectorHeadLanes() implements HeadLanes {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LENGTH = FLOATS.length();
    private static final int TILE = 2 * LENGTH;
    private static final int CLASSES_AT_ONCE = 5;

    // Constants are vectors already: to broadcast each where it is used would double the size of bodies.
    private static final FloatVector LOWEST_EXPONENT = broadcast(Lanes.LOWEST_EXPONENT);
    private static final FloatVector HIGHEST_EXPONENT = broadcast(Lanes.HIGHEST_EXPONENT);
    private static final FloatVector LOG2_E = broadcast(Lanes.LOG2_E);
    private static final FloatVector ROUNDER = broadcast(Lanes.ROUNDER);
    private static final FloatVector MINUS_LN_2_HIGH = broadcast(-Lanes.LN_2_HIGH);
    private static final FloatVector MINUS_LN_2_LOW = broadcast(-Lanes.LN_2_LOW);
    private static final FloatVector P5 = broadcast(1.9875691e-4f);
    private static final FloatVector P4 = broadcast(1.3981999e-3f);
    private static final FloatVector P3 = broadcast(8.333452e-3f);
    private static final FloatVector P2 = broadcast(4.1665796e-2f);
    private static final FloatVector P1 = broadcast(1.6666666e-1f);
    private static final FloatVector HALF = broadcast(0.5f);
    private static final FloatVector ONE = broadcast(1);

    /// One sweep over an array, up to a whole number of vectors.
    @FunctionalInterface
    private interface Pass {
        void over(float[] x, float[] rounded, int count);
    }

    /// Three of them behind one call are compiled each by itself. In one piece, the sigmoid would be taken into whoever calls
    /// it, and where that is large already, the compiler gives up half way and makes an object of every vector.
    private static final List<Pass> SIGMOID = List.of(VectorHeadLanes::reduce, VectorHeadLanes::raise, VectorHeadLanes::invert);

    @Override
    public void sigmoid(float[] x, float[] scratch, float[] otherScratch, int count) {
        int inVectors = count - count % LENGTH;
        for (Pass pass : SIGMOID) {
            pass.over(x, scratch, inVectors);
        }
        for (int i = inVectors; i < count; i++) {
            x[i] = (float) (1 / (1 + Math.exp(-(double) x[i])));
        }
    }

    /// As the first half of [#exponential] of -x.
    private static void reduce(float[] x, float[] rounded, int count) {
        for (int i = 0; i < count; i += LENGTH) {
            FloatVector u = FloatVector.fromArray(FLOATS, x, i).neg().max(LOWEST_EXPONENT).min(HIGHEST_EXPONENT);
            FloatVector near = u.fma(LOG2_E, ROUNDER);
            near.intoArray(rounded, i);
            fraction(u, near).intoArray(x, i);
        }
    }

    private static void raise(float[] x, float[] rounded, int count) {
        for (int i = 0; i < count; i += LENGTH) {
            power(FloatVector.fromArray(FLOATS, x, i), FloatVector.fromArray(FLOATS, rounded, i)).intoArray(x, i);
        }
    }

    private static void invert(float[] x, float[] rounded, int count) {
        for (int i = 0; i < count; i += LENGTH) {
            ONE.div(FloatVector.fromArray(FLOATS, x, i).add(ONE)).intoArray(x, i);
        }
    }

    /// exp(u), for u within the sigmoid's bounds; by Cephes' `expf`, as [Lanes#sigmoid] has it.
    static FloatVector exponential(FloatVector u) {
        FloatVector rounded = u.fma(LOG2_E, ROUNDER);
        return power(fraction(u, rounded), rounded);
    }

    private static FloatVector fraction(FloatVector u, FloatVector rounded) {
        FloatVector n = rounded.sub(ROUNDER);
        return n.fma(MINUS_LN_2_LOW, n.fma(MINUS_LN_2_HIGH, u));
    }

    private static FloatVector power(FloatVector f, FloatVector rounded) {
        FloatVector p = f.fma(P5, P4).fma(f, P3).fma(f, P2).fma(f, P1).fma(f, HALF);
        IntVector fraction = p.mul(f).fma(f, f).add(ONE).reinterpretAsInts();
        return rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(fraction).reinterpretAsFloats();
    }

    private static FloatVector broadcast(float number) {
        return FloatVector.broadcast(FLOATS, number);
    }

    @Override
    public int classesAtOnce() {
        return CLASSES_AT_ONCE;
    }

    @Override
    public int queriesAtOnce() {
        return 1;
    }

    /// The last tile overlaps the one before it: what both give is the same.
    @Override
    public void mix(float[][] sigmoids, float[] probabilities, int stride, float[][] sums, int count) {
        if (count < TILE) {
            mixFew(sigmoids, probabilities, stride, sums, count);
            return;
        }
        for (int x = 0; x < count; x += TILE) {
            int at = Math.min(x, count - TILE);
            for (int c = 0; c < sums.length; c += CLASSES_AT_ONCE) {
                mixTile(sigmoids, probabilities, stride, sums, c, at);
            }
        }
    }

    private static void mixFew(float[][] sigmoids, float[] probabilities, int stride, float[][] sums, int count) {
        for (int c = 0; c < sums.length; c++) {
            float[] sum = sums[c];
            Arrays.fill(sum, 0, count, 0);
            for (int query = 0; query < stride; query++) {
                float weight = probabilities[c * stride + query];
                float[] sigmoid = sigmoids[query];
                for (int x = 0; x < count; x++) {
                    sum[x] += weight * sigmoid[x];
                }
            }
        }
    }

    /// Ten sums in registers.
    private static void mixTile(float[][] sigmoids, float[] probabilities, int stride, float[][] sums, int c, int at) {
        FloatVector a = broadcast(0);
        FloatVector b = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector otherA = a;
        FloatVector otherB = a;
        FloatVector otherD = a;
        FloatVector otherE = a;
        FloatVector otherF = a;
        for (int query = 0; query < stride; query++) {
            int weight = c * stride + query;
            FloatVector x = FloatVector.fromArray(FLOATS, sigmoids[query], at);
            FloatVector y = FloatVector.fromArray(FLOATS, sigmoids[query], at + LENGTH);
            FloatVector w = broadcast(probabilities[weight]);
            a = x.fma(w, a);
            otherA = y.fma(w, otherA);
            w = broadcast(probabilities[weight + stride]);
            b = x.fma(w, b);
            otherB = y.fma(w, otherB);
            w = broadcast(probabilities[weight + 2 * stride]);
            d = x.fma(w, d);
            otherD = y.fma(w, otherD);
            w = broadcast(probabilities[weight + 3 * stride]);
            e = x.fma(w, e);
            otherE = y.fma(w, otherE);
            w = broadcast(probabilities[weight + 4 * stride]);
            f = x.fma(w, f);
            otherF = y.fma(w, otherF);
        }
        a.intoArray(sums[c], at);
        otherA.intoArray(sums[c], at + LENGTH);
        b.intoArray(sums[c + 1], at);
        otherB.intoArray(sums[c + 1], at + LENGTH);
        d.intoArray(sums[c + 2], at);
        otherD.intoArray(sums[c + 2], at + LENGTH);
        e.intoArray(sums[c + 3], at);
        otherE.intoArray(sums[c + 3], at + LENGTH);
        f.intoArray(sums[c + 4], at);
        otherF.intoArray(sums[c + 4], at + LENGTH);
    }

    @Override
    public void best(float[][] scores, int classes, float[] highest, int[] labels, int count) {
        if (count < LENGTH) {
            new PlainHeadLanes().best(scores, classes, highest, labels, count);
            return;
        }
        for (int i = 0; i < count; i += LENGTH) {
            int at = Math.min(i, count - LENGTH);
            FloatVector most = broadcast(Float.NEGATIVE_INFINITY);
            IntVector label = IntVector.zero(INTS);
            for (int c = 0; c < classes; c++) {
                FloatVector score = FloatVector.fromArray(FLOATS, scores[c], at);
                VectorMask<Float> isMore = score.compare(VectorOperators.GT, most);
                most = most.blend(score, isMore);
                label = label.blend(c, isMore.cast(INTS));
            }
            most.intoArray(highest, at);
            label.intoArray(labels, at);
        }
    }
}
