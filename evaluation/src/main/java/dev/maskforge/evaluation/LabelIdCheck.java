package dev.maskforge.evaluation;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.LabelMap;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/// Checks that a prediction holds a dataset's label ids, and tells when it holds train ids, which look alike and score next
/// to nothing.
final class LabelIdCheck {
    static final LabelIdCheck CITYSCAPES = new LabelIdCheck("Cityscapes",
            CityscapesLabel.all().stream().filter(label -> !label.isIgnored()).mapToInt(CityscapesLabel::id).toArray(),
            CityscapesLabel.all().size());
    static final LabelIdCheck ADE20K = new LabelIdCheck("ADE20K", IntStream.rangeClosed(1, Ade20kDataset.CLASSES).toArray(),
            Ade20kDataset.CLASSES + 1);

    private static final int NO_CLASS = 255;
    /// Train ids are told by how much better a prediction fits when it is read so, where it has a number that is no class,
    /// or where most of it is right then.
    private static final int TIMES_BETTER = 2;

    private final String dataset;
    /// By train id.
    private final int[] labelIds;
    private final BitSet areClasses = new BitSet();
    private final int labels;

    private LabelIdCheck(String dataset, int[] labelIds, int labels) {
        this.dataset = dataset;
        this.labelIds = labelIds;
        this.labels = labels;
        Arrays.stream(labelIds).forEach(areClasses::set);
    }

    /// @throws EvaluationException if sizes differ, or the prediction holds train ids or numbers that are no labels
    void require(String picture, LabelMap prediction, LabelMap truth) {
        if (prediction.height() != truth.height() || prediction.width() != truth.width()) {
            throw new EvaluationException("the prediction for '" + picture + "' has " + CityscapesTruth.size(prediction)
                    + " pixels, the truth " + CityscapesTruth.size(truth) + "; predict at the picture's own size");
        }
        long[] counts = prediction.histogram(1 << Character.SIZE);
        if (holdsTrainIds(prediction, truth, counts)) {
            throw new EvaluationException("the prediction for '" + picture + "' holds train ids, 0 to " + (labelIds.length - 1)
                    + ", where label ids of " + dataset + " belong; write those, as 'maskforge segment' does by default");
        }
        int unknown = IntStream.range(labels, counts.length).filter(id -> counts[id] > 0).findFirst().orElse(-1);
        if (unknown >= 0) {
            throw new EvaluationException("the prediction for '" + picture + "' has " + unknown + ", which is no label id of " + dataset
                    + "; they are 0 to " + (labels - 1) + ": give its label maps, not masks or colours");
        }
    }

    /// The label ids of a model's labels.
    static LabelMap labelIds(LabelMap trainIds, ClassList classes) {
        short[] labelIds = new short[trainIds.pixels()];
        for (int pixel = 0; pixel < labelIds.length; pixel++) {
            labelIds[pixel] = (short) classes.get(trainIds.at(pixel)).datasetId();
        }
        return LabelMap.ofShorts(labelIds, trainIds.height(), trainIds.width());
    }

    private boolean holdsTrainIds(LabelMap prediction, LabelMap truth, long[] counts) {
        boolean onlyTrainIds = IntStream.range(0, counts.length).allMatch(id -> counts[id] == 0 || id < labelIds.length || id == NO_CLASS);
        boolean hasNoClass = IntStream.range(0, counts.length).anyMatch(id -> counts[id] > 0 && !areClasses.get(id));
        boolean hasSeveral = Arrays.stream(counts).filter(count -> count > 0).count() > 1;
        if (!onlyTrainIds || !hasSeveral) {
            return false;
        }
        long right = 0;
        long rightAsTrainIds = 0;
        for (int pixel = 0; pixel < truth.pixels(); pixel++) {
            int label = truth.at(pixel);
            int predicted = prediction.at(pixel);
            right += predicted == label && areClasses.get(label) ? 1 : 0;
            rightAsTrainIds += predicted < labelIds.length && labelIds[predicted] == label ? 1 : 0;
        }
        boolean isMostlyRight = 2 * rightAsTrainIds > truth.pixels();
        return rightAsTrainIds > TIMES_BETTER * right && (hasNoClass || isMostlyRight);
    }
}
