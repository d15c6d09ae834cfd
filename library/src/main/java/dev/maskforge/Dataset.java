package dev.maskforge;

import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.Size;
import java.util.List;
import java.util.Optional;

/// What a dataset means for a model that was trained on it: the number of classes, and the size at which the official
/// configurations test (facts of both repositories' `configs/*/Base-*.yaml`; Detectron2's defaults for COCO).
///
/// @param name       such as `cityscapes`
/// @param classes    their number, for semantic output
/// @param resizeRule the official test rule
/// @param nativeSize the size that all its pictures have, if they have one
public record Dataset(String name, int classes, ResizeRule resizeRule, Optional<Size> nativeSize) {
    public static final Dataset CITYSCAPES = new Dataset("cityscapes", 19, new ResizeRule.ShortestEdge(1024, 2048),
            Optional.of(new Size(1024, 2048)));

    private static final List<Dataset> KNOWN = List.of(CITYSCAPES, of("ade20k", 150, 512, 2048), of("ade20k-full", 847, 512, 2048),
            of("coco-stuff-10k", 171, 640, 2560), of("mapillary-vistas", 65, 2048, 2048), of("coco", 133, 800, 1333));

    private static Dataset of(String name, int classes, int minimum, int maximum) {
        return new Dataset(name, classes, new ResizeRule.ShortestEdge(minimum, maximum), Optional.empty());
    }

    /// All that are known by name.
    public static List<Dataset> known() {
        return KNOWN;
    }

    /// The dataset of this name.
    public static Optional<Dataset> named(String name) {
        return KNOWN.stream().filter(dataset -> dataset.name().equals(name)).findFirst();
    }

    /// The known dataset with this many classes, else an unnamed one that is tested at Detectron2's default size.
    public static Dataset ofClasses(int classes) {
        return KNOWN.stream().filter(dataset -> dataset.classes() == classes).findFirst()
                .orElseGet(() -> of("unknown", classes, 800, 1333));
    }
}
