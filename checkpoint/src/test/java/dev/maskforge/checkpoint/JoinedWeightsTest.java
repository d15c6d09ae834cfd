package dev.maskforge.checkpoint;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Weights of which several are seen as one.
class JoinedWeightsTest {
    private static final String EMPTY = "an empty tensor with many rows";

    private final Weights weights = Weights.of("a test", tensors());

    private static SequencedMap<String, Tensor> tensors() {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("key", Tensor.of(Shape.of(1, 2), 3f, 4f));
        tensors.put("query", Tensor.of(Shape.of(2, 2), 1f, 2f, 5f, 6f));
        tensors.put("bias", Tensor.of(Shape.of(2), 7f, 8f));
        tensors.put("wide", Tensor.of(Shape.of(1, 3), 0f, 0f, 0f));
        tensors.put("whole", Tensor.of(Shape.of(1, 2), 1L, 2L));
        tensors.put("scalar", Tensor.scalar(1));
        tensors.put(EMPTY, Tensor.of(Shape.of(1L << 62, 0), new float[0]));
        return tensors;
    }

    private Weights joined(String... parts) {
        SequencedMap<String, List<String>> names = new LinkedHashMap<>();
        names.put("joined", List.of(parts));
        names.put("renamed", List.of("bias"));
        return weights.joined(names);
    }

    @Test
    void rowsFollowEachOtherInTheGivenOrder() {
        try (Weights joined = joined("query", "key", "query")) {
            assertEquals(List.of("joined", "renamed"), List.copyOf(joined.keys()));
            assertEquals("float32[5, 2]", String.valueOf(joined.types().get("joined")));
            assertArrayEquals(new float[]{1, 2, 5, 6, 3, 4, 1, 2, 5, 6}, joined.find("joined").orElseThrow().toFloats());
            assertArrayEquals(new float[]{7, 8}, joined.find("renamed").orElseThrow().toFloats());
            assertTrue(joined.find("query").isEmpty());
            assertEquals("a test", joined.source());
        }
    }

    @Test
    void isJoinedOnceAndFreedWithTheView() {
        Weights joined = joined("query", "key");
        Tensor tensor = joined.find("joined").orElseThrow();
        assertSame(tensor, joined.find("joined").orElseThrow());
        joined.close();
        joined.close();
        assertThrows(IllegalStateException.class, tensor::toFloats);
    }

    @Test
    void joinedTensorsCannotBeChanged() {
        try (Weights joined = joined("query", "key")) {
            assertTrue(joined.find("joined").orElseThrow().memory().isReadOnly());
        }
    }

    /// As the JVM says it of a mapped file.
    @Test
    void aFileThatIsCutMeanwhileIsRefused() {
        Weights cut = new Weights() {
            @Override
            public String source() {
                return "cut.pkl";
            }

            @Override
            public SequencedMap<String, TensorType> types() {
                return weights.types();
            }

            @Override
            public Optional<Tensor> find(String name) {
                throw new InternalError("a fault occurred in a recent unsafe memory access operation");
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
            }
        };
        SequencedMap<String, List<String>> names = new LinkedHashMap<>();
        names.put("joined", List.of("query", "key"));
        try (Weights joined = cut.joined(names)) {
            String message = String.valueOf(assertThrows(CheckpointException.class, () -> joined.find("joined")).getMessage());
            assertEquals("cut.pkl: the file became shorter while it was read; wait until its copying is done", message);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertEquals(
                "a test: 'query' float32[2, 2] and 'wide' float32[1, 3] cannot be joined to 'joined'; the file is damaged, get it anew",
                refusal("query", "wide"));
        assertTrue(refusal("query", "bias").contains("'bias' float32[2]"));
        assertTrue(refusal("query", "whole").contains("'whole' int64[1, 2]"));
        assertTrue(refusal("scalar", "scalar").contains("float32[]"));
        assertTrue(refusal(EMPTY, EMPTY).contains("cannot be joined"));
        assertThrows(IllegalArgumentException.class, () -> joined("query", "nowhere"));
    }

    private String refusal(String... parts) {
        return String.valueOf(assertThrows(CheckpointException.class, () -> joined(parts)).getMessage());
    }

    @Test
    void namesCannotBeChangedFromOutside() {
        try (Weights joined = joined("query", "key")) {
            assertThrows(UnsupportedOperationException.class, () -> joined.types().clear());
        }
    }
}
