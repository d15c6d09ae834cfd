package dev.maskforge.checkpoint;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// JSON and YAML files that would grow, nest or go on without end, that say two things at once, or that are something else.
class HostileDocumentsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @TempDir
    private Path folder = Path.of("");

    /// A file, and a part of the message that refuses it.
    ///
    /// @param content each char below 256 a byte
    private record Hostile(String name, String content, String reason) {
        byte[] bytes() {
            return content.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private Stream<DynamicTest> refusals(String ending, List<Hostile> files) {
        return files.stream().map(file -> DynamicTest.dynamicTest(file.name, () -> {
            Path path = Files.write(folder.resolve(file.name + ending), file.bytes());
            String message = refusal(path);
            assertTrue(message.contains(file.reason), message);
        }));
    }

    private static String refusal(Path path) {
        long started = processorTime();
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> read(path));
        assertTrue(processorTime() - started < PATIENCE.toNanos(), "took too long");
        return Refusals.checked(refusal, path);
    }

    private static void read(Path path) {
        if (path.toString().endsWith(".json")) {
            Documents.json(path);
        } else {
            Documents.yaml(path);
        }
    }

    /// Of this thread, so that it does not depend on what else the machine does.
    private static long processorTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @TestFactory
    Stream<DynamicTest> json() {
        String digits = "9".repeat(1000);
        return refusals(".json", List.of(
                new Hostile("empty", "", "the file is empty"),
                new Hostile("spaces", " \n ", "ends too early"),
                new Hostile("cut", "{\"a\": [1, 2", "line 1: this is not JSON"),
                new Hostile("cut-name", "{\"a", "this is not JSON"),
                new Hostile("cut-object", "{\"a\": 1", "this is not JSON"),
                new Hostile("two", "{}\n{}", "line 2: there is more after the end"),
                new Hostile("duplicate", "{\"a\": 1,\n\"b\": 2,\n\"a\": 3}",
                        "line 3: two entries of one mapping are named 'a'; remove one"),
                new Hostile("duplicate-escaped", "{\"a\": 1, \"\\u0061\": 3}", "named 'a'"),
                new Hostile("nan", "[NaN]", "this is not JSON"),
                new Hostile("infinity", "[-Infinity]", "this is not JSON"),
                new Hostile("comment", "[1] // one", "this is not JSON"),
                new Hostile("trailing-comma", "[1,]", "this is not JSON"),
                new Hostile("single-quotes", "{'a': 1}", "this is not JSON"),
                new Hostile("leading-zero", "[01]", "this is not JSON"),
                new Hostile("plus", "[+1]", "this is not JSON"),
                new Hostile("control", "[\"a\nb\"]", "this is not JSON"),
                new Hostile("deep-arrays", "[".repeat(10_000) + "]".repeat(10_000), "more deeply nested than is read"),
                new Hostile("deep-objects", "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000), "more deeply nested than is read"),
                new Hostile("long-number", "[" + digits + "]", "larger or more deeply nested than is read"),
                new Hostile("huge-exponent", "[1e999999999]", "far beyond any that is needed"),
                new Hostile("exponent-beyond-int", "[1e99999999999999]", "far beyond any that is needed"),
                new Hostile("tiny-exponent", "[1e-999999999]", "far beyond any that is needed"),
                new Hostile("long-text", "[\"" + "a".repeat(20_000_000) + "\"]", "larger or more deeply nested than is read"),
                new Hostile("long-name", "{\"" + "a".repeat(20_000_000) + "\": 1}", "larger or more deeply nested than is read"),
                new Hostile("too-long-a-file", "[\"" + "a".repeat(50_000_000) + "\"]", "no configuration or index needs"),
                new Hostile("many-values", "[" + "0,".repeat(600_000) + "0]", "over the limit of 500000"),
                new Hostile("latin1", "[\"\u00e9\"]", "no text in UTF-8"),
                new Hostile("utf16", "[\0\"\0a\0\"\0]\0", "this is not JSON"),
                new Hostile("surrogate", "\"\u00ed\u00a0\u0080\"", "no text in UTF-8"),
                new Hostile("overlong", "\"\u00c0\u0080\"", "no text in UTF-8"),
                new Hostile("binary", binary(), "")));
    }

    @TestFactory
    Stream<DynamicTest> yaml() {
        return refusals(".yaml", List.of(
                new Hostile("empty", "", "the file is empty"),
                new Hostile("only-a-comment", "# nothing\n", "there is no document"),
                new Hostile("two", "a: 1\n---\nb: 2\n", "a second document begins; give a file of one document"),
                new Hostile("duplicate", "a: 1\nb: 2\na: 3\n", "line 3: two entries of one mapping are named 'a'; remove one"),
                new Hostile("duplicate-quoted", "1: 1\n\"1\": 2\n", "line 2: two entries of one mapping are named '1'"),
                new Hostile("laughs-of-lists", laughs("[", "]"), "aliases written out, grow over the limit of 500000"),
                new Hostile("laughs-of-mappings", "a: &a {x: 1}\n" + IntStream.range(0, 25).mapToObj(
                        i -> name(i + 1) + ": &" + name(i + 1) + " {l: *" + name(i) + ", r: *" + name(i) + "}\n").collect(joining()),
                        "aliases written out, grow over the limit of 500000"),
                new Hostile("laughs-in-depth", "a: &a [1]\n" + IntStream.range(0, 200).mapToObj(
                        i -> name(i + 1) + ": &" + name(i + 1) + " [*" + name(i) + "]\n").collect(joining()),
                        "aliases written out, grows over the limit of 100"),
                new Hostile("in-itself", "a: &a [*a]\n", "the alias *a stands for nothing"),
                new Hostile("in-itself-again", "b: &a 1\na: &a [*a]\n", "the alias *a stands for nothing"),
                new Hostile("unknown-alias", "a: *none\n", "the alias *none stands for nothing"),
                new Hostile("merge", "a: &a {x: 1}\nb:\n  <<: *a\n", "line 3: a merge key (<<) is used; write the entries out"),
                new Hostile("list-as-name", "[1, 2]: 3\n", "the name of an entry is no plain text"),
                new Hostile("alias-as-name", "a: &a b\n*a : 3\n", "the name of an entry is no plain text"),
                new Hostile("deep-flow", "[".repeat(10_000) + "]".repeat(10_000), "over the limit of 100"),
                new Hostile("deep-flow-mappings", "{a: ".repeat(10_000) + "1" + "}".repeat(10_000), "over the limit of 100"),
                new Hostile("deep-block", "- ".repeat(10_000) + "1", "over the limit of 100"),
                new Hostile("deep-names", "? ".repeat(10_000) + "1", "the name of an entry is no plain text"),
                new Hostile("deep-indentation", IntStream.range(0, 1000).mapToObj(i -> " ".repeat(i) + "a:\n").collect(joining()),
                        "over the limit of 100"),
                new Hostile("long-text", "a: " + "b".repeat(50_000_000), "no configuration or index needs"),
                new Hostile("long-name", "? " + "b".repeat(10_000) + "\n: 1", "the length of a name grows over the limit"),
                new Hostile("many-values", "[" + "0,".repeat(500_001) + "0]", "over the limit of 500000"),
                new Hostile("tab", "a:\n\t- 1\n", "line 2: this is not YAML"),
                new Hostile("unclosed-quote", "a: \"b\n", "this is not YAML"),
                new Hostile("unclosed-list", "a: [1, 2\n", "this is not YAML"),
                new Hostile("two-anchors", "a: &a &b 1\n", "this is not YAML"),
                new Hostile("unknown-handle", "a: !x!y 1\n", "this is not YAML"),
                new Hostile("version", "%YAML 99999999999999999999.1\n--- 1\n", ""),
                new Hostile("version-2", "%YAML 2.0\n--- 1\n", "this is not YAML"),
                new Hostile("code-point", "\"\\U7fffffff\"\n", "this is not YAML"),
                new Hostile("control", "a: \u0007\n", "this is not YAML"),
                new Hostile("latin1", "a: \u00e9", "no text in UTF-8"),
                new Hostile("utf16", "a\0:\0 \0001\0", "this is not YAML"),
                new Hostile("binary", binary(), "")));
    }

    /// Nine levels of ten aliases each.
    private static String laughs(String open, String close) {
        List<String> lines = new ArrayList<>(List.of("a: &a " + open + "lol" + close));
        for (int level = 1; level < 10; level++) {
            int below = level - 1;
            lines.add(name(level) + ": &" + name(level) + " " + open
                    + IntStream.range(0, 10).mapToObj(_ -> "*" + name(below)).collect(joining(", ")) + close);
        }
        return String.join("\n", lines) + "\n";
    }

    private static String name(int level) {
        return level == 0 ? "a" : "n" + level;
    }

    private static String binary() {
        return IntStream.range(0, 4096).mapToObj(i -> String.valueOf((char) ((i * 31 + i / 256) % 256))).collect(joining());
    }

    /// Files of the greatest size that the scanner must get through in one go.
    @TestFactory
    Stream<DynamicTest> longFilesTakeNoLongerThanTheirLength() {
        int size = 1_000_000;
        return Stream.of(
                new Hostile("directives", "%TAG !a! b\n".repeat(size / 11), ""),
                new Hostile("comments", "#\n".repeat(size / 2), ""),
                new Hostile("lines", "\n".repeat(size), ""),
                new Hostile("plain-over-lines", "a\n".repeat(size / 2), "read"),
                new Hostile("folded", ">\n" + "  a\n\n".repeat(size / 5), "read"),
                new Hostile("literal", "|\n" + " a\n".repeat(size / 3), "read"),
                new Hostile("literal-indentation", "|\n" + " ".repeat(size - 10) + "\n a", ""),
                new Hostile("escapes", "\"" + "\\x41".repeat(size / 4) + "\"", "read"),
                new Hostile("line-escapes", "\"" + "\\\n".repeat(size / 2) + "\"", "read"),
                new Hostile("single-quotes", "'" + "''".repeat(size / 2 - 2) + "'", "read"),
                new Hostile("name-without-end", "a".repeat(size - 10) + ": 1", ""),
                new Hostile("tag-without-end", "!" + "a".repeat(size - 10), ""),
                new Hostile("tag-escapes", "!" + "%41".repeat(size / 3 - 3) + " a", ""),
                new Hostile("anchor-without-end", "&" + "a".repeat(size - 10), ""),
                new Hostile("anchors", IntStream.range(0, 60_000).mapToObj(i -> "- &a" + i + " b\n").collect(joining()), "read"),
                new Hostile("flow-pairs", "[" + "a: b, ".repeat(size / 6 - 1) + "]", ""),
                new Hostile("flow-quoted", "[" + "\"a\": ".repeat(size / 5 - 1) + "]", ""),
                new Hostile("flow-commas", "[" + "? ".repeat(size / 2 - 1) + "]", ""),
                new Hostile("entries", IntStream.range(0, 80_000).mapToObj(i -> "a" + i + ": 1\n").collect(joining()), "read"),
                new Hostile("colliding-names",
                        IntStream.range(0, 1 << 14).mapToObj(HostileDocumentsTest::colliding).map(each -> each + ": 1\n")
                                .collect(joining()),
                        "read"))
                .map(file -> DynamicTest.dynamicTest(file.name, () -> {
                    Path path = Files.write(folder.resolve(file.name + ".yaml"), file.bytes());
                    long started = processorTime();
                    String outcome = "read";
                    try {
                        Documents.yaml(path);
                    } catch (CheckpointException refusal) {
                        outcome = Refusals.checked(refusal, path);
                    }
                    long milliseconds = Duration.ofNanos(processorTime() - started).toMillis();
                    System.out.println(file.name + ": " + milliseconds + " ms, " + outcome);
                    assertTrue(milliseconds < PATIENCE.toMillis(), milliseconds + " ms");
                    assertTrue(outcome.contains(file.reason), outcome);
                }));
    }

    /// Texts of one `hashCode`.
    private static String colliding(int index) {
        return IntStream.range(0, 14).mapToObj(bit -> (index >> bit & 1) == 0 ? "Aa" : "BB").collect(joining());
    }

    @Test
    void whatIsNoFileIsRefused() throws IOException {
        assertTrue(refusal(Files.createDirectory(folder.resolve("folder.json"))).contains("this is a folder"));
        assertTrue(refusal(folder.resolve("none.yaml")).contains("there is no such file"));
        Path loop = folder.resolve("loop.json");
        Files.createSymbolicLink(loop, loop);
        refusal(loop);
        Path zero = folder.resolve("zero.json");
        Files.createSymbolicLink(zero, Path.of("/dev/zero"));
        assertTrue(refusal(zero).contains("no regular file"));
    }
}
