package dev.maskforge;

import dev.maskforge.models.MaskClassifier;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.Size;
import dev.maskforge.vision.Thresholds;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// What a dataset means for a model that was trained on it: its classes, and how the official configurations test (facts
/// of both repositories' `configs/`, and Detectron2's defaults for COCO).
///
/// @param name       such as `cityscapes`
/// @param uses       the tasks for which models are trained on it, semantic before panoptic before instance
/// @param nativeSize the size that all its pictures have, if they have one
public record Dataset(String name, List<Use> uses, Optional<Size> nativeSize) {
    /// What it means for one task.
    ///
    /// @param task      what models are trained for
    /// @param classes   their number
    /// @param classList the name of their list in [ClassList#ofDataset(String)]
    /// @param testing   how they are tested, unless [Dataset#testing(Task, MaskClassifier)] knows an exception
    public record Use(Task task, int classes, String classList, Testing testing) {}

    /// How a model is tested.
    ///
    /// @param resizeRule       `INPUT.MIN_SIZE_TEST` and `INPUT.MAX_SIZE_TEST`
    /// @param thresholds       of panoptic and instance inference
    /// @param sizeDivisibility `MODEL.MASK_FORMER.SIZE_DIVISIBILITY`: the input is padded to multiples of it; 1 where the
    ///                         configuration says 0, which pads nothing
    public record Testing(ResizeRule.ShortestEdge resizeRule, Thresholds thresholds, int sizeDivisibility) {
        /// With the thresholds and the padding that nearly all configurations have.
        static Testing of(int shortestEdge, int longestEdge) {
            return new Testing(new ResizeRule.ShortestEdge(shortestEdge, longestEdge), Thresholds.OFFICIAL, 32);
        }

        Testing withObjectMaskThreshold(double threshold) {
            return new Testing(resizeRule, new Thresholds(threshold, thresholds.overlapThreshold(), thresholds.detectionsPerImage()),
                    sizeDivisibility);
        }

        Testing withoutPadding() {
            return new Testing(resizeRule, thresholds, 1);
        }
    }

    /// Detectron2's own defaults, for COCO and for what is not known.
    private static final Testing DETECTRON2 = Testing.of(800, 1333);
    private static final Testing SMALL = Testing.of(512, 2048);
    private static final Testing MIDDLE = Testing.of(640, 2560);
    private static final Testing CITY = Testing.of(1024, 2048);
    private static final Testing VISTAS = Testing.of(2048, 2048).withObjectMaskThreshold(0.0);

    public static final Dataset CITYSCAPES = new Dataset("cityscapes", List.of(new Use(Task.SEMANTIC, 19, "cityscapes", CITY),
            new Use(Task.PANOPTIC, 19, "cityscapes", CITY), new Use(Task.INSTANCE, 8, "cityscapes-instance", CITY)),
            Optional.of(new Size(1024, 2048)));

    private static final List<Dataset> KNOWN = List.of(CITYSCAPES,
            of("ade20k", new Use(Task.SEMANTIC, 150, "ade20k", SMALL), new Use(Task.PANOPTIC, 150, "ade20k-panoptic", MIDDLE),
                    new Use(Task.INSTANCE, 100, "ade20k-instance", MIDDLE)),
            of("ade20k-full", new Use(Task.SEMANTIC, 847, "ade20k-full", SMALL)),
            of("coco-stuff-10k", new Use(Task.SEMANTIC, 171, "coco-stuff-10k", MIDDLE)),
            of("mapillary-vistas", new Use(Task.SEMANTIC, 65, "mapillary-vistas", VISTAS),
                    new Use(Task.PANOPTIC, 65, "mapillary-vistas-panoptic", VISTAS)),
            of("coco", new Use(Task.PANOPTIC, 133, "coco-panoptic", DETECTRON2),
                    new Use(Task.INSTANCE, 80, "coco-instance", DETECTRON2)));

    /// One that no official model was trained on.
    static final Dataset UNKNOWN = of("unknown");

    public Dataset {
        uses = List.copyOf(uses);
    }

    private static Dataset of(String name, Use... uses) {
        return new Dataset(name, List.of(uses), Optional.empty());
    }

    /// All that are known by name.
    public static List<Dataset> known() {
        return KNOWN;
    }

    /// The dataset of this name.
    public static Optional<Dataset> named(String name) {
        return KNOWN.stream().filter(dataset -> dataset.name().equals(name)).findFirst();
    }

    /// The known dataset on which models of this many classes are trained, else one called `unknown`. No number of classes
    /// belongs to two of them.
    public static Dataset ofClasses(int classes) {
        return KNOWN.stream().filter(dataset -> dataset.task(classes).isPresent()).findFirst().orElse(UNKNOWN);
    }

    /// The first task for which models of this many classes are trained on it, semantic before panoptic before instance.
    public Optional<Task> task(int classes) {
        return uses.stream().filter(use -> use.classes() == classes).map(Use::task).findFirst();
    }

    /// The number of classes of official models for this task, if there are any.
    public OptionalInt classes(Task task) {
        return uses.stream().filter(use -> use.task() == task).mapToInt(Use::classes).findFirst();
    }

    /// The names, ids and colours of a model's classes: the task's list, or, for a model that is used for another task than
    /// it was trained for, the dataset's list of as many classes.
    ///
    /// @param task    what the model is used for
    /// @param classes their number in the model
    public Optional<ClassList> classList(Task task, int classes) {
        return preferring(task).filter(use -> use.classes() == classes).findFirst().flatMap(use -> ClassList.ofDataset(use.classList()));
    }

    /// How the official configurations test such a model; where there is none for the task, as for another task on the
    /// dataset, and on unknown datasets as Detectron2 does by default.
    public Testing testing(Task task, MaskClassifier model) {
        return testing(task, model.name(), model.backbone().name());
    }

    /// @param architecture as of [MaskClassifier#name()]
    /// @param backbone     such as `Swin-L`
    Testing testing(Task task, String architecture, String backbone) {
        Testing testing = preferring(task).findFirst().map(Use::testing).orElse(DETECTRON2);
        boolean isFirstGeneration = architecture.equals("MaskFormer");
        boolean hasLargeBackbone = backbone.startsWith("Swin-B") || backbone.startsWith("Swin-L");
        if (name.equals("ade20k") && task == Task.SEMANTIC && hasLargeBackbone) {
            // The configurations called "_res640" are trained and tested on larger pictures.
            return MIDDLE;
        }
        if (name.equals("ade20k") && task == Task.PANOPTIC && isFirstGeneration) {
            return testing.withObjectMaskThreshold(0.7);
        }
        return name.equals("coco") && isFirstGeneration ? testing.withoutPadding() : testing;
    }

    private Stream<Use> preferring(Task task) {
        return Stream.concat(uses.stream().filter(use -> use.task() == task), uses.stream().filter(use -> use.task() != task));
    }
}
