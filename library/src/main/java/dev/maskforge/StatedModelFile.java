package dev.maskforge;

import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.ResizeRule;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// A file that was made of a checkpoint and says itself what it is.
public abstract sealed class StatedModelFile implements SegmentationModel permits OnnxModelFile, PlanModelFile {
    private final StatedModel stated;

    StatedModelFile(StatedModel stated) {
        this.stated = stated;
    }

    @Override
    public final Path path() {
        return stated.network().path();
    }

    final StatedModel stated() {
        return stated;
    }

    @Override
    public final String architecture() {
        return stated.architecture();
    }

    /// What else it says of its network, such as `ResNet-50, 100 queries`; the file's words.
    public final String networkInWords() {
        return stated.networkInWords();
    }

    @Override
    public final Dataset dataset() {
        return stated.dataset();
    }

    @Override
    public final Task task() {
        return stated.task();
    }

    @Override
    public final ClassList classes() {
        return stated.classes();
    }

    @Override
    public final Optional<String> trainingData() {
        return stated.trainingData();
    }

    @Override
    public final Set<Task> results() {
        return stated.results();
    }

    @Override
    public final String cureForTask() {
        return stated.cureForTask();
    }

    /// @throws MaskforgeException if it is of one size, and another is asked for
    @Override
    public final Preprocessing preprocessing(Optional<ResizeRule> rule) {
        Optional<ResizeRule> own = stated.network().fixedSize().map(size -> new ResizeRule.FitInside(size.height(), size.width()));
        if (own.isPresent() && rule.isPresent() && !own.equals(rule)) {
            throw oneSizeAlone();
        }
        return stated.network().preprocessing(own.or(() -> rule).orElseGet(() -> stated.testing().resizeRule()));
    }

    /// What to say to who asks for another size than the only one.
    abstract MaskforgeException oneSizeAlone();

    /// What it states of itself is on the heap, so there is nothing to free.
    @Override
    public final void close() {
    }
}
