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

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The `expected.txt` of a folder of checkpoints: what the library that wrote them reads from them.
///
/// @param tensors by file
/// @param refused files that must not load
record ExpectedTensors(Path folder, Map<String, List<Line>> tensors, List<String> refused) {
    private static final String REFUSED = "refused ";

    /// A tensor.
    ///
    /// @param shape without spaces
    record Line(String file, String key, DataType dataType, String shape, String sha256) {
        static Line parse(String line) {
            String[] fields = line.split(" ", -1);
            return new Line(fields[0], fields[1], DataType.named(fields[2]), fields[3], fields[4]);
        }

        private void check(Weights weights) {
            Tensor tensor = weights.find(key).orElseThrow(() -> new AssertionError(file + " lacks " + key));
            assertEquals(dataType + shape, tensor.type().toString().replace(" ", ""), key);
            assertEquals(tensor.type(), weights.types().get(key), key);
            assertTrue(tensor.memory().isReadOnly(), key);
            assertEquals(sha256, sha256Of(tensor), () -> file + " " + key);
        }

        private static String sha256Of(Tensor tensor) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(tensor.memory().asByteBuffer());
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }
    }

    static ExpectedTensors in(Path folder) throws IOException {
        Map<String, List<Line>> tensors = new TreeMap<>();
        List<String> refused = new ArrayList<>();
        try (Stream<String> lines = Files.lines(folder.resolve("expected.txt"))) {
            lines.forEach(line -> {
                if (line.startsWith(REFUSED)) {
                    refused.add(line.substring(REFUSED.length()));
                } else {
                    Line expected = Line.parse(line);
                    tensors.computeIfAbsent(expected.file, _ -> new ArrayList<>()).add(expected);
                }
            });
        }
        return new ExpectedTensors(folder, tensors, refused);
    }

    /// Opens a file, which must have just the tensors of the list.
    Weights open(String file) {
        Weights weights = Checkpoints.open(folder.resolve(file));
        List<Line> expected = tensors.getOrDefault(file, List.of());
        assertEquals(expected.stream().map(Line::key).sorted().toList(), weights.keys().stream().sorted().toList());
        assertAll(expected.stream().map(line -> () -> line.check(weights)));
        return weights;
    }
}
