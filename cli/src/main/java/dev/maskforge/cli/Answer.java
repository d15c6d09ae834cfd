package dev.maskforge.cli;

import dev.maskforge.Prediction;
import dev.maskforge.models.Task;
import dev.maskforge.vision.InstanceSegmentation;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.PanopticSegmentation;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// What a model said of a picture, as far as it was asked.
record Answer(Optional<LabelMap> labels, Optional<PanopticSegmentation> panoptic, Optional<InstanceSegmentation> instances) {
    static Answer of(Prediction prediction, Set<Task> asked) {
        return new Answer(given(asked, Task.SEMANTIC, prediction::labels), given(asked, Task.PANOPTIC, prediction::panoptic),
                given(asked, Task.INSTANCE, prediction::instances));
    }

    private static <T> Optional<T> given(Set<Task> asked, Task task, Supplier<T> answer) {
        return asked.contains(task) ? Optional.of(answer.get()) : Optional.empty();
    }
}
