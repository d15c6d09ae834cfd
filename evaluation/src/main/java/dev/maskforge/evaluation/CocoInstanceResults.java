package dev.maskforge.evaluation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Detections in COCO's format of results: an array of `image_id`, `category_id`, `score`, and `segmentation` or `bbox`.
///
/// As pycocotools has it, the area of a detection is that of its box where the first one of the file has a box, else that
/// of its mask.
public final class CocoInstanceResults {
    private final Path file;
    private final Map<String, List<Detection>> detections;
    private final boolean boxesCount;

    private record Detection(String imageId, int categoryId, double score, Optional<CocoSegmentation> segmentation,
            Optional<CocoRegion.Rectangle> box) {}

    private CocoInstanceResults(Path file, Map<String, List<Detection>> detections, boolean boxesCount) {
        this.file = file;
        this.detections = detections;
        this.boxesCount = boxesCount;
    }

    /// The detections in a file.
    ///
    /// @throws EvaluationException if it is no such file, or has pictures that the dataset does not
    public static CocoInstanceResults open(Path file, CocoInstanceDataset dataset) {
        Set<String> known = new HashSet<>(dataset.pictures().stream().map(CocoInstanceDataset.Picture::id).toList());
        return JsonFile.read(file, json -> {
            List<Detection> all = json.array("the file", () -> detection(json));
            Map<String, List<Detection>> byPicture = new HashMap<>();
            for (Detection detection : all) {
                if (!known.contains(detection.imageId())) {
                    throw json.refuse("there are detections in picture " + detection.imageId() + ", which the dataset does not have");
                }
                byPicture.computeIfAbsent(detection.imageId(), _ -> new ArrayList<>()).add(detection);
            }
            return new CocoInstanceResults(file, byPicture, !all.isEmpty() && all.getFirst().box().isPresent());
        });
    }

    private static Detection detection(JsonFile json) {
        Fields fields = new Fields();
        json.object("a detection", name -> {
            switch (name) {
                case "image_id" -> fields.imageId = json.id(name);
                case "category_id" -> fields.categoryId = json.integer(name);
                case "score" -> fields.score = json.number(name);
                case "segmentation" -> fields.segmentation = CocoSegmentation.read(json);
                case "bbox" -> fields.box = CocoInstanceDataset.box(json);
                default -> json.skip();
            }
        });
        if (fields.segmentation == null && fields.box == null) {
            throw json.refuse("a detection has neither 'segmentation' nor 'bbox'");
        }
        return new Detection(json.required(fields.imageId, "image_id"), json.required(fields.categoryId, "category_id"),
                json.required(fields.score, "score"), Optional.ofNullable(fields.segmentation), Optional.ofNullable(fields.box));
    }

    private static final class Fields {
        private @Nullable String imageId;
        private @Nullable Integer categoryId;
        private @Nullable Double score;
        private @Nullable CocoSegmentation segmentation;
        private CocoRegion.@Nullable Rectangle box;
    }

    /// The detections in a picture.
    List<CocoDetection> detections(CocoInstanceDataset.Picture picture, CocoInstanceScorer.Kind kind) {
        return detections.getOrDefault(picture.id(), List.of()).stream().map(detection -> detection(detection, picture, kind)).toList();
    }

    private CocoDetection detection(Detection detection, CocoInstanceDataset.Picture picture, CocoInstanceScorer.Kind kind) {
        Optional<CocoRegion.Rectangle> box = detection.box();
        if (kind == CocoInstanceScorer.Kind.BOXES && box.isPresent()) {
            return new CocoDetection(detection.categoryId(), box.get(), box.get().area(), detection.score());
        }
        CocoSegmentation segmentation = detection.segmentation().orElseGet(() -> corners(box.orElseThrow()));
        RunLengths mask = CocoInstanceDataset.mask(segmentation, picture, file);
        CocoRegion region = switch (kind) {
            case MASKS -> new CocoRegion.Pixels(mask);
            case BOXES -> CocoRegion.Rectangle.of(mask.box());
        };
        double area = boxesCount && box.isPresent() ? box.get().area() : mask.area();
        return new CocoDetection(detection.categoryId(), region, area, detection.score());
    }

    private static CocoSegmentation corners(CocoRegion.Rectangle box) {
        double right = box.x() + box.width();
        double bottom = box.y() + box.height();
        return new CocoSegmentation.Polygons(List.of(new double[]{box.x(), box.y(), box.x(), bottom, right, bottom, right, box.y()}));
    }
}
