package dev.maskforge.checkpoint;

import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Tensors of a mapped safetensors file.
final class SafetensorsWeights implements Weights {
    private final CheckpointFile file;
    private final MemorySegment data;
    private final SafetensorsHeader header;
    private final SequencedMap<String, TensorType> types;
    private final Map<String, Tensor> widened = new ConcurrentHashMap<>();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    /// @param data what follows the header
    SafetensorsWeights(CheckpointFile file, MemorySegment data, SafetensorsHeader header) {
        this.file = file;
        this.data = data;
        this.header = header;
        SequencedMap<String, TensorType> all = LinkedHashMap.newLinkedHashMap(header.entries().size());
        header.entries().forEach((name, entry) -> all.put(name, entry.type()));
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
        return Optional.ofNullable(header.entries().get(name)).map(entry -> entry.stored().isWidened()
                ? widened.computeIfAbsent(name, _ -> tensor(entry))
                : tensor(entry));
    }

    private Tensor tensor(SafetensorsEntry entry) {
        try {
            return entry.tensor(data, file.arena());
        } catch (InternalError e) {
            throw file.truncatedSince(e);
        }
    }

    @Override
    public SequencedMap<String, String> metadata() {
        return header.metadata();
    }

    @Override
    public SequencedMap<String, String> skipped() {
        return Collections.unmodifiableSequencedMap(new LinkedHashMap<>());
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            file.arena().close();
        }
    }
}
