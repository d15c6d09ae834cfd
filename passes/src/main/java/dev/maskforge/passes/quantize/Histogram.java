package dev.maskforge.passes.quantize;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;

/// How often a value of the network took which numbers, gathered picture by picture: [#BINS] bins of one width, evenly
/// around zero. Where numbers go beyond them, two bins become one.
public final class Histogram {
    private static final int BINS = 4096;
    private static final int CHUNK = 1 << 16;

    private final long[] counts = new long[BINS];
    /// The bins reach from -bound to bound, a power of two; 0 as long as all numbers were 0.
    private float bound;
    private float minimum = Float.POSITIVE_INFINITY;
    private float maximum = Float.NEGATIVE_INFINITY;
    private long largestTensor;
    private boolean finite = true;

    /// Takes the numbers of one picture.
    ///
    /// @param tensor float32
    /// @throws IllegalArgumentException if it is of another type
    public void add(Tensor tensor) {
        if (tensor.dataType() != DataType.FLOAT32) {
            throw new IllegalArgumentException("ranges are those of float32, not of " + tensor);
        }
        largestTensor = Math.max(largestTensor, tensor.elementCount());
        float[] chunk = new float[(int) Math.min(CHUNK, tensor.elementCount())];
        for (long start = 0; start < tensor.elementCount(); start += CHUNK) {
            int length = (int) Math.min(CHUNK, tensor.elementCount() - start);
            MemorySegment.copy(tensor.memory(), Tensor.FLOAT32, start * Float.BYTES, chunk, 0, length);
            add(chunk, length);
        }
    }

    private void add(float[] chunk, int length) {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < length; i++) {
            low = Math.min(low, chunk[i]);
            high = Math.max(high, chunk[i]);
        }
        if (!Float.isFinite(low) || !Float.isFinite(high)) {
            finite = false;
            return;
        }
        minimum = Math.min(minimum, low);
        maximum = Math.max(maximum, high);
        reach(Math.max(Math.abs(low), Math.abs(high)));
        if (bound == 0) {
            counts[BINS / 2] += length;
            return;
        }
        float scale = BINS / 2 / bound;
        for (int i = 0; i < length; i++) {
            counts[Math.min((int) (chunk[i] * scale + BINS / 2), BINS - 1)]++;
        }
    }

    private void reach(float magnitude) {
        if (magnitude <= bound) {
            return;
        }
        if (bound == 0) {
            // Nothing but zeros was counted, in the middle, which stays the middle.
            bound = Math.min(Math.scalb(1f, Math.getExponent(magnitude) + 1), Float.MAX_VALUE);
            return;
        }
        while (magnitude > bound) {
            long[] wider = new long[BINS];
            for (int bin = 0; bin < BINS; bin++) {
                wider[BINS / 4 + bin / 2] += counts[bin];
            }
            System.arraycopy(wider, 0, counts, 0, BINS);
            bound *= 2;
        }
    }

    boolean isFinite() {
        return finite;
    }

    /// The least number; infinite if there was none.
    float minimum() {
        return minimum;
    }

    /// The greatest number; infinite if there was none.
    float maximum() {
        return maximum;
    }

    /// The most elements that the value had in one picture.
    long largestTensor() {
        return largestTensor;
    }

    /// The number below which a share of all lie.
    ///
    /// @param share 0 to 1
    float quantile(double share) {
        long all = 0;
        for (long count : counts) {
            all += count;
        }
        double wanted = share * all;
        double below = 0;
        for (int bin = 0; bin < BINS; bin++) {
            below += counts[bin];
            if (below >= wanted) {
                return Math.clamp(centre(bin) + (float) (width() / 2), minimum, maximum);
            }
        }
        return maximum;
    }

    /// The mean of squares.
    double power() {
        double sum = 0;
        long all = 0;
        for (int bin = 0; bin < BINS; bin++) {
            sum += counts[bin] * (double) centre(bin) * centre(bin);
            all += counts[bin];
        }
        return sum / Math.max(1, all);
    }

    /// The mean square of what is lost where a range is spread over integers: within it a step's twelfth ("quantisation
    /// noise"), beyond it what is cut off. Numbers that are exactly 0 lose nothing; they are told from small ones where a
    /// value never goes below 0, as after a ReLU, by the lowest bin.
    double noise(Range range) {
        double step = range.step();
        double inside = step * step / 12;
        double sum = 0;
        long all = 0;
        for (int bin = 0; bin < BINS; bin++) {
            double centre = centre(bin);
            double beyond = centre - Math.clamp(centre, range.minimum(), range.maximum());
            boolean isZero = bin == BINS / 2 && minimum >= 0;
            sum += counts[bin] * (beyond != 0 ? beyond * beyond : isZero ? 0 : inside);
            all += counts[bin];
        }
        return sum / Math.max(1, all);
    }

    private double width() {
        return 2 * (double) bound / BINS;
    }

    private float centre(int bin) {
        return (float) ((bin - BINS / 2 + 0.5) * width());
    }
}
