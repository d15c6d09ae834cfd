package dev.maskforge.checkpoint;

import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// Tensors that someone else holds.
record WeightsInMemory(String source, SequencedMap<String, Tensor> tensors) implements Weights {
    WeightsInMemory {
        tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
    }

    @Override
    public SequencedMap<String, TensorType> types() {
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> types.put(name, tensor.type()));
        return Collections.unmodifiableSequencedMap(types);
    }

    @Override
    public Optional<Tensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    @Override
    public SequencedMap<String, String> metadata() {
        return new LinkedHashMap<>();
    }

    @Override
    public SequencedMap<String, String> skipped() {
        return new LinkedHashMap<>();
    }

    @Override
    public void close() {
    }
}
