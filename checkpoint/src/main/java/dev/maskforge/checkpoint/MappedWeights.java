package dev.maskforge.checkpoint;

import dev.maskforge.checkpoint.pickle.PickleArray;
import dev.maskforge.checkpoint.pickle.PickleException;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Arrays of a mapped pickle.
final class MappedWeights implements Weights {
    private final CheckpointFile file;
    private final SequencedMap<String, PickleArray> arrays;
    private final SequencedMap<String, TensorType> types;
    private final SequencedMap<String, String> metadata;
    private final SequencedMap<String, String> skipped;
    /// By array, since one may have several names.
    private final Map<PickleArray, Tensor> decoded = new ConcurrentHashMap<>();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    MappedWeights(CheckpointFile file, SequencedMap<String, PickleArray> arrays, SequencedMap<String, String> metadata,
            SequencedMap<String, String> skipped) {
        this.file = file;
        this.arrays = arrays;
        this.metadata = Collections.unmodifiableSequencedMap(metadata);
        this.skipped = Collections.unmodifiableSequencedMap(skipped);
        SequencedMap<String, TensorType> all = new LinkedHashMap<>();
        arrays.forEach((name, array) -> all.put(name, array.type()));
        this.types = Collections.unmodifiableSequencedMap(all);
    }

    @Override
    public String source() {
        return file.path().toString();
    }

    @Override
    public SequencedMap<String, TensorType> types() {
        return types;
    }

    @Override
    public Optional<Tensor> find(String name) {
        return Optional.ofNullable(arrays.get(name)).map(array -> decoded.computeIfAbsent(array, each -> tensor(name, each)));
    }

    private Tensor tensor(String name, PickleArray array) {
        try {
            return array.tensor(file.arena());
        } catch (PickleException e) {
            throw file.refusal("the array '" + name + "' is " + e.getMessage(), e);
        } catch (InternalError e) {
            throw file.truncatedSince(e);
        }
    }

    @Override
    public SequencedMap<String, String> metadata() {
        return metadata;
    }

    @Override
    public SequencedMap<String, String> skipped() {
        return skipped;
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            file.arena().close();
        }
    }
}
