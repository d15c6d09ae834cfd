package dev.maskforge.evaluation;

import dev.maskforge.vision.LabelMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/// What is known of a picture of Cityscapes.
///
/// @param labelIds    the id of each pixel's [CityscapesLabel]
/// @param instanceIds for an object its label's id times 1000 plus its number; for all other pixels, groups of objects among
///                    them, the label's id
public record CityscapesTruth(LabelMap labelIds, LabelMap instanceIds) {
    private static final int FIRST_INSTANCE = 1000;
    private static final int TRAIN_ID_OF_IGNORED = 255;

    /// Checks that they fit each other.
    ///
    /// @throws EvaluationException if sizes differ, ids are not Cityscapes', or label ids are train ids
    public CityscapesTruth {
        if (labelIds.height() != instanceIds.height() || labelIds.width() != instanceIds.width()) {
            throw new EvaluationException("labels have " + size(labelIds) + " pixels, instances " + size(instanceIds)
                    + "; take both from one gtFine archive");
        }
        requireLabels(labelIds, instanceIds);
    }

    private static void requireLabels(LabelMap labelIds, LabelMap instanceIds) {
        requireKnown(instanceIds, CityscapesTruth::labelOf, "instances have label id ", "_gtFine_instanceIds.png");
        int[] trainIds = CityscapesLabel.all().stream().mapToInt(label -> label.trainId().orElse(TRAIN_ID_OF_IGNORED)).toArray();
        boolean areTrainIds = true;
        boolean differ = false;
        for (int pixel = 0; pixel < labelIds.pixels() && areTrainIds; pixel++) {
            int label = labelOf(instanceIds.at(pixel));
            areTrainIds = labelIds.at(pixel) == trainIds[label];
            differ |= labelIds.at(pixel) != label;
        }
        if (differ && areTrainIds) {
            throw new EvaluationException("the label picture holds train ids, 0 to 18 and 255, where label ids belong; "
                    + "take the files *_gtFine_labelIds.png of gtFine");
        }
        requireKnown(labelIds, id -> id, "the label picture has ", "_gtFine_labelIds.png");
    }

    private static void requireKnown(LabelMap ids, IntUnaryOperator label, String what, String file) {
        long[] counts = ids.histogram(1 << Character.SIZE);
        for (int id = 0; id < counts.length; id++) {
            if (counts[id] > 0 && label.applyAsInt(id) >= CityscapesLabel.all().size()) {
                throw new EvaluationException(what + label.applyAsInt(id) + "; Cityscapes' label ids are 0 to 33: take the files *" + file
                        + " of gtFine");
            }
        }
    }

    static String size(LabelMap map) {
        return map.height() + "x" + map.width();
    }

    /// The label's id of an instance id.
    static int labelOf(int instanceId) {
        return isInstance(instanceId) ? instanceId / FIRST_INSTANCE : instanceId;
    }

    /// Whether an instance id is of one object.
    static boolean isInstance(int instanceId) {
        return instanceId >= FIRST_INSTANCE;
    }

    public int height() {
        return labelIds.height();
    }

    public int width() {
        return labelIds.width();
    }

    /// How many pixels each instance id has, in the order of ids.
    Map<Integer, Long> areas() {
        long[] counts = instanceIds.histogram(1 << Character.SIZE);
        Map<Integer, Long> areas = new TreeMap<>();
        for (int id = 0; id < counts.length; id++) {
            if (counts[id] > 0) {
                areas.put(id, counts[id]);
            }
        }
        return areas;
    }

    /// The segments, as cityscapesScripts' `createPanopticImgs` has it: ids are instance ids, categories label ids, ignored
    /// labels void; a group of objects is a crowd.
    public PanopticMap panoptic() {
        boolean[] isIgnored = new boolean[CityscapesLabel.all().size()];
        CityscapesLabel.all().forEach(label -> isIgnored[label.id()] = label.isIgnored());
        int[] ids = new int[labelIds.pixels()];
        for (int pixel = 0; pixel < ids.length; pixel++) {
            int id = instanceIds.at(pixel);
            ids[pixel] = isIgnored[labelOf(id)] ? PanopticMap.VOID : id;
        }
        List<PanopticMap.Segment> segments = new ArrayList<>();
        areas().forEach((id, area) -> {
            CityscapesLabel label = CityscapesLabel.all().get(labelOf(id));
            if (!label.isIgnored()) {
                segments.add(new PanopticMap.Segment(id, label.id(), area, label.hasInstances() && !isInstance(id)));
            }
        });
        return new PanopticMap(height(), width(), ids, segments);
    }
}
