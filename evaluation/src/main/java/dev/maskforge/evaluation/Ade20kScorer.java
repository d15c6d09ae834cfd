package dev.maskforge.evaluation;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.SegmentationClass;
import java.util.List;

/// Semantic segmentation of ADE20K's 150 classes. Pixels of no class, label id 0, do not count.
public final class Ade20kScorer {
    private static final int NO_CLASS = 255;

    private final ConfusionMatrix counts = ConfusionMatrix.ofClasses(Ade20kDataset.CLASSES);

    /// Adds a picture.
    ///
    /// @param picture    its name, for messages
    /// @param prediction label ids, 1 to 150; 0 is a miss of whatever is true
    /// @param truth      label ids, 0 to 150
    /// @throws EvaluationException if sizes differ, or the prediction has no label ids; nothing is added then
    public void add(String picture, LabelMap prediction, LabelMap truth) {
        LabelIdCheck.ADE20K.require(picture, prediction, truth);
        counts.add(trainIds(prediction), trainIds(truth), NO_CLASS);
    }

    /// Adds what a model said of a picture.
    ///
    /// @param labels  train ids
    /// @param classes of the model
    /// @param truth   label ids, 0 to 150
    /// @throws EvaluationException if sizes differ, or the classes are not ADE20K's; nothing is added then
    public void add(String picture, LabelMap labels, ClassList classes, LabelMap truth) {
        add(picture, LabelIdCheck.labelIds(labels, classes), truth);
    }

    /// One less than label ids, [#NO_CLASS] where there is no class.
    private static LabelMap trainIds(LabelMap labelIds) {
        byte[] trainIds = new byte[labelIds.pixels()];
        for (int pixel = 0; pixel < trainIds.length; pixel++) {
            trainIds[pixel] = (byte) (labelIds.at(pixel) - 1);
        }
        return LabelMap.ofBytes(trainIds, labelIds.height(), labelIds.width());
    }

    /// What follows from the pictures so far.
    public SemanticScores scores() {
        List<String> names = ClassList.ofDataset("ade20k").orElseThrow().classes().stream().map(SegmentationClass::name).toList();
        return new SemanticScores(names, counts.copy());
    }
}
