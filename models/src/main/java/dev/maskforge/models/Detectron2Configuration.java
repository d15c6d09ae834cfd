package dev.maskforge.models;

import dev.maskforge.checkpoint.CheckpointException;
import dev.maskforge.checkpoint.document.Document;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// What a YAML configuration of Detectron2 says of a MaskFormer or Mask2Former: those of both repositories' `configs/`, the
/// `config.yaml` that training writes beside its checkpoints, and one's own. `_BASE_` is followed (names are relative to the
/// file, child over base). Nothing in it is evaluated: `!!python/object/apply:eval` is a text like others.
public final class Detectron2Configuration {
    private static final int MOST_PIXELS = 100_000;
    private static final int MOST_DETECTIONS = 100_000;
    private static final int MOST_PADDING = 4096;
    private static final String RESNET = "build_resnet_backbone";
    private static final String DEEPLAB_RESNET = "build_resnet_deeplab_backbone";
    private static final String SWIN = "D2SwinTransformer";
    private static final Document GRID = new Document.Sequence(
            Stream.of(1, 2, 4).map(BigDecimal::valueOf).<Document>map(Document.Numeric::new).toList());
    /// Detectron2's own (`config/defaults.py`), of which a file may say one only.
    private static final int SHORTEST_EDGE = 800;
    private static final int LONGEST_EDGE = 1333;

    private final Settings settings;
    private final Settings maskFormer;
    private final Settings testing;

    private Detectron2Configuration(Settings settings) {
        this.settings = settings;
        this.maskFormer = settings.below("MODEL", "MASK_FORMER");
        this.testing = maskFormer.below("TEST");
    }

    /// Reads a configuration with those that it builds on.
    ///
    /// @throws CheckpointException   if a file is missing or is no configuration, or a setting is not what it must be
    /// @throws UnknownModelException if it describes a model of another kind: a per-pixel baseline, one for video, one that
    ///                               takes BGR, or whose ResNet has other strides or dilations
    public static ModelConfiguration read(Path file) {
        return new Detectron2Configuration(ConfigurationChain.read(file)).configuration();
    }

    private ModelConfiguration configuration() {
        requireKind();
        requireUsualResNet();
        return new ModelConfiguration(
                new ModelConfiguration.Network(maskFormer.count(1, 1024, "NHEADS"), maskFormer.truth("PRE_NORM"), normalisation()),
                new ModelConfiguration.Training(task(), trainedOn().map(TrainedOn::dataset), List.of()), testing());
    }

    private void requireKind() {
        Optional<String> kind = settings.text("MODEL", "META_ARCHITECTURE");
        Optional<String> dataset = datasets().stream().findFirst();
        if (kind.equals(Optional.of("VideoMaskFormer")) || dataset.filter(name -> name.startsWith("ytvis_")).isPresent()) {
            throw unknown("it is a model for video (" + kind.or(() -> dataset).map(Settings::quoted).orElseThrow() + ")");
        }
        if (kind.equals(Optional.of("SemanticSegmentor"))) {
            throw unknown("it is a per-pixel baseline (SemanticSegmentor), which has no queries");
        }
        kind.filter(name -> !name.equals("MaskFormer")).ifPresent(name -> {
            throw unknown("its META_ARCHITECTURE is '" + Settings.quoted(name) + "'");
        });
    }

    /// Strides and dilations leave no trace in keys and shapes. Other backbones ignore these settings, and only DeepLab's ResNet
    /// has a grid and a dilated fourth stage.
    private void requireUsualResNet() {
        String backbone = backbone();
        if (!backbone.equals(RESNET) && !backbone.equals(DEEPLAB_RESNET)) {
            return;
        }
        Settings resNet = settings.below("MODEL", "RESNETS");
        if (resNet.truth("STRIDE_IN_1X1").orElse(false)) {
            throw unusual("STRIDE_IN_1X1", "true", "false");
        }
        for (String name : List.of("RES4_DILATION", "RES5_DILATION")) {
            int dilation = resNet.count(1, 1024, name).orElse(1);
            if (dilation != 1) {
                throw unusual(name, Integer.toString(dilation), "1");
            }
        }
        if (backbone.equals(DEEPLAB_RESNET)) {
            // DeepLab's own default is the grid that all official models have.
            resNet.find("RES5_MULTI_GRID").filter(grid -> !PythonLiteral.decode(grid).equals(GRID)).ifPresent(grid -> {
                throw unusual("RES5_MULTI_GRID", Settings.kind(grid) + " of other dilations", "[1, 2, 4]");
            });
        }
    }

    private UnknownModelException unusual(String setting, String value, String usual) {
        return new UnknownModelException(Settings.shown(settings.file().toString()) + ": MODEL.RESNETS." + setting + " is " + value
                + ", and such a ResNet is not supported; train it with " + usual + ", as all official ones are");
    }

    private String backbone() {
        return settings.text("MODEL", "BACKBONE", "NAME").orElse(RESNET);
    }

    private UnknownModelException unknown(String why) {
        return new UnknownModelException(Settings.shown(settings.file().toString()) + ": " + why
                + "; give the configuration of a MaskFormer or Mask2Former for pictures");
    }

    /// The mean's and the deviation's channels are in the order of `INPUT.FORMAT`.
    private Optional<Normalisation> normalisation() {
        Optional<String> format = settings.text("INPUT", "FORMAT");
        Optional<List<Double>> mean = settings.colour("MODEL", "PIXEL_MEAN");
        Optional<List<Double>> deviation = settings.colour("MODEL", "PIXEL_STD");
        format.filter(name -> !name.equals("RGB")).ifPresent(name -> {
            throw new UnknownModelException(Settings.shown(settings.file().toString()) + ": INPUT.FORMAT is '" + Settings.quoted(name)
                    + "', and models that take no RGB are not supported; train it on RGB, as all official ones are");
        });
        if (mean.isEmpty() && deviation.isEmpty()) {
            return Optional.empty();
        }
        if (format.isEmpty()) {
            throw settings.refuse("it says MODEL.PIXEL_MEAN or PIXEL_STD but not INPUT.FORMAT, which Detectron2 then takes for BGR",
                    "add FORMAT: \"RGB\" below INPUT if the model was trained so");
        }
        if (mean.isEmpty() || deviation.isEmpty()) {
            throw settings.refuse("it says only one of MODEL.PIXEL_MEAN and MODEL.PIXEL_STD", "add the other");
        }
        if (deviation.get().stream().anyMatch(value -> value <= 0)) {
            throw settings.refuse("MODEL.PIXEL_STD is " + deviation.get(), "deviations are greater than 0");
        }
        return Optional.of(new Normalisation(floats(mean.get()), floats(deviation.get())));
    }

    private static List<Float> floats(List<Double> values) {
        return values.stream().map(Double::floatValue).toList();
    }

    /// ADE20K's instance configurations turn all three tasks on, so where several are on, the dataset decides if its task is
    /// one of them.
    private Optional<Task> task() {
        boolean isPanoptic = testing.truth("PANOPTIC_ON").orElse(false);
        boolean isInstance = testing.truth("INSTANCE_ON").orElse(false);
        Optional<Task> ofDataset = trainedOn().map(TrainedOn::task);
        if (isInstance && (!isPanoptic || ofDataset.equals(Optional.of(Task.INSTANCE)))) {
            return Optional.of(Task.INSTANCE);
        }
        if (isPanoptic) {
            return Optional.of(Task.PANOPTIC);
        }
        boolean isSemantic = testing.truth("SEMANTIC_ON").orElse(false);
        return isSemantic ? Optional.of(Task.SEMANTIC) : ofDataset;
    }

    private Optional<TrainedOn> trainedOn() {
        return datasets().stream().findFirst().flatMap(TrainedOn::registered);
    }

    private List<String> datasets() {
        List<String> tested = settings.texts("DATASETS", "TEST");
        return tested.isEmpty() ? settings.texts("DATASETS", "TRAIN") : tested;
    }

    private ModelConfiguration.Testing testing() {
        OptionalInt shortest = settings.count(0, MOST_PIXELS, "INPUT", "MIN_SIZE_TEST");
        if (shortest.equals(OptionalInt.of(0))) {
            throw settings.refuse("INPUT.MIN_SIZE_TEST is 0, with which Detectron2 does not resize pictures, and that is not supported",
                    "write the shortest edge that most of them have");
        }
        OptionalInt longest = settings.count(1, MOST_PIXELS, "INPUT", "MAX_SIZE_TEST");
        if (shortest.isPresent() || longest.isPresent()) {
            shortest = OptionalInt.of(shortest.orElse(SHORTEST_EDGE));
            longest = OptionalInt.of(longest.orElse(LONGEST_EDGE));
            if (longest.getAsInt() < shortest.getAsInt()) {
                throw settings.refuse("INPUT.MIN_SIZE_TEST is " + shortest.getAsInt() + " and MAX_SIZE_TEST " + longest.getAsInt(),
                        "the longest edge cannot be shorter than the shortest");
            }
        }
        return new ModelConfiguration.Testing(shortest, longest, testing.fraction("OBJECT_MASK_THRESHOLD"),
                testing.fraction("OVERLAP_THRESHOLD"), settings.count(1, MOST_DETECTIONS, "TEST", "DETECTIONS_PER_IMAGE"),
                sizeDivisibility(),
                testing.truth("SEM_SEG_POSTPROCESSING_BEFORE_INFERENCE"));
    }

    /// -1 leaves it to the backbone; Detectron2's ResNets, which take any size, say 0.
    private OptionalInt sizeDivisibility() {
        OptionalInt said = maskFormer.count(-1, MOST_PADDING, "SIZE_DIVISIBILITY");
        if (said.equals(OptionalInt.of(-1))) {
            return switch (backbone()) {
                case SWIN -> OptionalInt.of(32);
                case RESNET, DEEPLAB_RESNET -> OptionalInt.of(1);
                default -> OptionalInt.empty();
            };
        }
        return said.isPresent() ? OptionalInt.of(Math.max(1, said.getAsInt())) : said;
    }
}
