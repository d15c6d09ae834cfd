package dev.maskforge.checkpoint;

import dev.maskforge.checkpoint.pickle.PickleException;
import dev.maskforge.checkpoint.pickle.StoredTensor;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Tensors that lie in a mapped file.
final class MappedWeights implements Weights {
    private final CheckpointFile file;
    private final SequencedMap<String, StoredTensor> tensors;
    private final SequencedMap<String, TensorType> types;
    private final SequencedMap<String, String> metadata;
    private final SequencedMap<String, String> skipped;
    /// By tensor, since one may have several names.
    private final Map<StoredTensor, Tensor> decoded = new ConcurrentHashMap<>();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    MappedWeights(CheckpointFile file, SequencedMap<String, StoredTensor> tensors, SequencedMap<String, String> metadata,
            SequencedMap<String, String> skipped) {
        this.file = file;
        this.tensors = tensors;
        this.metadata = Collections.unmodifiableSequencedMap(metadata);
        this.skipped = Collections.unmodifiableSequencedMap(skipped);
        SequencedMap<String, TensorType> all = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> all.put(name, tensor.type()));
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
        return Optional.ofNullable(tensors.get(name)).map(stored -> decoded.computeIfAbsent(stored, each -> tensor(name, each)));
    }

    private Tensor tensor(String name, StoredTensor stored) {
        try {
            return stored.tensor(file.arena());
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
