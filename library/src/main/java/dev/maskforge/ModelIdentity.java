package dev.maskforge;

import dev.maskforge.models.Mask2Former;
import dev.maskforge.models.MaskClassifier;
import dev.maskforge.models.MaskFormer;
import dev.maskforge.models.ModelConfiguration;
import dev.maskforge.models.Normalisation;
import dev.maskforge.models.Task;
import dev.maskforge.models.Zoo;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.Thresholds;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What a model was trained for and on, and so how it is run, by the surest source that says it: the table of official
/// files, the configuration file that the user gave, the user's word, the configuration that lies beside the weights, the
/// number of classes.
///
/// @param official         its line in the zoo, if it is an official file
/// @param classes          names and colours of the model's classes
/// @param normalisation    of the network's input
/// @param resizeRule       at which size it is tested
/// @param sizeDivisibility what both sides of its input are padded to a multiple of; 1 pads nothing
/// @param resizesMasksFirst whether masks get the picture's size before classes are mixed, as in all models of panoptic and
///                         instance segmentation
/// @param thresholds       of panoptic and instance inference
record ModelIdentity(Optional<Zoo.Entry> official, Task task, Dataset dataset, ClassList classes, Normalisation normalisation,
        ResizeRule resizeRule, int sizeDivisibility, boolean resizesMasksFirst, Thresholds thresholds) {

    /// What is known of a model.
    ///
    /// @param beside what the configuration says that lies beside the weights
    /// @throws MaskforgeException if the user's list of classes has another number than the model, or a MaskFormer is said to
    ///                            be trained for instances
    static ModelIdentity of(MaskClassifier model, Optional<Zoo.Entry> official, ModelOptions options, ModelConfiguration beside) {
        ModelConfiguration given = options.configuration();
        int count = model.classes();
        List<String> names = Stream.of(given, beside).map(configuration -> configuration.training().classNames())
                .filter(list -> list.size() == count).findFirst().orElse(List.of());
        Dataset dataset = official.map(Zoo.Entry::dataset).or(given.training()::dataset).flatMap(Dataset::named)
                .or(options::dataset).or(() -> beside.training().dataset().flatMap(Dataset::named))
                .orElseGet(() -> ofClasses(count, names));
        Optional<Task> said = official.map(Zoo.Entry::task).or(given.training()::task).or(options::task).or(beside.training()::task);
        Task task = said.or(() -> dataset.task(count).filter(likely -> gives(model, likely))).orElse(Task.SEMANTIC);
        if (!gives(model, task)) {
            throw new MaskforgeException(
                    "a MaskFormer gives no instances; say '--task panoptic' or '--task semantic', as it was trained for");
        }
        Dataset.Testing testing = dataset.testing(task, model);
        Normalisation normalisation = given.network().normalisation().or(beside.network()::normalisation).orElse(Normalisation.IMAGENET);
        return new ModelIdentity(official, task, dataset, classes(dataset, task, count, options, names), normalisation,
                resizeRule(given.testing(), testing), given.testing().sizeDivisibility().orElse(testing.sizeDivisibility()),
                task != Task.SEMANTIC || given.testing().resizesMasksFirst().orElse(false), thresholds(given.testing(), testing));
    }

    private static boolean gives(MaskClassifier model, Task task) {
        return switch (model) {
            case MaskFormer _ -> task != Task.INSTANCE;
            case Mask2Former _ -> true;
        };
    }

    /// The dataset on which models of this many classes are trained, unless names of classes say that it is another: a model
    /// of one's own may have as many.
    private static Dataset ofClasses(int count, List<String> names) {
        Dataset likely = Dataset.ofClasses(count);
        return names.isEmpty()
                || likely.task(count).flatMap(task -> likely.classList(task, count)).filter(list -> isLike(list, names)).isPresent()
                        ? likely
                        : Dataset.UNKNOWN;
    }

    /// Whether half of the names are the list's, as far as the first of several synonyms.
    private static boolean isLike(ClassList list, List<String> names) {
        return 2 * IntStream.range(0, names.size()).filter(i -> firstWord(list.get(i).name()).equals(firstWord(names.get(i))))
                .count() >= names
                        .size();
    }

    private static String firstWord(String name) {
        return name.toLowerCase(Locale.ROOT).split("[,;]", 2)[0].replaceAll("[^\\p{Alnum}]", "");
    }

    private static ClassList classes(Dataset dataset, Task task, int count, ModelOptions options, List<String> names) {
        options.classes().filter(list -> list.size() != count).ifPresent(list -> {
            throw new MaskforgeException("the list of classes '" + list.dataset() + "' has " + list.size() + " of them, the model " + count
                    + "; give one line a class, in the order of train ids");
        });
        return options.classes().or(() -> dataset.classList(task, count))
                .or(() -> names.isEmpty() ? Optional.empty() : Optional.of(ClassList.named(dataset.name(), names)))
                .orElseGet(() -> ClassList.generated(count));
    }

    private static ResizeRule resizeRule(ModelConfiguration.Testing given, Dataset.Testing official) {
        int shortest = given.shortestEdge().orElse(official.resizeRule().minimum());
        int longest = given.longestEdge().orElse(official.resizeRule().maximum());
        return new ResizeRule.ShortestEdge(shortest, Math.max(shortest, longest));
    }

    private static Thresholds thresholds(ModelConfiguration.Testing given, Dataset.Testing official) {
        return new ThresholdOptions(given.objectMaskThreshold(), given.overlapThreshold(), given.detectionsPerImage())
                .over(official.thresholds());
    }
}
