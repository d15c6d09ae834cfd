package dev.maskforge.checkpoint;

import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

/// Weights seen under other names.
///
/// @param original by each new name, the name in `weights`
record RenamedWeights(Weights weights, Map<String, String> original, SequencedMap<String, TensorType> types) implements Weights {

    static RenamedWeights of(Weights weights, UnaryOperator<String> rename) {
        Map<String, String> original = new HashMap<>();
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        weights.types().forEach((name, type) -> {
            String renamed = rename.apply(name);
            String other = original.putIfAbsent(renamed, name);
            if (other != null) {
                throw new CheckpointException(weights.source() + ": '" + other + "' and '" + name + "' both stand for '" + renamed
                        + "'; the file mixes two naming schemes, remove one of the two");
            }
            types.put(renamed, type);
        });
        return new RenamedWeights(weights, Map.copyOf(original), Collections.unmodifiableSequencedMap(types));
    }

    @Override
    public String source() {
        return weights.source();
    }

    @Override
    public Optional<Tensor> find(String name) {
        return Optional.ofNullable(original.get(name)).flatMap(weights::find);
    }

    @Override
    public SequencedMap<String, String> metadata() {
        return weights.metadata();
    }

    @Override
    public SequencedMap<String, String> skipped() {
        return weights.skipped();
    }

    @Override
    public void close() {
        weights.close();
    }
}
