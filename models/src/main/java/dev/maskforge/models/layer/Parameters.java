package dev.maskforge.models.layer;

import dev.maskforge.checkpoint.CheckpointException;
import dev.maskforge.checkpoint.Conversions;
import dev.maskforge.checkpoint.Weights;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Predicate;

/// Hands out a checkpoint's weights and keeps the books: which were taken, which were missing or of another shape.
///
/// A model asks for all its weights before anything is refused, so that the user sees all that does not fit at once.
public final class Parameters {
    /// What zeros may take in place of weights that do not fit, beside as much as the file's tensors take themselves.
    private static final long LARGEST_STAND_INS = 64L << 20;

    private final Weights weights;
    private final Map<String, TensorType> types;
    private final Arena arena;
    private final Map<String, Tensor> taken = new LinkedHashMap<>();
    private final SequencedSet<String> missing = new LinkedHashSet<>();
    private final SequencedSet<String> misshapen = new LinkedHashSet<>();
    private long standInsLeft;

    /// Books over a checkpoint's weights.
    ///
    /// @param weights under the names that the models use
    /// @param arena   where widened copies of half and double precision weights go
    public Parameters(Weights weights, Arena arena) {
        this.weights = weights;
        this.types = weights.types();
        this.arena = arena;
        this.standInsLeft = LARGEST_STAND_INS + types.values().stream().mapToLong(type -> bytes(type.dataType(), type.shape())).sum();
    }

    /// The weight as float32. Where there is none of this shape, zeros stand in and [#usage(Predicate)] tells.
    ///
    /// @throws CheckpointException if the zeros would outgrow the file: shapes are the file's word, memory is ours
    Tensor take(String key, Shape shape) {
        return taken.computeIfAbsent(key, absent -> find(absent, shape));
    }

    private Tensor find(String key, Shape shape) {
        TensorType type = types.get(key);
        if (type == null) {
            missing.add("'" + key + "' " + shape);
            return standIn(key, shape);
        }
        Optional<Tensor> found = type.shape().equals(shape) && type.dataType().isFloatingPoint() ? weights.find(key) : Optional.empty();
        if (found.isEmpty()) {
            misshapen.add("'" + key + "' is " + type + ", the model wants " + shape);
            return standIn(key, shape);
        }
        return Conversions.toFloat32(found.get(), arena);
    }

    private Tensor standIn(String key, Shape shape) {
        long bytes = bytes(DataType.FLOAT32, shape);
        if (bytes > standInsLeft) {
            throw new CheckpointException(
                    weights.source() + ": its shapes tell of a model of which most is not in the file, such as '" + key
                            + "' " + shape + "; get the file anew from its publisher");
        }
        standInsLeft -= bytes;
        return Tensor.allocate(DataType.FLOAT32, shape, arena);
    }

    /// Above what memory holds where the product of the sides does not fit a `long`.
    private static long bytes(DataType type, Shape shape) {
        double bytes = type.bytes();
        for (long size : shape.sizes()) {
            bytes *= size;
        }
        return (long) Math.min(bytes, 0x1p60);
    }

    /// What was asked for and what was there.
    ///
    /// @param notForInference keys that a checkpoint may hold although inference has no use for them
    public Usage usage(Predicate<String> notForInference) {
        List<String> unused = new ArrayList<>();
        List<String> ignored = new ArrayList<>();
        for (String key : types.keySet()) {
            if (!taken.containsKey(key)) {
                (notForInference.test(key) ? ignored : unused).add(key);
            }
        }
        int used = taken.size() - missing.size() - misshapen.size();
        return new Usage(used, ignored, List.copyOf(missing), List.copyOf(misshapen), unused);
    }

    /// How a model and a checkpoint met.
    ///
    /// @param used      the number of tensors that the model took
    /// @param ignored   keys without a use at inference, such as a loss's weights
    /// @param missing   what the model wants and the checkpoint lacks, with the shape
    /// @param misshapen what has another shape than the model wants, with both
    /// @param unused    keys that the model did not ask for
    public record Usage(int used, List<String> ignored, List<String> missing, List<String> misshapen, List<String> unused) {
        public Usage {
            ignored = List.copyOf(ignored);
            missing = List.copyOf(missing);
            misshapen = List.copyOf(misshapen);
            unused = List.copyOf(unused);
        }

        public boolean isComplete() {
            return missing.isEmpty() && misshapen.isEmpty() && unused.isEmpty();
        }
    }
}
