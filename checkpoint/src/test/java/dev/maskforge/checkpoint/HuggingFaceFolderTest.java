package dev.maskforge.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Models as Hugging Face's tools keep them, and what is said where they are not there.
class HuggingFaceFolderTest {
    private static final Path FIXTURES = Path.of(System.getProperty("maskforge.fixtures"), "safetensors");
    private static final Path SHARDED = FIXTURES.resolve("sharded");
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String OTHER_COMMIT = "fedcba9876543210fedcba9876543210fedcba98";
    private static final String NAME = "facebook/maskformer-swin-tiny-ade";

    @TempDir
    private Path folder = Path.of("");

    private static String message(Executable action) {
        CheckpointException refusal = assertThrows(CheckpointException.class, action);
        String message = String.valueOf(refusal.getMessage());
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.contains("; "), message);
        return message;
    }

    private void config() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
    }

    private void weights(String name) throws IOException {
        Files.copy(FIXTURES.resolve("plain.safetensors"), folder.resolve(name));
    }

    /// A model in a cache, whose files are links to blobs as the tools make them.
    private Path cached(Path cache, String commit, Path blobs) throws IOException {
        Path model = cache.resolve("models--facebook--maskformer-swin-tiny-ade");
        Path snapshot = Files.createDirectories(model.resolve("snapshots").resolve(commit));
        Files.createDirectories(blobs);
        try (Stream<Path> files = Files.list(SHARDED)) {
            for (Path file : files.toList()) {
                Path blob = Files.copy(file, blobs.resolve("blob-of-" + file.getFileName()));
                Files.createSymbolicLink(snapshot.resolve(file.getFileName()), snapshot.relativize(blob));
            }
        }
        Path references = Files.createDirectories(model.resolve("refs"));
        Files.writeString(references.resolve("main"), commit);
        return snapshot;
    }

    private Path cached(Path cache) throws IOException {
        return cached(cache, COMMIT, cache.resolve("models--facebook--maskformer-swin-tiny-ade").resolve("blobs"));
    }

    @Test
    void aFolderIsFoundWithAllItsFiles() {
        HuggingFaceFolder found = HuggingFaceFolder.find(SHARDED).orElseThrow();
        assertEquals(
                new HuggingFaceFolder(SHARDED, SHARDED.resolve("config.json"), Optional.of(SHARDED.resolve("preprocessor_config.json")),
                        SHARDED.resolve("model.safetensors.index.json")),
                found);
        assertEquals(Stream.of(1, 2, 3).map(i -> SHARDED.resolve("model-0000" + i + "-of-00003.safetensors")).toList(),
                Checkpoints.files(SHARDED));
        assertEquals(Optional.empty(), HuggingFaceFolder.find(FIXTURES));
        assertEquals(Optional.empty(), HuggingFaceFolder.find(SHARDED.resolve("config.json")));
        assertEquals(Optional.empty(), HuggingFaceFolder.find(folder.resolve("none")));
    }

    @Test
    void weightsArePreferredAsTransformersDoes() throws IOException {
        config();
        List<String> worstFirst = List.of("pytorch_model.bin.index.json", "pytorch_model.bin", "model.safetensors.index.json",
                "model.safetensors");
        for (String name : worstFirst) {
            weights(name);
            assertEquals(folder.resolve(name), HuggingFaceFolder.find(folder).orElseThrow().weights());
        }
        assertEquals(Optional.empty(), HuggingFaceFolder.find(folder).orElseThrow().preprocessorConfig());
        try (Weights weights = Checkpoints.open(folder)) {
            assertEquals(16, weights.keys().size());
            assertEquals(folder.resolve("model.safetensors").toString(), weights.source());
        }
    }

    @Test
    void aFolderWithoutAConfigurationSaysWhichFileToGive() throws IOException {
        assertTrue(
                message(() -> Checkpoints.open(folder)).contains("this is a folder without config.json; give the checkpoint file, or a"));
        weights("model-00001-of-00002.safetensors");
        assertTrue(message(() -> Checkpoints.open(folder)).endsWith("such as model-00001-of-00002.safetensors"));
        weights("model_final_123456.pkl");
        weights("optimizer.pth");
        assertTrue(message(() -> Checkpoints.open(folder)).endsWith("give the checkpoint file in it, such as model_final_123456.pkl"));
        config();
        assertTrue(message(() -> Checkpoints.open(folder)).contains("the folder has config.json but none of model.safetensors, "));
        assertTrue(message(() -> Checkpoints.open(folder)).endsWith("give model_final_123456.pkl itself"));
    }

    @Test
    void aFolderWithoutWeightsIsIncomplete() throws IOException {
        config();
        Files.createSymbolicLink(folder.resolve("model.safetensors"), Path.of("..", "blobs", "none"));
        assertTrue(message(() -> Checkpoints.open(folder)).endsWith("; finish its download"));
    }

    @Test
    void filesMayNotLeadOutOfTheirFolder() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Path model = Files.createDirectory(folder.resolve("model"));
        Files.copy(FIXTURES.resolve("plain.safetensors"), outside.resolve("secret.safetensors"));
        Files.writeString(outside.resolve("config.json"), "{}");
        Files.writeString(model.resolve("config.json"), "{}");
        Files.createSymbolicLink(model.resolve("model.safetensors"), Path.of("..", "outside", "secret.safetensors"));
        assertTrue(message(() -> Checkpoints.open(model)).contains("out of its folder; put the file itself there"));
        Files.delete(model.resolve("model.safetensors"));
        Files.copy(FIXTURES.resolve("plain.safetensors"), model.resolve("real.safetensors"));
        Files.createSymbolicLink(model.resolve("model.safetensors"), Path.of("real.safetensors"));
        Checkpoints.open(model).close();
        Files.delete(model.resolve("config.json"));
        Files.createSymbolicLink(model.resolve("config.json"), outside.resolve("config.json").toAbsolutePath());
        assertTrue(message(() -> HuggingFaceFolder.find(model)).contains("out of its folder"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), SHARDED.toAbsolutePath());
        Checkpoints.open(link).close();
    }

    @Test
    void aSnapshotInTheCacheIsReadThroughItsLinks() throws IOException {
        Path snapshot = cached(folder.resolve("hub"));
        try (Weights weights = Checkpoints.open(snapshot)) {
            assertEquals(16, weights.keys().size());
        }
        HuggingFaceFolder found = HuggingFaceFolder.inHubCache(NAME, Map.of("HF_HUB_CACHE", folder.resolve("hub").toString()));
        assertEquals(HuggingFaceFolder.find(snapshot).orElseThrow(), found);
        assertEquals(snapshot.resolve("config.json"), found.config());
    }

    @Test
    void blobsMayBeSharedByAllModelsOfACache() throws IOException {
        Path cache = folder.resolve("hub");
        Path snapshot = cached(cache, COMMIT, cache.resolve("blobs").resolve("0f"));
        Checkpoints.open(snapshot).close();
    }

    @Test
    void blobsOfAnotherModelAreElsewhere() throws IOException {
        Path cache = folder.resolve("hub");
        Path snapshot = cached(cache, COMMIT, cache.resolve("models--other--model").resolve("blobs"));
        assertTrue(message(() -> Checkpoints.open(snapshot)).contains("out of its folder"));
    }

    @Test
    void theCacheIsWhereTheEnvironmentSays() {
        assertEquals(Path.of("/a"), HubCache.of(Map.of("HF_HUB_CACHE", "/a", "HF_HOME", "/b", "HOME", "/h")).folder());
        assertEquals(Path.of("/o"), HubCache.of(Map.of("HUGGINGFACE_HUB_CACHE", "/o", "HF_HOME", "/b", "HOME", "/h")).folder());
        assertEquals(Path.of("/b/hub"), HubCache.of(Map.of("HF_HUB_CACHE", "", "HF_HOME", "/b", "HOME", "/h")).folder());
        assertEquals(Path.of("/x/huggingface/hub"), HubCache.of(Map.of("XDG_CACHE_HOME", "/x", "HOME", "/h")).folder());
        assertEquals(Path.of("/h/.cache/huggingface/hub"), HubCache.of(Map.of("HOME", "/h")).folder());
        assertEquals(Path.of("/h/models/hub"), HubCache.of(Map.of("HF_HOME", "~/models", "HOME", "/h")).folder());
        assertEquals(Path.of(System.getProperty("user.home"), ".cache", "huggingface", "hub"), HubCache.of(Map.of()).folder());
        assertTrue(message(() -> HubCache.of(Map.of("HF_HOME", "a\0b"))).startsWith("HF_HOME: "));
    }

    @Test
    void revisionsAreFoundByNameOrCommit() throws IOException {
        Path cache = folder.resolve("hub");
        Map<String, String> environment = Map.of("HF_HUB_CACHE", cache.toString());
        Path model = cache.resolve("models--facebook--maskformer-swin-tiny-ade");
        Path other = cached(cache, OTHER_COMMIT, model.resolve("blobs"));
        Path main = Files.move(Files.createDirectories(folder.resolve("copy")), model.resolve("snapshots").resolve(COMMIT));
        try (Stream<Path> files = Files.list(SHARDED)) {
            for (Path file : files.toList()) {
                Files.copy(file, main.resolve(file.getFileName()));
            }
        }
        Path references = model.resolve("refs");
        Files.writeString(references.resolve("main"), COMMIT + "\n");
        Files.writeString(Files.createDirectories(references.resolve("refs").resolve("pr")).resolve("1"), OTHER_COMMIT);
        assertEquals(main, HuggingFaceFolder.inHubCache(NAME, environment).path());
        assertEquals(main, HuggingFaceFolder.inHubCache(NAME + "@main", environment).path());
        assertEquals(other, HuggingFaceFolder.inHubCache(NAME + "@" + OTHER_COMMIT, environment).path());
        assertEquals(other, HuggingFaceFolder.inHubCache(NAME + "@refs/pr/1", environment).path());
        assertTrue(message(() -> HuggingFaceFolder.inHubCache(NAME + "@v2", environment)).contains("--revision v2'"));
        Files.writeString(references.resolve("main"), "../../../../etc");
        assertTrue(message(() -> HuggingFaceFolder.inHubCache(NAME, environment)).contains("the file holds no commit"));
    }

    @Test
    void whatIsNotCachedIsNotDownloaded() {
        String message = message(() -> HuggingFaceFolder.inHubCache(NAME, Map.of("HF_HOME", folder.toString())));
        assertTrue(message.startsWith(NAME + ": there is no such file or folder here; the model is not in the Hugging Face cache "
                + folder.resolve("hub") + ", "), message);
        assertTrue(message.contains("'hf download " + NAME + "'") && message.endsWith("or give a folder"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "model", "a/b/c", "/a/b", "../a", "a/..", "a/../b", "a..b/c", "a/b@", "a/b@..", "a/b@../x", "a/b@x/../y",
            "a/b@/x",
            "a--b/c", "a/b--c", "-a/b", ".a/b", "a/.b", "a /b", "a/b\n", "a\0/b", "a\\b/c", "~/a", "a/b@x@y", "ä/b", "file:///a/b",
            "models/model.pkl", "a/b.PTH",
            "a/b.pt", "a/b.bin", "a/b.safetensors", "a/config.json", "a/b.onnx"})
    void whatIsNoNameIsRefused(String name) {
        String message = message(() -> HuggingFaceFolder.inHubCache(name, Map.of("HF_HOME", folder.toString())));
        assertTrue(message.contains("this is no name of a model on the Hugging Face Hub"), message);
        assertFalse(HuggingFaceFolder.isHubName(name));
        assertTrue(HuggingFaceFolder.isHubName(NAME));
        assertTrue(HuggingFaceFolder.isHubName("a/b.onnx@main"));
    }

    @Test
    void theChecksumIsOfTheFilesWithTheTensors() throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("MD5");
        for (int i = 1; i <= 3; i++) {
            digest.update(Files.readAllBytes(SHARDED.resolve("model-0000" + i + "-of-00003.safetensors")));
        }
        Checksum expected = new Checksum(HexFormat.of().formatHex(digest.digest()));
        assertEquals(expected, Checksum.of(SHARDED));
        assertEquals(expected, Checksum.of(SHARDED.resolve("model.safetensors.index.json")));
        config();
        weights("model.safetensors");
        assertEquals(Checksum.of(FIXTURES.resolve("plain.safetensors")), Checksum.of(folder));
    }
}
