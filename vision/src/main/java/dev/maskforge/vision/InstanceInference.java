package dev.maskforge.vision;

import dev.maskforge.kernels.Lanes;
import dev.maskforge.kernels.MaskRows;
import dev.maskforge.kernels.Workers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;

/// From the raw outputs of a network to the objects in the picture, as Mask2Former's `instance_inference` does it.
///
/// The likeliest pairs of query and class, "no object" left out, become instances, as many as the thresholds say; of equal
/// ones the lower query, then the lower class goes first (the original leaves that open), and numbers that are none are
/// left out. Mask logits are brought to the picture's original size, as [MaskSource#atOriginalSize] says; an instance's
/// pixels are those with a logit above 0, its score is the pair's probability times the mean of the mask over them.
///
/// Masks stream through row by row; beside the result a thread takes one bit a pixel.
///
/// @param workers    the threads it may use
/// @param thresholds how many instances there may be
public record InstanceInference(Workers workers, Thresholds thresholds) {
    /// What the original adds to an area before it divides by it.
    private static final double EPSILON = 1e-6;

    /// Likeliest first, then by query and class.
    private static final Comparator<Pair> LIKELIEST_FIRST = Comparator.comparingDouble(Pair::probability).reversed()
            .thenComparingInt(Pair::query)
            .thenComparingInt(Pair::trainId);

    private record Pair(int query, int trainId, float probability) {}

    /// @param mean of the sigmoid over the mask; 0 if it is empty
    private record MeasuredMask(Mask mask, double mean) {}

    /// On the caller's thread, with the official thresholds.
    public static InstanceInference singleThreaded() {
        return new InstanceInference(Workers.callerOnly(), Thresholds.OFFICIAL);
    }

    /// The instances of all classes: for networks trained for instance segmentation.
    ///
    /// @param image which picture of the batch
    public InstanceSegmentation instances(QueryOutputs outputs, int image, Geometry geometry) {
        return instances(outputs, image, geometry, _ -> true);
    }

    /// The instances of thing classes: for networks trained for panoptic segmentation. Stuff takes part in the choice of the
    /// likeliest pairs, and is left out then, as in the original.
    ///
    /// @param image   which picture of the batch
    /// @param classes what the network's classes are: it says which are things
    /// @throws IllegalArgumentException if the list has another number of classes than the network
    public InstanceSegmentation thingInstances(QueryOutputs outputs, int image, Geometry geometry, ClassList classes) {
        PanopticInference.requireSameClasses(outputs, classes);
        return instances(outputs, image, geometry, trainId -> classes.get(trainId).isThing());
    }

    private InstanceSegmentation instances(QueryOutputs outputs, int image, Geometry geometry, IntPredicate isWanted) {
        List<Pair> pairs = likeliest(ClassProbabilities.of(outputs, image)).stream().filter(pair -> isWanted.test(pair.trainId())).toList();
        int[] queries = pairs.stream().mapToInt(Pair::query).distinct().toArray();
        MeasuredMask[] masks = new MeasuredMask[outputs.queries()];
        workers.forEachBand(queries.length, 1, () -> {
            MaskReader reader = new MaskReader(geometry);
            return (from, to) -> {
                for (int i = from; i < to; i++) {
                    masks[queries[i]] = reader.read(MaskSource.atOriginalSize(outputs, image, new int[]{queries[i]}, geometry));
                }
            };
        });
        List<Instance> instances = new ArrayList<>();
        for (Pair pair : pairs) {
            MeasuredMask measured = masks[pair.query()];
            instances.add(new Instance(pair.query(), pair.trainId(), (float) (pair.probability() * measured.mean()), measured.mask()));
        }
        // Stable: of equal scores the likelier pair stays first.
        instances.sort(Comparator.comparingDouble(Instance::score).reversed());
        return new InstanceSegmentation(geometry.originalHeight(), geometry.originalWidth(), instances);
    }

    private List<Pair> likeliest(ClassProbabilities probabilities) {
        PriorityQueue<Pair> chosen = new PriorityQueue<>(LIKELIEST_FIRST.reversed());
        for (int query = 0; query < probabilities.queries(); query++) {
            for (int trainId = 0; trainId < probabilities.classes(); trainId++) {
                float probability = probabilities.of(query, trainId);
                if (Float.isNaN(probability)) {
                    continue;
                }
                // Pairs come in the order of ties, so an equal one never displaces another.
                if (chosen.size() == thresholds.detectionsPerImage()) {
                    if (probability <= chosen.element().probability()) {
                        continue;
                    }
                    chosen.remove();
                }
                chosen.add(new Pair(query, trainId, probability));
            }
        }
        return chosen.stream().sorted(LIKELIEST_FIRST).toList();
    }

    /// Reads masks one after another. One instance belongs to one thread.
    private static final class MaskReader {
        private final int height;
        private final int width;
        private final Mask.Drawing drawing;

        MaskReader(Geometry geometry) {
            this.height = geometry.originalHeight();
            this.width = geometry.originalWidth();
            this.drawing = new Mask.Drawing(height, width);
        }

        /// @param rows of one query
        MeasuredMask read(MaskRows rows) {
            int length = rows.chunkLength();
            float[] logits = new float[length];
            float[] sigmoids = new float[length];
            float[] scratch = new float[length];
            float[] otherScratch = new float[length];
            float[] row = new float[rows.rowLength()];
            double sum = 0;
            for (int y = 0; y < height; y++) {
                rows.seek(y);
                int found = 0;
                for (int chunk = 0; chunk < rows.chunks(); chunk++) {
                    rows.logits(0, chunk, logits);
                    System.arraycopy(logits, 0, row, chunk * length, length);
                    int positive = Lanes.countAbove(0, logits, rows.pixels(chunk));
                    if (positive > 0) {
                        Lanes.sigmoid(logits, sigmoids, scratch, otherScratch, length);
                        sum += sumWherePositive(logits, sigmoids, rows.pixels(chunk));
                        found += positive;
                    }
                }
                if (found > 0) {
                    draw(y, row, rows.columns());
                }
            }
            Mask mask = drawing.finish();
            return new MeasuredMask(mask, sum / (mask.area() + EPSILON));
        }

        private static double sumWherePositive(float[] logits, float[] sigmoids, int count) {
            double sum = 0;
            for (int i = 0; i < count; i++) {
                if (logits[i] > 0) {
                    sum += sigmoids[i];
                }
            }
            return sum;
        }

        private void draw(int y, float[] row, int[] columns) {
            for (int x = 0; x < width; x++) {
                if (row[columns[x]] > 0) {
                    drawing.add(y, x);
                }
            }
        }
    }
}
