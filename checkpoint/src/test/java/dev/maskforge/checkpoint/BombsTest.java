package dev.maskforge.checkpoint;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
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

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Small files that would grow, nest or go on without end. They are read in a JVM of their own, whose heap is so small that
/// anything out of bounds would end it.
class BombsTest {
    private static final String HEAP = "-Xmx256m";
    private static final long PATIENCE_MILLISECONDS = 2000;

    private final Map<String, byte[]> bombs = new LinkedHashMap<>();
    private final Map<String, String> reasons = new LinkedHashMap<>();

    /// What runs in the other JVM: a line a file, with the milliseconds of processor time that it took, which do not depend on
    /// what else the machine does, and the message.
    static final class Reader {
        private Reader() {
        }

        public static void main(String[] files) {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            for (String file : files) {
                long started = threads.getCurrentThreadCpuTime();
                String outcome = "read";
                try {
                    Refusals.readAll(Checkpoints.open(Path.of(file)));
                } catch (CheckpointException refusal) {
                    outcome = String.valueOf(refusal.getMessage());
                }
                System.out.println((threads.getCurrentThreadCpuTime() - started) / 1_000_000 + " " + outcome);
            }
        }
    }

    @Test
    void bombsAreRefusedInTimeAndInASmallHeap(@TempDir Path folder) throws IOException, InterruptedException {
        shared();
        holdingThemselves();
        nested();
        endless();
        large();
        ofTorch();
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), HEAP,
                "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), Reader.class.getName()));
        for (Map.Entry<String, byte[]> bomb : bombs.entrySet()) {
            command.add(Files.write(folder.resolve(bomb.getKey() + ".pkl"), bomb.getValue()).toString());
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
        assertEquals(bombs.size(), lines.size(), () -> String.join("\n", lines));
        List<String> names = List.copyOf(bombs.keySet());
        List<Executable> checks = new ArrayList<>();
        long slowest = 0;
        for (String line : lines) {
            int space = line.indexOf(' ');
            long milliseconds = Long.parseLong(line.substring(0, space));
            slowest = Math.max(slowest, milliseconds);
            String name = names.get(checks.size() / 2);
            checks.add(() -> assertTrue(line.contains(String.valueOf(reasons.get(name))), name + ": " + line));
            checks.add(() -> assertTrue(milliseconds < PATIENCE_MILLISECONDS, name + ": " + line));
        }
        assertAll(checks);
        System.out.println(names.size() + " bombs survived with " + HEAP + ", the slowest in " + slowest + " ms");
    }

    private void bomb(String name, byte[] pickle, String reason) {
        bombs.put(name, pickle);
        reasons.put(name, reason);
    }

    /// A checkpoint with one sound array, and this, which leaves one value, as its metadata.
    private void bomb(String name, PickleWriter value, String reason) {
        bomb(name, PickleWriter.protocol(2).raw("}").text("model").raw("}").text("w").array("f4", 4, 2).raw("ss").text("extra")
                .raw(value.unfinished()).raw("s").stop(), reason);
    }

    private void shared() {
        bomb("laughs-of-tuples", laughs("(NNNNNNNNNt", "t"), "written out grow over the limit of 10000000");
        bomb("laughs-of-lists", laughs("(NNNNNNNNNl", "l"), "written out grow over the limit of 10000000");
        bomb("laughs-by-dup", PickleWriter.old().times(9, "(NN222222222t"), "the operation DUP");
        PickleWriter pairs = PickleWriter.old().raw("]");
        for (int level = 0; level < 98; level++) {
            pairs.put(level).get(level).raw("\206");
        }
        bomb("doubling", pairs, "written out grow over the limit of 10000000");
    }

    private static PickleWriter laughs(String first, String make) {
        PickleWriter pickle = PickleWriter.old().raw("(").raw(first);
        for (int level = 0; level < 9; level++) {
            pickle.put(level).raw("(");
            for (int i = 0; i < 9; i++) {
                pickle.get(level);
            }
            pickle.raw(make);
        }
        return pickle.raw("t");
    }

    private void holdingThemselves() {
        bomb("list-of-itself", PickleWriter.old().raw("]").put(1).get(1).raw("a"), "a list holds itself");
        bomb("lists-of-each-other", PickleWriter.old().raw("]").put(1).raw("]").put(2).get(1).raw("aa"), "a list holds itself");
        bomb("dictionary-of-itself", PickleWriter.old().raw("}").put(1).raw("U\1a").get(1).raw("s"), "a dictionary holds itself");
        bomb("numbered-dictionary-of-itself", PickleWriter.old().raw("}").put(1).raw("K\1").get(1).raw("s"), "a dictionary holds itself");
        bomb("tuple-of-itself", PickleWriter.old().raw("(]").put(1).raw("\205").put(2).get(1).get(2).raw("at"),
                "a tuple holds itself");
        bomb("ordered-dictionary-of-itself",
                PickleWriter.old().global("collections", "OrderedDict").raw(")R").put(1).raw("U\1a").get(1).raw("s"),
                "a dictionary holds itself");
        bomb("attributes-of-itself", PickleWriter.old().global("collections", "OrderedDict").raw(")R").put(1).raw("}U\1a").get(1).raw("sb"),
                "read");
        for (Map.Entry<String, String> key : Map.of("list", "]", "list-of-itself", "]q\1h\1a", "tuple", ")", "none", "N", "number",
                "G\0\0\0\0\0\0\0\0", "bytes", "C\1x", "truth", "\210", "dictionary", "}", "function", "cnumpy\ndtype\n").entrySet()) {
            bomb("key-" + key.getKey(), PickleWriter.old().raw("}").raw(key.getValue()).raw("Ns"), " as a key");
        }
    }

    private void nested() {
        bomb("nested-99", PickleWriter.old().raw(")").times(98, "\205"), "read");
        bomb("nested-101", PickleWriter.old().raw(")").times(100, "\205"), "the nesting of values grows over the limit of 100");
        bomb("nested-half-million", PickleWriter.old().raw(")").times(500_000, "\205"),
                "the nesting of values grows over the limit of 100");
        bomb("nested-4-million", PickleWriter.old().raw(")").times(4_000_000, "\205"), "over the limit of");
        bomb("nested-lists", PickleWriter.old().times(90_000, "]").times(89_999, "a"), "the nesting of values grows over the limit of 100");
        bomb("nested-dictionaries", PickleWriter.old().raw("}").times(30_000, "K\1}").times(30_000, "s"),
                "the nesting of values grows over the limit of 100");
        PickleWriter deeper = PickleWriter.old().raw("(").raw(")").times(60, "\205").put(1).times(60, "\205").get(1).raw("t");
        bomb("nested-by-sharing", deeper, "the nesting of values grows over the limit of 100");
        bomb("marks", PickleWriter.old().times(2_000, "("), "the marks on the stack grow over the limit of 1000");
        bomb("stack", PickleWriter.old().times(200_000, "N"), "the stack grows over the limit of 100000");
    }

    private void endless() {
        bomb("operations", PickleWriter.old().raw("]").times(2_500_001, "(e"), "the operations grow over the limit of 5000000");
        bomb("list", PickleWriter.old().raw("]").times(1_001, "(" + "N".repeat(1000) + "e"), "a list grows over the limit of 1000000");
        PickleWriter memo = PickleWriter.old().raw("N");
        IntStream.rangeClosed(0, 1_000_001).forEach(memo::put);
        bomb("memo", memo, "over the limit of");
        bomb("memo-by-memoize", PickleWriter.old().raw("N").times(1_100_000, "\224"), "over the limit of");
        PickleWriter dictionary = PickleWriter.old().raw("}");
        IntStream.rangeClosed(0, 1_000_001).forEach(key -> dictionary.number(key).raw("Ns"));
        bomb("dictionary", dictionary, "over the limit of");
    }

    private void large() {
        String memory = "the memory for values other than arrays grows over the limit of";
        bomb("dictionaries", PickleWriter.old().raw("]").times(2_400_000, "}a"), memory);
        bomb("lists-of-dictionaries", PickleWriter.old().raw("](").times(50, "](" + "}".repeat(90_000) + "e").raw("e"), memory);
        bomb("filled-dictionaries", PickleWriter.old().raw("]").times(900_000, "}K\1Nsa"), memory);
        bomb("lists", PickleWriter.old().raw("](").times(50, "](" + "](Ne".repeat(22_000) + "e").raw("e"), memory);
        bomb("numbers", PickleWriter.old().raw("](").times(50, "](" + "M\377\377".repeat(90_000) + "e").raw("e"), memory);
        bomb("integers", PickleWriter.old().raw("](").times(50, "](" + ("\212\20" + "\1".repeat(16)).repeat(90_000) + "e").raw("e"),
                memory);
        bomb("texts", PickleWriter.old().raw("](").times(50, "](" + "U\0".repeat(90_000) + "e").raw("e"), memory);
        bomb("types", PickleWriter.old().raw("]")
                .raw(new String(PickleWriter.old().bareType("f4").raw("a").unfinished(), StandardCharsets.ISO_8859_1).repeat(450_000)),
                memory);
        String text = "x".repeat(1 << 20);
        bomb("long-key", PickleWriter.old().raw("}").text(text + "x").raw("Ns"), "a text of 1048577 bytes is over the limit of 1048576");
        bomb("long-keys", PickleWriter.old().raw("]}").text(text).put(1).raw("Nsa").times(200, "}h\1Nsa"), memory);
        bomb("keys-of-one-hash", collidingKeys(), "read");
    }

    /// 65536 texts of 32 letters that Java gives one hash: `Aa` and `BB` have the same.
    private static PickleWriter collidingKeys() {
        PickleWriter pickle = PickleWriter.old().raw("}");
        for (int key = 0; key < 1 << 16; key++) {
            StringBuilder text = new StringBuilder();
            for (int bit = 0; bit < 16; bit++) {
                text.append((key >> bit & 1) == 0 ? "Aa" : "BB");
            }
            pickle.text(text.toString()).raw("Ns");
        }
        return pickle;
    }

    private void ofTorch() {
        String memory = "the memory for values other than arrays grows over the limit of";
        String storage = "(U\7storagectorch\nFloatStorage\nU\0010U\3cpuK\6t";
        PickleWriter named = PickleWriter.old().raw("]").raw(storage).put(1).raw("Qa");
        torchBomb("torch-storages", PickleWriter.old().raw("](").times(50, "](" + (storage + "Q").repeat(30_000) + "e").raw("e"), memory);
        torchBomb("torch-one-storage", named.times(1_200_000, "h\1Qa"), "over the limit of");
        torchBomb("torch-sets", PickleWriter.old().raw("]").times(2_400_000, "\217a"), memory);
        torchBomb("torch-set", PickleWriter.old().raw("\217").times(1_001, "(" + "N".repeat(1000) + "\220"),
                "a set grows over the limit of 1000000");
        String million = "]" + ("(" + "N".repeat(1000) + "e").repeat(1000) + "q\0(";
        for (String copier : List.of("ctorch\nSize\n", "c__builtin__\nset\n", "c__builtin__\nfrozenset\n")) {
            torchBomb("torch-copies-by-" + copier.substring(1).replace('\n', '-'),
                    PickleWriter.old().raw("(").raw(million).raw(copier + "q\1").times(2_000, "h\1h\0\205R").raw("tt"), memory);
        }
        torchBomb("torch-keys", PickleWriter.old().raw("}").times(1_600_000, "NNs"), memory);
        torchBomb("torch-namespaces", PickleWriter.old().raw("](cargparse\nNamespace\nq\1e").times(1_200_000, "h\1)\201a"), memory);
        String tensor = "ctorch._utils\n_rebuild_tensor\nq\1(" + storage + "Qq\2K\0K\2K\3\206q\3K\3K\1\206q\4tR";
        torchBomb("torch-tensors", PickleWriter.old().raw("](" + tensor + "e").times(600_000, "h\1(h\2K\0h\3h\4tRa"), "over the limit of");
        torchBomb("torch-repeated", PickleWriter.old().raw("](" + tensor + "e").times(40, "h\1(h\2K\0J\0\0\20\0\205K\0\205tRa"),
                "the arrays hold more bytes than the file");
    }

    /// A file of `torch.save` with one sound tensor, and this as its metadata.
    private void torchBomb(String name, PickleWriter value, String reason) {
        byte[] pickle = PickleWriter.protocol(2).raw("}").text("model").raw("}").text("w")
                .tensor("_rebuild_tensor", "FloatStorage", "0", 6, 0, new int[]{2, 3}, 3, 1).raw("ss").text("extra").raw(value.unfinished())
                .raw("s").stop();
        bomb(name, ZipWriter.torch(pickle).record("archive/data/0", new byte[24]).finish(), reason);
    }
}
