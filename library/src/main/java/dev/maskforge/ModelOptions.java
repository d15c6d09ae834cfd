package dev.maskforge;

import dev.maskforge.models.Task;
import java.util.Optional;

/// What a checkpoint cannot say of itself.
///
/// @param task    what it was trained for
/// @param dataset what it was trained on
public record ModelOptions(Optional<Task> task, Optional<Dataset> dataset) {
    /// Nothing is known.
    public static ModelOptions none() {
        return new ModelOptions(Optional.empty(), Optional.empty());
    }
}
