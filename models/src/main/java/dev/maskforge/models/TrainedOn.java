package dev.maskforge.models;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What the names of datasets and models say of what a model was trained on.
///
/// @param dataset by the name that [Zoo] has
/// @param classes how many the models of this dataset and task have
record TrainedOn(String dataset, Task task, int classes) {
    private static final TrainedOn CITYSCAPES = new TrainedOn("cityscapes", Task.SEMANTIC, 19);
    private static final TrainedOn CITYSCAPES_PANOPTIC = new TrainedOn("cityscapes", Task.PANOPTIC, 19);
    private static final TrainedOn CITYSCAPES_INSTANCE = new TrainedOn("cityscapes", Task.INSTANCE, 8);
    private static final TrainedOn ADE20K = new TrainedOn("ade20k", Task.SEMANTIC, 150);
    private static final TrainedOn ADE20K_PANOPTIC = new TrainedOn("ade20k", Task.PANOPTIC, 150);
    private static final TrainedOn ADE20K_INSTANCE = new TrainedOn("ade20k", Task.INSTANCE, 100);
    private static final TrainedOn ADE20K_FULL = new TrainedOn("ade20k-full", Task.SEMANTIC, 847);
    private static final TrainedOn COCO_STUFF = new TrainedOn("coco-stuff-10k", Task.SEMANTIC, 171);
    private static final TrainedOn COCO_PANOPTIC = new TrainedOn("coco", Task.PANOPTIC, 133);
    private static final TrainedOn COCO_INSTANCE = new TrainedOn("coco", Task.INSTANCE, 80);
    private static final TrainedOn VISTAS = new TrainedOn("mapillary-vistas", Task.SEMANTIC, 65);
    private static final TrainedOn VISTAS_PANOPTIC = new TrainedOn("mapillary-vistas", Task.PANOPTIC, 65);

    /// Detectron2's and both repositories' registered datasets; the first that matches counts.
    private static final List<Rule> REGISTERED = List.of(rule("cityscapes_fine_sem_seg_\\w+", CITYSCAPES),
            rule("cityscapes_fine_panoptic_\\w+", CITYSCAPES_PANOPTIC), rule("cityscapes_fine_instance_seg_\\w+", CITYSCAPES_INSTANCE),
            rule("ade20k_full_sem_seg_\\w+", ADE20K_FULL), rule("ade20k_sem_seg_\\w+", ADE20K),
            rule("ade20k_panoptic_\\w+", ADE20K_PANOPTIC),
            rule("ade20k_instance_\\w+", ADE20K_INSTANCE), rule("coco_2017_\\w+_stuff_10k_sem_seg", COCO_STUFF),
            rule("coco_2017_\\w+_panoptic(_with_sem_seg)?", COCO_PANOPTIC), rule("coco_201[47]_(train|val|val_100|minival|minival_100"
                    + "|valminusminival|test|test-dev)", COCO_INSTANCE),
            rule("mapillary_vistas_sem_seg_\\w+", VISTAS), rule("mapillary_vistas_panoptic_\\w+", VISTAS_PANOPTIC));

    /// The endings of the official models' names on the Hugging Face hub. Mask2Former has no official folder with a ResNet;
    /// those that others train are called alike.
    private static final List<Rule> ON_THE_HUB = List.of(mask2Former("cityscapes-semantic", CITYSCAPES),
            mask2Former("cityscapes-panoptic", CITYSCAPES_PANOPTIC), mask2Former("cityscapes-instance", CITYSCAPES_INSTANCE),
            mask2Former("ade-semantic", ADE20K), mask2Former("ade-panoptic", ADE20K_PANOPTIC), mask2Former("ade-instance", ADE20K_INSTANCE),
            mask2Former("coco-panoptic", COCO_PANOPTIC), mask2Former("coco-instance", COCO_INSTANCE),
            mask2Former("mapillary-vistas-semantic", VISTAS), mask2Former("mapillary-vistas-panoptic", VISTAS_PANOPTIC),
            maskFormer("ade", ADE20K), maskFormer("ade20k-full", ADE20K_FULL), maskFormer("coco", COCO_PANOPTIC),
            maskFormer("coco-stuff", COCO_STUFF), maskFormer("cityscapes", CITYSCAPES), maskFormer("vistas", VISTAS));

    private record Rule(Pattern name, TrainedOn meaning) {}

    private static Rule rule(String name, TrainedOn meaning) {
        return new Rule(Pattern.compile(name), meaning);
    }

    private static Rule mask2Former(String ending, TrainedOn meaning) {
        return rule("mask2former-(resnet[0-9]*|swin-(tiny|small|base|base-IN21k|large))-" + ending, meaning);
    }

    private static Rule maskFormer(String ending, TrainedOn meaning) {
        return rule("maskformer-(resnet[0-9]*|swin-(tiny|small|base|large))-" + ending, meaning);
    }

    /// What a dataset's name in `DATASETS` says, such as `cityscapes_fine_sem_seg_val`.
    static Optional<TrainedOn> registered(String name) {
        return first(REGISTERED, name);
    }

    /// What an official model's name says, such as `mask2former-swin-tiny-cityscapes-semantic`.
    static Optional<TrainedOn> onTheHub(String name) {
        return first(ON_THE_HUB, name);
    }

    private static Optional<TrainedOn> first(List<Rule> rules, String name) {
        return name.length() > 100 ? Optional.empty()
                : rules.stream().filter(rule -> rule.name().matcher(name).matches()).map(Rule::meaning).findFirst();
    }
}
