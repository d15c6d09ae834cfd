package dev.maskforge.checkpoint;

import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/// Weights of several files, seen as one.
///
/// @param owners by tensor, the file that has it
record ShardedWeights(ShardIndex index, List<Weights> shards, Map<String, Weights> owners, SequencedMap<String, TensorType> types)
        implements
            Weights {

    /// Opens all files of an index.
    ///
    /// @throws CheckpointException if one is missing or cannot be read, or holds other tensors than the index says
    static Weights open(ShardIndex index) {
        List<Weights> shards = new ArrayList<>();
        try {
            Map<String, Weights> owners = new HashMap<>();
            SequencedMap<String, TensorType> types = new LinkedHashMap<>();
            for (Path file : index.files()) {
                Weights shard = Checkpoints.read(CheckpointFile.open(file));
                shards.add(shard);
                add(index, shard, file.getFileName().toString(), owners, types);
            }
            for (Map.Entry<String, String> each : index.shards().entrySet()) {
                if (!owners.containsKey(each.getKey())) {
                    throw refusal(index, "the tensor '" + Printable.line(each.getKey(), 80) + "' is not in " + each.getValue());
                }
            }
            return new ShardedWeights(index, List.copyOf(shards), owners, Collections.unmodifiableSequencedMap(types));
        } catch (RuntimeException | Error e) {
            shards.forEach(Weights::close);
            throw e;
        }
    }

    private static void add(ShardIndex index, Weights shard, String name, Map<String, Weights> owners,
            SequencedMap<String, TensorType> types) {
        shard.types().forEach((tensor, type) -> {
            String owner = index.shards().get(tensor);
            if (!name.equals(owner)) {
                throw refusal(index, "the tensor '" + Printable.line(tensor, 80) + "' is in " + name + ", but the index "
                        + (owner == null ? "does not name it" : "says that it is in " + owner));
            }
            owners.put(tensor, shard);
            types.put(tensor, type);
        });
    }

    private static CheckpointException refusal(ShardIndex index, String what) {
        return ShardIndex.refusal(index.path(), what + "; index and files are of different models, get them anew from their publisher");
    }

    @Override
    public String source() {
        return index.path().toString();
    }

    @Override
    public Optional<Tensor> find(String name) {
        return Optional.ofNullable(owners.get(name)).flatMap(shard -> shard.find(name));
    }

    @Override
    public SequencedMap<String, String> metadata() {
        return merged(index.metadata(), Weights::metadata);
    }

    @Override
    public SequencedMap<String, String> skipped() {
        return merged(new LinkedHashMap<>(), Weights::skipped);
    }

    private SequencedMap<String, String> merged(SequencedMap<String, String> first, Function<Weights, SequencedMap<String, String>> of) {
        SequencedMap<String, String> merged = new LinkedHashMap<>(first);
        shards.forEach(shard -> of.apply(shard).forEach(merged::putIfAbsent));
        return Collections.unmodifiableSequencedMap(merged);
    }

    @Override
    public void close() {
        shards.forEach(Weights::close);
    }
}
