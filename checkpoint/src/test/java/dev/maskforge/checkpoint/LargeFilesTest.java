package dev.maskforge.checkpoint;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

import static dev.maskforge.checkpoint.SafetensorsWriter.file;
import static dev.maskforge.checkpoint.SafetensorsWriter.tensor;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The largest safetensors headers, JSON and YAML files that are read, and those a little larger. They are read in a JVM of
/// their own, whose heap is so small that anything out of bounds would end it.
class LargeFilesTest {
    private static final String HEAP = "-Xmx256m";
    private static final long PATIENCE_MILLISECONDS = 5000;

    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, String> outcomes = new LinkedHashMap<>();

    /// What runs in the other JVM: a line a file, with the milliseconds of processor time that it took, which do not depend on
    /// what else the machine does, and the message.
    static final class Reader {
        private Reader() {
        }

        public static void main(String[] files) {
            for (String file : files) {
                long started = Refusals.processorTime();
                String outcome = "read";
                try {
                    read(Path.of(file));
                } catch (CheckpointException refusal) {
                    outcome = String.valueOf(refusal.getMessage());
                }
                System.out.println((Refusals.processorTime() - started) / 1_000_000 + " " + outcome);
            }
            System.out.println(ManagementFactory.getRuntimeMXBean().getVmName());
        }

        private static void read(Path file) {
            if (file.toString().endsWith(".yaml")) {
                Documents.yaml(file);
            } else if (file.toString().endsWith(".json")) {
                Documents.json(file);
            } else {
                Refusals.readAll(Checkpoints.open(file));
            }
        }
    }

    @Test
    void areReadOrRefusedInTimeAndInASmallHeap(@TempDir Path folder) throws IOException, InterruptedException {
        safetensors();
        documents();
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), HEAP,
                "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), Reader.class.getName()));
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            command.add(Files.write(folder.resolve(each.getKey()), each.getValue()).toString());
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
        assertEquals(files.size() + 1, lines.size(), () -> String.join("\n", lines));
        List<String> names = List.copyOf(files.keySet());
        List<Executable> checks = new ArrayList<>();
        long slowest = 0;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String line = lines.get(i);
            long milliseconds = Long.parseLong(line.substring(0, line.indexOf(' ')));
            slowest = Math.max(slowest, milliseconds);
            checks.add(() -> assertTrue(line.contains(String.valueOf(outcomes.get(name))), name + ": " + line));
            checks.add(() -> assertTrue(milliseconds < PATIENCE_MILLISECONDS, name + ": " + line));
        }
        assertAll(checks);
        System.out.println(names.size() + " large files survived with " + HEAP + ", the slowest in " + slowest + " ms");
    }

    private void add(String name, byte[] content, String outcome) {
        files.put(name, content);
        outcomes.put(name, outcome);
    }

    private void add(String name, String content, String outcome) {
        add(name, content.getBytes(StandardCharsets.UTF_8), outcome);
    }

    private void safetensors() {
        int most = 1_000_000;
        add("a-million-tensors.safetensors",
                file(IntStream.range(0, most).mapToObj(i -> tensor("l." + i, "U8", "[1]", i, i + 1L)).collect(joining(",", "{", "}")),
                        most),
                " read");
        add("a-million-long-names.safetensors", file(IntStream.range(0, most)
                .mapToObj(i -> tensor("decoder.layer.norm.weight." + i + "é", "U8", "[0]", 0, 0)).collect(joining(",", "{", "}")), 0),
                " read");
        add("wide-names.safetensors", file(IntStream.range(0, 45_000)
                .mapToObj(i -> tensor("\u0101".repeat(1000) + i, "U8", "[0]", 0, 0)).collect(joining(",", "{", "}")), 0), " read");
        add("a-hundred-thousand-shapes.safetensors", file(IntStream.range(0, 99_999)
                .mapToObj(i -> tensor("a" + i, "U8", "[0,1,2,3,4,5,6," + i + "]", 0, 0)).collect(joining(",", "{", "}")), 0), " read");
        add("metadata.safetensors", file("{\"__metadata__\":" + IntStream.range(0, 10_000)
                .mapToObj(i -> "\"" + "b".repeat(2000) + i + "\":\"" + "c".repeat(1000) + "\"").collect(joining(",", "{", "}")) + ","
                + tensor("a", "F32", "[]", 0, 4) + "}", 4), " read");
        add("long-metadata.safetensors", file("{\"__metadata__\":" + IntStream.range(0, 6)
                .mapToObj(i -> "\"" + i + "\":\"" + "c".repeat(15_000_000) + "\"").collect(joining(",", "{", "}")) + ","
                + tensor("a", "F32", "[]", 0, 4) + "}", 4), " read");
    }

    private void documents() {
        int most = 499_990;
        add("values.json", IntStream.range(0, most).mapToObj(_ -> "0").collect(joining(",", "[", "]")), " read");
        add("long-numbers.json", IntStream.range(0, 300_000).mapToObj(_ -> "9".repeat(100)).collect(joining(",", "[", "]")), " read");
        add("names.json", IntStream.range(0, most).mapToObj(i -> "\"decoder.layer.norm.weight." + i + "\":\"model-00001.safetensors\"")
                .collect(joining(",", "{", "}")), " read");
        add("wide-texts.json", IntStream.range(0, 31).mapToObj(_ -> "\"\u0101" + "a".repeat((1 << 20) - 4) + "\"")
                .collect(joining(",", "[", "]")), " read");
        add("small-mappings.json", IntStream.range(0, most / 2).mapToObj(_ -> "{\"\":0}").collect(joining(",", "[", "]")), " read");
        add("empty-mappings.json", IntStream.range(0, most).mapToObj(_ -> "{}").collect(joining(",", "[", "]")), " read");
        add("empty-sequences.json", IntStream.range(0, most).mapToObj(_ -> "[]").collect(joining(",", "[", "]")), " read");
        add("values.yaml", IntStream.range(0, most).mapToObj(_ -> "0").collect(joining(",", "[", "]")), " read");
        add("block.yaml", IntStream.range(0, 240_000).mapToObj(_ -> "- 0\n").collect(joining()), " read");
        add("mappings.yaml", IntStream.range(0, 130_000).mapToObj(_ -> "- a: 0\n").collect(joining()), " read");
        add("wide-text.yaml", "\u0101" + "a".repeat((1 << 20) - 8), " read");
    }
}
