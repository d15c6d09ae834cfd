package dev.maskforge.evaluation;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.InstanceSegmentation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Average precision and recall of objects in COCO, as pycocotools' `COCOeval` computes them.
///
/// Pictures are to be added in the dataset's order, which is that of their ids: of equally sure detections the first counts
/// first.
public final class CocoInstanceScorer {
    private final CocoInstanceDataset dataset;
    private final Kind kind;
    private final SequencedMap<Integer, Map<CocoSetting, List<CocoPicture>>> pictures = new LinkedHashMap<>();

    /// What must overlap.
    public enum Kind {
        /// Masks, pycocotools' `segm`.
        MASKS,
        /// Boxes, pycocotools' `bbox`.
        BOXES
    }

    public CocoInstanceScorer(CocoInstanceDataset dataset, Kind kind) {
        this.dataset = dataset;
        this.kind = kind;
        dataset.categories().keySet().stream().sorted().forEach(category -> {
            Map<CocoSetting, List<CocoPicture>> settings = new EnumMap<>(CocoSetting.class);
            for (CocoSetting setting : CocoSetting.values()) {
                settings.put(setting, new ArrayList<>());
            }
            pictures.put(category, settings);
        });
    }

    /// Adds what a model said of a picture. The area of a mask counts, as where Detectron2 gives its results to pycocotools.
    ///
    /// @throws EvaluationException if sizes differ, or the dataset's file is wrong about the picture
    public void add(CocoInstanceDataset.Picture picture, InstanceSegmentation segmentation, ClassList classes) {
        if (segmentation.height() != picture.height() || segmentation.width() != picture.width()) {
            throw new EvaluationException(
                    "the prediction for '" + Folder.oneLine(picture.fileName()) + "' has " + segmentation.height() + "x"
                            + segmentation.width() + " pixels, the truth " + picture.height() + "x" + picture.width()
                            + "; take the picture as it was published");
        }
        add(segmentation.instances().stream().map(instance -> {
            CocoRegion region = switch (kind) {
                case MASKS -> new CocoRegion.Pixels(RunLengths.of(instance.mask()));
                case BOXES -> CocoRegion.Rectangle.of(instance.mask().box());
            };
            return new CocoDetection(classes.get(instance.trainId()).datasetId(), region, instance.mask().area(), instance.score());
        }).toList(), dataset.objects(picture, kind));
    }

    /// Adds what a file of results says of a picture.
    ///
    /// @throws EvaluationException if a file is wrong about the picture
    public void add(CocoInstanceDataset.Picture picture, CocoInstanceResults results) {
        add(results.detections(picture, kind), dataset.objects(picture, kind));
    }

    /// Detections of categories that the dataset does not have do not count.
    private void add(List<CocoDetection> detections, List<CocoObject> objects) {
        pictures.forEach((category, settings) -> {
            List<CocoObject> truth = objects.stream().filter(object -> object.categoryId() == category).toList();
            List<CocoDetection> predicted = detections.stream().filter(detection -> detection.categoryId() == category)
                    .sorted(Comparator.comparingDouble(CocoDetection::score).reversed()).limit(CocoSetting.MOST_DETECTIONS).toList();
            if (!truth.isEmpty() || !predicted.isEmpty()) {
                double[][] overlaps = overlaps(predicted, truth);
                settings.forEach((setting, list) -> list.add(CocoPicture.of(predicted, truth, overlaps, setting)));
            }
        });
    }

    private static double[][] overlaps(List<CocoDetection> detections, List<CocoObject> objects) {
        return detections.stream()
                .map(detection -> objects.stream().mapToDouble(object -> detection.region().overlap(object.region(), object.isCrowd()))
                        .toArray())
                .toArray(double[][]::new);
    }

    /// What follows from the pictures so far.
    public CocoInstanceScores scores() {
        SequencedMap<Integer, Map<CocoSetting, CocoCurve>> curves = new LinkedHashMap<>();
        pictures.forEach((category, settings) -> {
            Map<CocoSetting, CocoCurve> ofCategory = new EnumMap<>(CocoSetting.class);
            settings.forEach((setting, list) -> CocoCurve.of(list).ifPresent(curve -> ofCategory.put(setting, curve)));
            curves.put(category, ofCategory);
        });
        return new CocoInstanceScores(dataset.categories(), curves);
    }
}
