package dev.maskforge.models;

import dev.maskforge.checkpoint.CheckpointException;
import dev.maskforge.checkpoint.Documents;
import dev.maskforge.checkpoint.document.Document;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// What a Hugging Face folder says of a MaskFormer or Mask2Former: heads, order of norms and class names from its
/// `config.json`; task and dataset from its name, where it is an official model's; the normalisation from the
/// `preprocessor_config.json` beside it, if that is another than ImageNet's. Sizes and thresholds are not taken: Hugging
/// Face's are not those of the published results.
public final class HuggingFaceConfiguration {
    private static final String BACKBONE = "backbone_config";
    private static final String PREPROCESSOR = "preprocessor_config.json";
    private static final int MOST_CLASSES = 65_536;
    private static final int LONGEST_NAME = 1000;
    /// Relative; ImageNet's three digits times 255 are exact in the configurations of both.
    private static final double SAME = 1e-4;
    /// In the hub's cache a snapshot lies in `models--ORGANISATION--NAME/snapshots/REVISION`.
    private static final String CACHED = "models--";

    private final Settings settings;

    private HuggingFaceConfiguration(Settings settings) {
        this.settings = settings;
    }

    /// Reads a folder's `config.json`, and `preprocessor_config.json` if there is one beside it.
    ///
    /// @throws CheckpointException   if it is missing or is no configuration, or a setting is not what it must be
    /// @throws UnknownModelException if it describes a model of another kind, such as `oneformer`, or one with other activations or strides
    public static ModelConfiguration read(Path file) {
        return new HuggingFaceConfiguration(Settings.of(file, Documents.json(file))).configuration();
    }

    private ModelConfiguration configuration() {
        String kind = settings.text("model_type").orElseThrow(() -> settings.refuse("it has no model_type",
                "give the config.json of a MaskFormer or Mask2Former, as transformers saves it"));
        List<String> names = classNames();
        Optional<TrainedOn> trainedOn = trainedOn(names.isEmpty() ? labels().size() : names.size());
        return new ModelConfiguration(network(kind),
                new ModelConfiguration.Training(trainedOn.map(TrainedOn::task), trainedOn.map(TrainedOn::dataset), names),
                ModelConfiguration.none().testing());
    }

    private ModelConfiguration.Network network(String kind) {
        return switch (kind) {
            case "mask2former" -> {
                requireUsualBackbone();
                requireText("relu", "activation_function");
                yield new ModelConfiguration.Network(heads("num_attention_heads"), settings.truth("pre_norm"), normalisation());
            }
            case "maskformer" -> {
                requireUsualBackbone();
                requireText("relu", "decoder_config", "activation_function");
                yield new ModelConfiguration.Network(decoderHeads(), Optional.empty(), normalisation());
            }
            default -> throw new UnknownModelException(Settings.shown(settings.file().toString()) + ": it is a '" + Settings.quoted(kind)
                    + "'; Maskforge reads folders of 'maskformer' and 'mask2former'");
        };
    }

    /// Strides and activations leave no trace in keys and shapes.
    private void requireUsualBackbone() {
        switch (settings.text(BACKBONE, "model_type").orElse("")) {
            case "resnet" -> {
                requireText("relu", BACKBONE, "hidden_act");
                requireFalse(BACKBONE, "downsample_in_bottleneck");
                requireFalse(BACKBONE, "downsample_in_first_stage");
            }
            case "swin", "maskformer-swin" -> requireText("gelu", BACKBONE, "hidden_act");
            default -> {
                // Other backbones have other keys.
            }
        }
    }

    private void requireText(String usual, String... path) {
        settings.text(path).filter(text -> !text.equals(usual)).ifPresent(text -> {
            throw unusual("'" + Settings.quoted(text) + "'", "'" + usual + "'", path);
        });
    }

    private void requireFalse(String... path) {
        if (settings.truth(path).orElse(false)) {
            throw unusual("true", "false", path);
        }
    }

    private UnknownModelException unusual(String value, String usual, String... path) {
        return new UnknownModelException(Settings.shown(settings.file().toString()) + ": " + String.join(".", path) + " is " + value
                + ", and such a network is not supported; train it with " + usual + ", as all official ones are");
    }

    /// MaskFormer's transformer is a DETR with a configuration of its own.
    private OptionalInt decoderHeads() {
        OptionalInt heads = heads("decoder_config", "decoder_attention_heads");
        return heads.isPresent() ? heads : heads("num_attention_heads");
    }

    private OptionalInt heads(String... path) {
        return settings.count(1, 1024, path);
    }

    /// `id2label`, whose keys are the train ids; none if they are placeholders, `LABEL_0` and so on.
    private List<String> classNames() {
        SortedMap<Integer, String> labels = labels();
        if (labels.entrySet().stream().allMatch(label -> label.getValue().equals("LABEL_" + label.getKey()))) {
            return List.of();
        }
        IntStream.range(0, labels.size()).filter(i -> !labels.containsKey(i)).findFirst().ifPresent(i -> {
            throw settings.refuse("id2label has " + labels.size() + " names, but none for " + i, "number the classes from 0 without gaps");
        });
        return List.copyOf(labels.values());
    }

    private SortedMap<Integer, String> labels() {
        SortedMap<Integer, String> labels = new TreeMap<>();
        Map<String, Document> entries = settings.below("id2label").root().entries();
        if (entries.size() > MOST_CLASSES) {
            throw settings.refuse("id2label has " + entries.size() + " names", "labels are numbers up to 65535");
        }
        entries.forEach((key, value) -> {
            if (!key.matches("0|[1-9][0-9]{0,5}")) {
                throw settings.refuse("id2label has a name for '" + Settings.quoted(key) + "'", "its keys are the numbers of the classes");
            }
            if (!(value instanceof Document.Text(String name)) || name.length() > LONGEST_NAME) {
                throw settings.refuse("id2label calls class " + key + " " + Settings.kind(value), "give it a name of at most "
                        + LONGEST_NAME + " characters");
            }
            labels.put(Integer.parseInt(key), line(key, name.strip()));
        });
        return labels;
    }

    /// Names end up in lines of reports and tables.
    private String line(String key, String name) {
        boolean isLine = name.codePoints().map(Character::getType).noneMatch(
                type -> type == Character.CONTROL || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR);
        if (!isLine) {
            throw settings.refuse("id2label calls class " + key + " '" + Settings.quoted(name) + "', which has control characters",
                    "give it a name of one line");
        }
        return name;
    }

    /// What the model's name says, if the number of classes agrees: a model that was fine-tuned on other data keeps the
    /// name of the one it began as.
    private Optional<TrainedOn> trainedOn(int classes) {
        return Stream.concat(folders(), settings.text("_name_or_path").stream().map(HuggingFaceConfiguration::last))
                .flatMap(name -> TrainedOn.onTheHub(name).stream()).findFirst().filter(meaning -> meaning.classes() == classes);
    }

    private Stream<String> folders() {
        Path folder = settings.file().toAbsolutePath().normalize().getParent();
        if (folder == null) {
            return Stream.empty();
        }
        Stream<String> cached = StreamSupport.stream(folder.spliterator(), false).map(Path::toString)
                .filter(name -> name.startsWith(CACHED))
                .map(name -> name.substring(name.lastIndexOf("--") + 2));
        return Stream.concat(Stream.ofNullable(folder.getFileName()).map(Path::toString), cached);
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /// Hugging Face scales values from 0 to 255 to values from 0 to 1 before it normalises them.
    private Optional<Normalisation> normalisation() {
        Path file = settings.file().resolveSibling(PREPROCESSOR);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Settings preprocessor = Settings.of(file, Documents.json(file));
        boolean normalises = preprocessor.truth("do_normalize").orElse(true);
        Optional<List<Double>> mean = preprocessor.colour("image_mean");
        Optional<List<Double>> deviation = preprocessor.colour("image_std");
        if (normalises && (mean.isEmpty() || deviation.isEmpty())) {
            return Optional.empty();
        }
        double scale = preprocessor.truth("do_rescale").orElse(true) ? scale(preprocessor) : 1;
        List<Float> means = scaled(normalises ? mean.get() : List.of(0.0, 0.0, 0.0), scale);
        List<Float> deviations = scaled(normalises ? deviation.get() : List.of(1.0, 1.0, 1.0), scale);
        if (deviations.stream().anyMatch(value -> !(value > 0 && value < Float.POSITIVE_INFINITY))) {
            throw preprocessor.refuse("image_std is " + deviation.orElse(List.of()), "deviations are greater than 0");
        }
        boolean isUsual = same(means, Normalisation.IMAGENET.mean()) && same(deviations, Normalisation.IMAGENET.deviation());
        return isUsual ? Optional.empty() : Optional.of(new Normalisation(means, deviations));
    }

    private static double scale(Settings preprocessor) {
        Optional<Document> factor = preprocessor.find("rescale_factor");
        if (factor.isEmpty()) {
            return 1 / 255.0;
        }
        if (factor.get() instanceof Document.Numeric(BigDecimal value) && value.doubleValue() > 1e-6 && value.doubleValue() <= 1) {
            return value.doubleValue();
        }
        throw preprocessor.isNot(new String[]{"rescale_factor"}, factor.get(), "a number above 0 and up to 1");
    }

    private static List<Float> scaled(List<Double> values, double scale) {
        return values.stream().map(value -> (float) (value / scale)).toList();
    }

    private static boolean same(List<Float> a, List<Float> b) {
        return IntStream.range(0, 3).allMatch(i -> Math.abs(a.get(i) - b.get(i)) <= SAME * Math.abs(b.get(i)));
    }
}
