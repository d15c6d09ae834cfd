package dev.maskforge.cli;

import dev.maskforge.checkpoint.Checkpoints;
import dev.maskforge.checkpoint.Weights;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

/// A small checkpoint, to be changed and saved again.
final class CheckpointCopy {
    private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    private final SequencedMap<String, String> metadata = new LinkedHashMap<>();

    private CheckpointCopy() {
    }

    static CheckpointCopy of(Path checkpoint) {
        CheckpointCopy copy = new CheckpointCopy();
        try (Weights weights = Checkpoints.open(checkpoint)) {
            for (String key : weights.keys()) {
                weights.find(key)
                        .ifPresent(tensor -> copy.tensors.put(key, onHeap(tensor.type(), tensor.memory().toArray(ValueLayout.JAVA_BYTE))));
            }
        }
        return copy;
    }

    private static Tensor onHeap(TensorType type, byte[] elements) {
        return new Tensor(type, MemorySegment.ofArray(elements));
    }

    static CheckpointCopy empty() {
        return new CheckpointCopy();
    }

    CheckpointCopy without(String key) {
        if (tensors.remove(key) == null) {
            throw new IllegalArgumentException("there is no '" + key + "'");
        }
        return this;
    }

    /// Zeros of this shape in place of a tensor, or beside the others.
    CheckpointCopy zeros(String key, DataType type, long... shape) {
        int count = Math.toIntExact(Shape.of(shape).elementCount());
        tensors.put(key, onHeap(new TensorType(type, Shape.of(shape)), new byte[count * type.bytes()]));
        return this;
    }

    CheckpointCopy zeros(String key, long... shape) {
        return zeros(key, DataType.FLOAT16, shape);
    }

    /// A text beside the tensors.
    CheckpointCopy saying(String name, String text) {
        metadata.put(name, text);
        return this;
    }

    CheckpointCopy renamed(UnaryOperator<String> rename) {
        CheckpointCopy copy = new CheckpointCopy();
        tensors.forEach((key, tensor) -> copy.tensors.put(rename.apply(key), tensor));
        return copy;
    }

    byte[] bytes() {
        Pickle pickle = new Pickle().raw("}");
        metadata.forEach((name, text) -> pickle.text(name).text(text).raw("s"));
        pickle.text("model").raw("}(");
        tensors.forEach((key, tensor) -> pickle.text(key).array(tensor.dataType(), tensor.shape().sizes(),
                tensor.memory().toArray(ValueLayout.JAVA_BYTE)));
        return pickle.raw("us").stop();
    }

    Path save(Path file) throws IOException {
        return Files.write(file, bytes());
    }
}
