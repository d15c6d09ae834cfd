package dev.maskforge.checkpoint;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.maskforge.checkpoint.SafetensorsWriter.file;
import static dev.maskforge.checkpoint.SafetensorsWriter.tensor;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Models in several files under one index.
class ShardsTest {
    private static final Path SHARDED = Path.of(System.getProperty("maskforge.fixtures"), "safetensors", "sharded");

    @TempDir
    private Path folder = Path.of("");

    private Path index(String text) throws IOException {
        return Files.writeString(folder.resolve("model.safetensors.index.json"), text);
    }

    private Path indexOf(Map<String, String> shards) throws IOException {
        return index("{\"weight_map\":" + shards.entrySet().stream().map(each -> "\"" + each.getKey() + "\":\"" + each.getValue() + "\"")
                .collect(joining(",", "{", "}")) + "}");
    }

    private void shard(String name, String... tensors) throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < tensors.length; i++) {
            header.append(i == 0 ? "" : ",").append(tensor(tensors[i], "F32", "[1]", 4L * i, 4L * i + 4));
        }
        Files.write(folder.resolve(name), file(header.append('}').toString(), 4 * tensors.length));
    }

    @Test
    void allFilesAreSeenAsOne() {
        Path index = SHARDED.resolve("model.safetensors.index.json");
        try (Weights weights = Checkpoints.open(index)) {
            assertEquals(index.toString(), weights.source());
            assertEquals(16, weights.keys().size());
            assertEquals("{total_parameters=368, total_size=1193, format=pt}", weights.metadata().toString());
            assertTrue(weights.find("scalar").orElseThrow().memory().isMapped());
            assertTrue(weights.find("none at all").isEmpty());
        }
    }

    @Test
    void closingClosesAllFilesOnce() {
        Weights weights = Checkpoints.open(SHARDED);
        var tensors = Stream.of("float64", "odd").map(name -> weights.find(name).orElseThrow()).toList();
        weights.close();
        weights.close();
        tensors.forEach(tensor -> assertThrows(IllegalStateException.class, () -> tensor.memory().get(ValueLayout.JAVA_BYTE, 0)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../model.safetensors", "/etc/passwd", "a/b.safetensors", "..", ".", "", "a\\\\b", "a\\u0000b", "~root", "C:x",
            ".hidden",
            "a\\nb", "file:x", "ä.safetensors"})
    void aShardIsAFileBesideTheIndex(String name) throws IOException {
        String message = Refusals.of(indexOf(Map.of("a", name)));
        assertTrue(message.contains("which is no name of a file beside the index"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "{\"weight_map\":[]}", "{\"weight_map\":\"a\"}", "{\"weight_map\":null}",
            "{\"map\":{\"a\":\"b\"}}"})
    void anIndexHasAMap(String text) throws IOException {
        assertTrue(Refusals.of(index(text)).contains("the index has no weight_map"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "null", "[\"a\"]", "{\"a\":\"b\"}", "true"})
    void theMapHasTexts(String shard) throws IOException {
        String message = Refusals.of(index("{\"weight_map\":{\"a\":" + shard + "}}"));
        assertTrue(message.contains("is said to lie in no text"), message);
    }

    @Test
    void anEmptyMapIsRefused() throws IOException {
        assertTrue(Refusals.of(indexOf(Map.of())).contains("the index names no tensors"));
    }

    @Test
    void anIndexIsNoShardOfItself() throws IOException {
        String message = Refusals.of(indexOf(Map.of("a", "model.safetensors.index.json")));
        assertTrue(message.contains("the tensor 'a' is said to lie in the index itself"), message);
    }

    @Test
    void anIndexIsNoShardOfAnother() throws IOException {
        Files.writeString(folder.resolve("other.index.json"), "{\"weight_map\":{\"a\":\"x.safetensors\"}}");
        CheckpointException refusal = assertThrows(CheckpointException.class,
                () -> Checkpoints.open(indexOf(Map.of("a", "other.index.json"))));
        assertTrue(Refusals.checked(refusal, folder.resolve("other.index.json")).contains("this is plain text"));
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        shard("a.safetensors", "a");
        String message = Refusals.of(indexOf(Map.of("a", "a.safetensors", "b", "b.safetensors")));
        assertTrue(message.contains("the file b.safetensors, which the index names, is not beside it; finish the download"), message);
    }

    @Test
    void aTensorInTwoShardsIsRefused() throws IOException {
        shard("a.safetensors", "a", "both");
        shard("b.safetensors", "b", "both");
        String message = Refusals.of(indexOf(Map.of("a", "a.safetensors", "b", "b.safetensors", "both", "a.safetensors")));
        assertTrue(message.contains("the tensor 'both' is in b.safetensors, but the index says that it is in a.safetensors"), message);
    }

    @Test
    void aTensorThatTheIndexLacksIsRefused() throws IOException {
        shard("a.safetensors", "a", "more");
        String message = Refusals.of(indexOf(Map.of("a", "a.safetensors")));
        assertTrue(message.contains("the tensor 'more' is in a.safetensors, but the index does not name it"), message);
    }

    @Test
    void aTensorThatItsShardLacksIsRefused() throws IOException {
        shard("a.safetensors", "a");
        String message = Refusals.of(indexOf(Map.of("a", "a.safetensors", "b", "a.safetensors")));
        assertTrue(message.contains("the tensor 'b' is not in a.safetensors"), message);
    }

    @Test
    void tooManyShardsAreRefused() throws IOException {
        Map<String, String> many = new HashMap<>();
        for (int i = 0; i < 1001; i++) {
            many.put("a" + i, i + ".safetensors");
        }
        assertTrue(Refusals.of(indexOf(many)).contains("the index names more than 1000 files"));
    }

    @Test
    void aDamagedShardIsNamed() throws IOException {
        shard("a.safetensors", "a");
        Files.writeString(folder.resolve("b.safetensors"), "not found");
        CheckpointException refusal = assertThrows(CheckpointException.class,
                () -> Checkpoints.open(indexOf(Map.of("a", "a.safetensors", "b", "b.safetensors"))));
        Refusals.checked(refusal, folder.resolve("b.safetensors"));
    }

    @Test
    void aShardMayNotLeadOutOfItsFolder() throws IOException {
        Path outside = Files.createTempDirectory(folder.getParent(), "outside");
        Files.copy(SHARDED.resolve("model-00001-of-00003.safetensors"), outside.resolve("secret"));
        Files.createSymbolicLink(folder.resolve("a.safetensors"), outside.resolve("secret"));
        CheckpointException refusal = assertThrows(CheckpointException.class,
                () -> Checkpoints.open(indexOf(Map.of("a", "a.safetensors"))));
        String message = Refusals.checked(refusal, folder.resolve("a.safetensors"));
        assertTrue(message.contains("this is a link to ") && message.contains("out of its folder"), message);
        Files.delete(outside.resolve("secret"));
        Files.delete(outside);
    }

    @Test
    void aShardMayBeOfAnyFormat() throws IOException {
        Path pickle = Path.of(System.getProperty("maskforge.fixtures"), "pickles", "many-protocol2.pkl");
        Files.copy(pickle, folder.resolve("pytorch_model-00001-of-00001.bin"));
        try (Weights whole = Checkpoints.open(pickle)) {
            Map<String, String> shards = new HashMap<>();
            whole.keys().forEach(name -> shards.put(name, "pytorch_model-00001-of-00001.bin"));
            try (Weights weights = Checkpoints.open(indexOf(shards))) {
                assertEquals(List.copyOf(whole.keys()), List.copyOf(weights.keys()));
            }
        }
    }
}
