package dev.maskforge.vision;

import dev.maskforge.kernels.Lanes;
import dev.maskforge.kernels.MaskRows;
import dev.maskforge.kernels.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/// Which candidate wins each pixel of a picture: the one with the highest product of class probability and mask, the first
/// of equals. Bands of rows may be judged by several threads at once.
final class SegmentCompetition {
    /// A winner takes 15 bits; the 16th says whether the pixel is in its mask.
    private static final int MOST_CANDIDATES = 1 << 15;
    private static final int IN_MASK = 1 << 15;
    private static final float HALF = 0.5f;
    /// Products below may be of sigmoids that [Lanes#sigmoid] does not tell apart.
    private static final float FAINT = 1e-37f;

    private final int height;
    private final int width;
    private final float[] scores;
    private final short[] winners;
    private final AtomicLongArray won;
    private final AtomicLongArray wonInMask;
    private final AtomicLongArray masked;

    /// @throws IllegalArgumentException if there are more than 32,768 candidates
    SegmentCompetition(List<PanopticInference.Candidate> candidates, Geometry geometry) {
        int count = candidates.size();
        if (count > MOST_CANDIDATES) {
            throw new IllegalArgumentException(count + " queries are above the object mask threshold; raise it until it leaves at most "
                    + MOST_CANDIDATES);
        }
        this.height = geometry.originalHeight();
        this.width = geometry.originalWidth();
        this.scores = new float[count];
        for (int i = 0; i < count; i++) {
            scores[i] = candidates.get(i).score();
        }
        this.winners = new short[count == 0 ? 0 : Math.multiplyExact(height, width)];
        this.won = new AtomicLongArray(count);
        this.wonInMask = new AtomicLongArray(count);
        this.masked = new AtomicLongArray(count);
    }

    /// How many pixels a candidate won.
    long won(int candidate) {
        return won.get(candidate);
    }

    /// How many pixels that it won are in its mask: 0.5 or more.
    long wonInMask(int candidate) {
        return wonInMask.get(candidate);
    }

    /// How many pixels its mask has, won or not.
    long masked(int candidate) {
        return masked.get(candidate);
    }

    /// One thread's judge.
    Workers.Band band(MaskRows masks) {
        return new Judge(masks);
    }

    /// The map of ids.
    ///
    /// @param ids     by candidate; 0 is void
    /// @param highest the highest id
    LabelMap map(int[] ids, int highest, PanopticInference.Pasting pasting) {
        if (highest < 256) {
            byte[] map = new byte[Math.multiplyExact(height, width)];
            for (int pixel = 0; pixel < winners.length; pixel++) {
                map[pixel] = (byte) id(winners[pixel], ids, pasting);
            }
            return LabelMap.ofBytes(map, height, width);
        }
        short[] map = new short[winners.length];
        for (int pixel = 0; pixel < winners.length; pixel++) {
            map[pixel] = (short) id(winners[pixel], ids, pasting);
        }
        return LabelMap.ofShorts(map, height, width);
    }

    private static int id(short winner, int[] ids, PanopticInference.Pasting pasting) {
        return pasting.takes((winner & IN_MASK) != 0) ? ids[winner & MOST_CANDIDATES - 1] : PanopticSegmentation.VOID;
    }

    private final class Judge implements Workers.Band {
        private final MaskRows masks;
        private final float[] logits;
        private final float[] sigmoids;
        private final float[] scratch;
        private final float[] otherScratch;
        private final float[] best;
        private final int[] bestCandidate;
        /// Of a row, chunk after chunk.
        private final float[] rowBest;
        private final int[] rowCandidate;
        private final long[] bandWon = new long[scores.length];
        private final long[] bandWonInMask = new long[scores.length];
        private final long[] bandMasked = new long[scores.length];

        Judge(MaskRows masks) {
            int length = masks.chunkLength();
            this.masks = masks;
            this.logits = new float[length];
            this.sigmoids = new float[length];
            this.scratch = new float[length];
            this.otherScratch = new float[length];
            this.best = new float[length];
            this.bestCandidate = new int[length];
            this.rowBest = new float[masks.rowLength()];
            this.rowCandidate = new int[masks.rowLength()];
        }

        @Override
        public void rows(int from, int to) {
            for (int y = from; y < to; y++) {
                masks.seek(y);
                for (int chunk = 0; chunk < masks.chunks(); chunk++) {
                    compete(chunk);
                    System.arraycopy(best, 0, rowBest, chunk * best.length, best.length);
                    System.arraycopy(bestCandidate, 0, rowCandidate, chunk * best.length, best.length);
                }
                note(y);
            }
            publish(bandWon, won);
            publish(bandWonInMask, wonInMask);
            publish(bandMasked, masked);
        }

        private void compete(int chunk) {
            int pixels = masks.pixels(chunk);
            clear();
            for (int candidate = 0; candidate < scores.length; candidate++) {
                masks.logits(candidate, chunk, logits);
                Lanes.sigmoid(logits, sigmoids, scratch, otherScratch, sigmoids.length);
                bandMasked[candidate] += Lanes.countAtLeast(HALF, sigmoids, pixels);
                Lanes.scale(sigmoids, scores[candidate], sigmoids, sigmoids.length);
                Lanes.challenge(sigmoids, candidate, best, bestCandidate, best.length);
            }
            if (Lanes.minimum(best, pixels) < FAINT) {
                competeFaintly(chunk);
            }
        }

        /// Where all masks are all but 0, who wins hangs on how float32 underflows.
        private void competeFaintly(int chunk) {
            clear();
            for (int candidate = 0; candidate < scores.length; candidate++) {
                masks.logits(candidate, chunk, logits);
                for (int i = 0; i < sigmoids.length; i++) {
                    sigmoids[i] = scores[candidate] * (1 / (1 + (float) Math.exp(-(double) logits[i])));
                }
                Lanes.challenge(sigmoids, candidate, best, bestCandidate, best.length);
            }
        }

        private void clear() {
            Arrays.fill(best, Float.NEGATIVE_INFINITY);
            Arrays.fill(bestCandidate, 0);
        }

        /// A mask is 0.5 or more just where its product with a score is the score's half or more, in float32 too: halving is
        /// exact, and the number below 0.5 gives a product that rounds to less.
        private void note(int y) {
            int[] columns = masks.columns();
            for (int x = 0; x < width; x++) {
                int candidate = rowCandidate[columns[x]];
                boolean inMask = rowBest[columns[x]] >= HALF * scores[candidate];
                winners[y * width + x] = (short) (inMask ? candidate | IN_MASK : candidate);
                bandWon[candidate]++;
                bandWonInMask[candidate] += inMask ? 1 : 0;
            }
        }

        private void publish(long[] counts, AtomicLongArray sums) {
            for (int candidate = 0; candidate < counts.length; candidate++) {
                sums.addAndGet(candidate, counts[candidate]);
            }
            Arrays.fill(counts, 0);
        }
    }
}
