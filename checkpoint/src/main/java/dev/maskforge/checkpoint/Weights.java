package dev.maskforge.checkpoint;

import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// The named tensors of a checkpoint, in the order in which it holds them. Read-only, and safe to share between threads.
///
/// Tensors are views of the mapped file where it holds them as little-endian elements in row-major order, else they are
/// decoded once, at their first use, into native memory. Both are gone when the weights are closed. A file must not be
/// changed or cut while it is open: the JVM then throws `InternalError` out of whatever reads the lost part.
///
/// Names are free of control characters, and so is all that [#metadata()] and [#skipped()] say: the file's author chose
/// them, and they end up in one-line messages.
public interface Weights extends AutoCloseable {
    /// The file or folder that the tensors come from, for messages.
    String source();

    /// The type of each tensor, known without reading its elements.
    SequencedMap<String, TensorType> types();

    /// The tensor's elements in the type that the file has them in; [Conversions#toFloat32] widens or narrows them.
    ///
    /// @throws CheckpointException if the elements turn out to be damaged
    Optional<Tensor> find(String name);

    /// What the file says beside its tensors, such as `__author__` and `iteration`: numbers, truth values and short texts.
    SequencedMap<String, String> metadata();

    /// The entries among the tensors that are none, each with what it is instead.
    SequencedMap<String, String> skipped();

    /// Frees the tensors. A second call does nothing.
    @Override
    void close();

    default Set<String> keys() {
        return types().sequencedKeySet();
    }

    /// Some of the tensors under other names, where one may stand for several: some files hold the queries', keys' and values'
    /// projections of an attention as three tensors, models ask for one.
    ///
    /// Joined tensors are copies in native memory, made at their first use. Closing the view frees them and closes these
    /// weights.
    ///
    /// @param parts by the name of each tensor of the view, the names here of those that make it up, joined along the first
    ///              axis in this order; one alone is only renamed
    /// @throws CheckpointException      if parts differ in element type, or in an axis other than the first
    /// @throws IllegalArgumentException if there is no tensor of a part's name
    default Weights joined(SequencedMap<String, List<String>> parts) {
        return JoinedWeights.of(this, parts);
    }

    /// Tensors that are in memory already, and that stay whoever's they are: closing does not free them.
    static Weights of(String source, SequencedMap<String, Tensor> tensors) {
        return new WeightsInMemory(source, tensors);
    }
}
