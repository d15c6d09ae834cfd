package dev.maskforge.evaluation;

import dev.maskforge.vision.LabelMap;
import java.util.OptionalDouble;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// How many pixels of each class were given each class, and the scores that follow from that: intersection over union (IoU)
/// and accuracy, each from 0 to 1.
///
/// It grows with each picture that is added; counts of different pictures, threads or machines are joined by
/// [#add(ConfusionMatrix)]. One thread at a time may use it.
public final class ConfusionMatrix {
    private final int classes;
    /// `[classes, classes + 1]`: by true class, then by predicted class; the last column is for none of the classes.
    private final long[] counts;

    private ConfusionMatrix(int classes) {
        this.classes = classes;
        this.counts = new long[Math.multiplyExact(classes, classes + 1)];
    }

    /// An empty one for classes 0 to `classes - 1`.
    public static ConfusionMatrix ofClasses(int classes) {
        if (classes < 1) {
            throw new IllegalArgumentException("a confusion matrix has at least one class, not " + classes);
        }
        return new ConfusionMatrix(classes);
    }

    public int classes() {
        return classes;
    }

    /// Adds the pixels of a picture.
    ///
    /// @param prediction a label that is none of the classes counts as a miss of the true class
    /// @param ignored    label in the truth whose pixels are not counted, such as 255
    /// @throws IllegalArgumentException if sizes differ, or the truth has a label that is neither a class nor ignored;
    ///                                  nothing is added then
    public void add(LabelMap prediction, LabelMap truth, int ignored) {
        requireSameSize(prediction, truth);
        requireClasses(truth, ignored);
        for (int pixel = 0; pixel < truth.pixels(); pixel++) {
            int label = truth.at(pixel);
            if (label != ignored) {
                counts[label * (classes + 1) + Math.min(prediction.at(pixel), classes)]++;
            }
        }
    }

    private static void requireSameSize(LabelMap prediction, LabelMap truth) {
        if (prediction.height() != truth.height() || prediction.width() != truth.width()) {
            throw new IllegalArgumentException("the prediction is a " + prediction + ", the truth a " + truth);
        }
    }

    private void requireClasses(LabelMap truth, int ignored) {
        for (int pixel = 0; pixel < truth.pixels(); pixel++) {
            int label = truth.at(pixel);
            if (label >= classes && label != ignored) {
                throw new IllegalArgumentException("the truth has label " + label + "; classes are 0 to " + (classes - 1)
                        + ", ignored is " + ignored);
            }
        }
    }

    /// Adds what another has counted.
    public void add(ConfusionMatrix other) {
        if (other.classes != classes) {
            throw new IllegalArgumentException(other.classes + " classes cannot be added to " + classes);
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    /// The counts so far, which no longer grow with this one.
    ConfusionMatrix copy() {
        ConfusionMatrix copy = new ConfusionMatrix(classes);
        copy.add(this);
        return copy;
    }

    /// How many pixels of a class were given a class.
    ///
    /// @param predictedId [#classes()] stands for none of the classes
    public long count(int trainId, int predictedId) {
        requireClass(trainId);
        if (predictedId < 0 || predictedId > classes) {
            throw new IndexOutOfBoundsException("no class " + predictedId + " of " + classes);
        }
        return counts[trainId * (classes + 1) + predictedId];
    }

    private void requireClass(int trainId) {
        if (trainId < 0 || trainId >= classes) {
            throw new IndexOutOfBoundsException("no class " + trainId + " of " + classes);
        }
    }

    /// The pixels that a class has in the truth.
    public long truePixels(int trainId) {
        return IntStream.rangeClosed(0, classes).mapToLong(predicted -> count(trainId, predicted)).sum();
    }

    /// The pixels that were given a class, of those that are not ignored.
    public long predictedPixels(int trainId) {
        return IntStream.range(0, classes).mapToLong(label -> count(label, trainId)).sum();
    }

    /// All pixels that are not ignored.
    public long pixels() {
        return IntStream.range(0, classes).mapToLong(this::truePixels).sum();
    }

    /// The share of pixels that got their class; none without a pixel.
    public OptionalDouble pixelAccuracy() {
        return ratio(IntStream.range(0, classes).mapToLong(trainId -> count(trainId, trainId)).sum(), pixels());
    }

    /// The share of a class's pixels that got it; none if the truth has no such pixel.
    public OptionalDouble accuracy(int trainId) {
        return ratio(count(trainId, trainId), truePixels(trainId));
    }

    /// The pixels that have a class in truth and prediction, over those that have it in either; none if no pixel has.
    public OptionalDouble intersectionOverUnion(int trainId) {
        long both = count(trainId, trainId);
        return ratio(both, truePixels(trainId) + predictedPixels(trainId) - both);
    }

    /// The mean over the classes that occur in truth or prediction, as cityscapesScripts has it; none without a pixel.
    public OptionalDouble meanIntersectionOverUnion() {
        return mean(this::intersectionOverUnion);
    }

    /// The mean of [#accuracy(int)] over the classes that occur in the truth; none without a pixel.
    public OptionalDouble meanAccuracy() {
        return mean(this::accuracy);
    }

    private OptionalDouble mean(IntFunction<OptionalDouble> score) {
        double sum = 0;
        int valid = 0;
        for (int trainId = 0; trainId < classes; trainId++) {
            OptionalDouble one = score.apply(trainId);
            sum += one.orElse(0);
            valid += one.isPresent() ? 1 : 0;
        }
        return valid == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / valid);
    }

    private static OptionalDouble ratio(long part, long whole) {
        return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
    }

    @Override
    public String toString() {
        return "confusion matrix of " + classes + " classes over " + pixels() + " pixels";
    }
}
