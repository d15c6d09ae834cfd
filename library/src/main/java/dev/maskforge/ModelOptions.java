package dev.maskforge;

import dev.maskforge.models.ModelConfiguration;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import java.util.Optional;

/// What a checkpoint cannot say of itself.
///
/// @param task          what it was trained for
/// @param dataset       what it was trained on
/// @param configuration what its configuration file says, which outweighs the two above
/// @param classes       the names and colours of its classes, in place of the dataset's
public record ModelOptions(Optional<Task> task, Optional<Dataset> dataset, ModelConfiguration configuration, Optional<ClassList> classes) {
    /// Nothing is known.
    public static ModelOptions none() {
        return new ModelOptions(Optional.empty(), Optional.empty(), ModelConfiguration.none(), Optional.empty());
    }

    /// The same with what it was trained for.
    public ModelOptions trainedFor(Task trained) {
        return new ModelOptions(Optional.of(trained), dataset, configuration, classes);
    }

    /// The same with what it was trained on.
    public ModelOptions trainedOn(Dataset trained) {
        return new ModelOptions(task, Optional.of(trained), configuration, classes);
    }

    /// The same with a list of its classes.
    public ModelOptions withClasses(ClassList list) {
        return new ModelOptions(task, dataset, configuration, Optional.of(list));
    }
}
