package dev.maskforge.models;

import dev.maskforge.checkpoint.Weights;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

/// The tensors of an official model by key, shape and type, as the original code builds it. Their elements are zeros that
/// all share the same memory.
public record KeyList(String name, SequencedMap<String, TensorType> types) {
    private static final MemorySegment ZEROS = Arena.global().allocate(64L << 20);

    private static final String LIKE = "like ";

    /// A list that begins with `like NAME` has only what differs from that one.
    public static KeyList read(String name) {
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(Path.of(System.getProperty("maskforge.fixtures"), "keys", name + ".txt"))) {
                if (line.startsWith(LIKE)) {
                    types.putAll(read(line.substring(LIKE.length())).types());
                    continue;
                }
                String[] parts = line.split(" \\[|\\] ", -1);
                long[] sizes = parts[1].isEmpty() ? new long[0]
                        : Arrays.stream(parts[1].split(", ?", -1)).mapToLong(Long::parseLong).toArray();
                types.put(parts[0], new TensorType(DataType.named(parts[2]), Shape.of(sizes)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new KeyList(name, types);
    }

    KeyList renamed(UnaryOperator<String> names) {
        SequencedMap<String, TensorType> renamed = new LinkedHashMap<>();
        types.forEach((key, type) -> renamed.put(names.apply(key), type));
        return new KeyList(name, renamed);
    }

    KeyList with(String key, TensorType type) {
        SequencedMap<String, TensorType> changed = new LinkedHashMap<>(types);
        changed.put(key, type);
        return new KeyList(name, changed);
    }

    KeyList without(String key) {
        SequencedMap<String, TensorType> changed = new LinkedHashMap<>(types);
        changed.remove(key);
        return new KeyList(name, changed);
    }

    public Weights weights() {
        return new Weights() {
            @Override
            public String source() {
                return name;
            }

            @Override
            public SequencedMap<String, TensorType> types() {
                return types;
            }

            @Override
            public Optional<Tensor> find(String key) {
                return Optional.ofNullable(types.get(key))
                        .map(type -> new Tensor(type, ZEROS.asSlice(0, type.shape().elementCount() * type.dataType().bytes())));
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
        };
    }
}
