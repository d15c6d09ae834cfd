package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import dev.maskforge.Prediction;
import dev.maskforge.evaluation.Scores;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.SegmentationClass;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A dataset, the metrics that are asked for, and what has been scored so far.
sealed interface Evaluation permits Ade20kEvaluation, CityscapesEvaluation, CocoEvaluation {
    /// A picture that a model is to be asked about.
    ///
    /// @param truth reads what is known of the picture, and gives what scores an answer
    record Question(String name, Path image, Supplier<Consumer<Prediction>> truth) {}

    /// A picture of which another tool wrote results.
    record Result(String name, Runnable score) {}

    /// The pictures for a model.
    ///
    /// @param classes of the model
    /// @throws dev.maskforge.evaluation.EvaluationException if one is missing
    /// @throws MaskforgeException                           if a class is none of the dataset's
    List<Question> questions(ClassList classes);

    /// The results in a folder.
    ///
    /// @throws dev.maskforge.evaluation.EvaluationException if one is missing
    List<Result> results(Path folder);

    /// What follows from what has been scored, by metric.
    SequencedMap<Task, Scores> scores();

    /// Checks that a model's classes are a dataset's.
    ///
    /// @param ids of the dataset's classes
    /// @throws MaskforgeException if one is none of them
    static void requireClasses(List<SegmentationClass> classes, Set<Integer> ids, String dataset) {
        for (SegmentationClass each : classes) {
            if (!ids.contains(each.datasetId())) {
                throw new MaskforgeException("the model's class '" + each.name() + "' has id " + each.datasetId() + ", which no class of "
                        + dataset + " has; take a model that is trained on it, or say its classes and their ids with '--classes'");
            }
        }
    }
}
