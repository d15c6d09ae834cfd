package dev.maskforge.checkpoint;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Files that numpy 1 and 2 wrote in all protocols, against hashes that numpy computed.
class NumpyPicklesTest {
    private static final Path PICKLES = Path.of(System.getProperty("maskforge.fixtures"), "pickles");
    private static final String REFUSED = "refused";

    /// A line of `expected.txt`.
    private record Expected(String file, String key, DataType dataType, String shape, String sha256) {
        static Expected parse(String line) {
            String[] fields = line.split(" ", -1);
            return new Expected(fields[0], fields[1], DataType.named(fields[2]), fields[3], fields[4]);
        }

        void check(Weights weights) {
            Tensor tensor = weights.find(key).orElseThrow(() -> new AssertionError(file + " lacks " + key));
            assertEquals(dataType + shape, tensor.type().toString().replace(" ", ""), key);
            assertEquals(tensor.type(), weights.types().get(key), key);
            assertTrue(tensor.memory().isReadOnly(), key);
            assertEquals(sha256, sha256(tensor), () -> file + " " + key);
        }

        private static String sha256(Tensor tensor) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(tensor.memory().asByteBuffer());
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> everyArrayIsReadAsNumpyReadsIt() throws IOException {
        Map<String, List<Expected>> byFile = new TreeMap<>();
        try (Stream<String> lines = Files.lines(PICKLES.resolve("expected.txt"))) {
            lines.filter(line -> !line.startsWith(REFUSED)).map(Expected::parse)
                    .forEach(expected -> byFile.computeIfAbsent(expected.file, _ -> new ArrayList<>()).add(expected));
        }
        assertTrue(byFile.size() >= 17, "files");
        return byFile.entrySet().stream().map(file -> DynamicTest.dynamicTest(file.getKey(), () -> {
            try (Weights weights = Checkpoints.open(PICKLES.resolve(file.getKey()))) {
                assertEquals(file.getValue().size(), weights.keys().size());
                assertAll(file.getValue().stream().map(expected -> () -> expected.check(weights)));
                assertEquals("Maskforge fixture é", weights.metadata().get("__author__"));
                assertEquals("89999", weights.metadata().get("iteration"));
                assertEquals("true", weights.metadata().get("matching_heuristics"));
                assertFalse(weights.metadata().containsKey("extra"));
                assertEquals(Map.of(), weights.skipped());
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> whatIsNoCheckpointIsRefused() throws IOException {
        List<String> files;
        try (Stream<String> lines = Files.lines(PICKLES.resolve("expected.txt"))) {
            files = lines.filter(line -> line.startsWith(REFUSED)).map(line -> line.substring(REFUSED.length() + 1)).toList();
        }
        assertTrue(files.size() >= 6, "files");
        return files.stream().map(file -> DynamicTest.dynamicTest(file, () -> {
            String message = Refusals.of(PICKLES.resolve(file));
            System.out.println(message);
        }));
    }
}
