package dev.maskforge;

import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.ResizeRule;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// A file that a [Segmenter] can work with: what it was trained for and on, and so what it can be asked.
public sealed interface SegmentationModel extends AutoCloseable permits ModelFile, StatedModelFile {
    Path path();

    /// The name of its architecture, such as `Mask2Former`.
    String architecture();

    Dataset dataset();

    Task task();

    /// The names and colours of its classes.
    ClassList classes();

    /// What it says that it was trained on, in words. Who trains on something narrow should say so there, since the classes
    /// alone promise more.
    Optional<String> trainingData();

    /// What it can be asked for.
    Set<Task> results();

    /// What to do for an answer that is not among [#results()].
    String cureForTask();

    /// How pictures enter the network.
    ///
    /// @param rule their size, by default its own or the dataset's official rule
    /// @throws IllegalArgumentException if the network does not take that size
    Preprocessing preprocessing(Optional<ResizeRule> rule);

    @Override
    void close();
}
