package dev.maskforge.checkpoint;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Weights under other names, where one tensor may stand for several, row after row. Joined tensors are copies, made once,
/// at their first use.
final class JoinedWeights implements Weights {
    private final Weights weights;
    private final SequencedMap<String, List<String>> parts;
    private final SequencedMap<String, TensorType> types;
    private final Map<String, Tensor> joined = new ConcurrentHashMap<>();
    private final Arena arena;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    private JoinedWeights(Weights weights, SequencedMap<String, List<String>> parts, SequencedMap<String, TensorType> types, Arena arena) {
        this.weights = weights;
        this.parts = parts;
        this.types = types;
        this.arena = arena;
    }

    @SuppressWarnings("MustBeClosedChecker") // the arena closes with the view
    static JoinedWeights of(Weights weights, SequencedMap<String, List<String>> parts) {
        SequencedMap<String, TensorType> known = weights.types();
        SequencedMap<String, List<String>> copies = new LinkedHashMap<>();
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        parts.forEach((name, of) -> {
            copies.put(name, List.copyOf(of));
            types.put(name, joinedType(weights.source(), name, of, known));
        });
        return new JoinedWeights(weights, copies, Collections.unmodifiableSequencedMap(types), Arena.ofShared());
    }

    private static TensorType joinedType(String source, String name, List<String> parts, Map<String, TensorType> known) {
        TensorType first = typeOf(parts.getFirst(), known);
        if (parts.size() == 1) {
            return first;
        }
        long rows = 0;
        for (String part : parts) {
            TensorType type = typeOf(part, known);
            rows += fits(type, first) ? type.shape().get(0).size() : 0;
            // Shapes are the file's word: an empty tensor may have 2^62 rows.
            if (!fits(type, first) || rows < 0) {
                throw new CheckpointException(
                        Printable.line(source + ": '" + parts.getFirst() + "' " + first + " and '" + part + "' " + type
                                + " cannot be joined to '" + name + "'; the file is damaged, get it anew"));
            }
        }
        return new TensorType(first.dataType(), first.shape().with(0, Dimension.of(rows)));
    }

    private static TensorType typeOf(String name, Map<String, TensorType> known) {
        TensorType type = known.get(name);
        if (type == null) {
            throw new IllegalArgumentException("there is no tensor '" + name + "'");
        }
        return type;
    }

    private static boolean fits(TensorType type, TensorType first) {
        Shape shape = type.shape();
        return type.dataType() == first.dataType() && shape.rank() > 0 && shape.rank() == first.shape().rank()
                && shape.with(0, Dimension.ONE).equals(first.shape().with(0, Dimension.ONE));
    }

    @Override
    public String source() {
        return weights.source();
    }

    @Override
    public SequencedMap<String, TensorType> types() {
        return types;
    }

    @Override
    public Optional<Tensor> find(String name) {
        List<String> of = parts.get(name);
        if (of == null) {
            return Optional.empty();
        }
        return of.size() == 1 ? weights.find(of.getFirst()) : Optional.of(joined.computeIfAbsent(name, _ -> join(name, of)));
    }

    private Tensor join(String name, List<String> of) {
        TensorType type = typeOf(name, types);
        Tensor whole = Tensor.allocate(type.dataType(), type.shape(), arena);
        long offset = 0;
        try {
            for (String part : of) {
                MemorySegment from = weights.find(part).orElseThrow().memory();
                MemorySegment.copy(from, 0, whole.memory(), offset, from.byteSize());
                offset += from.byteSize();
            }
        } catch (InternalError e) {
            throw new CheckpointException(
                    Printable.line(source() + ": the file became shorter while it was read; wait until its copying is done"), e);
        }
        return new Tensor(type, whole.memory().asReadOnly());
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
        if (isClosed.compareAndSet(false, true)) {
            arena.close();
            weights.close();
        }
    }
}
