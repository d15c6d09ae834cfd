package dev.maskforge.vision;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/// Class lists that are wrong or made to do harm. Each is refused in one line with the file, the line and the cure.
class HostileClassListTest {
    @TempDir
    Path folder;

    private static byte[] text(String content) {
        return content.getBytes(StandardCharsets.UTF_8);
    }

    private static String lines(int count) {
        return IntStream.range(0, count).mapToObj(i -> "c" + i).collect(Collectors.joining("\n"));
    }

    static Stream<Arguments> faults() {
        return Stream.of(arguments(text(""), "it has no class"), arguments(text("# only a comment\n\n"), "it has no class"),
                arguments(text("road\n\ncar\n"), "line 2 is empty"),
                arguments(text("road\ncar\nroad\n"), "line 3 names 'road' as line 1 does"),
                arguments(text("road\tstuff\ncar\n"), "line 2 has 1 cells between tabs, the lines before it 2"),
                arguments(text("road\t1\t2\n"), "line 1 has 3 cells"),
                arguments(text("a" + "\t".repeat(100_000)), "line 1 has 100001 cells"),
                arguments(text("road\tstuff\n\tthing\n"), "line 2 has no name"),
                arguments(text("road\tStuff\n"), "the last cell of line 1 is 'Stuff'"),
                arguments(text("road\t65536\t0\t0\t0\tstuff\n"), "the dataset id in line 1 is '65536'"),
                arguments(text("road\t-1\t0\t0\t0\tstuff\n"), "the dataset id in line 1 is '-1'"),
                arguments(text("road\t1\t256\t0\t0\tstuff\n"), "the red in line 1 is '256'"),
                arguments(text("road\t1\t0\t1e1\t0\tstuff\n"), "the green in line 1 is '1e1'"),
                arguments(text("road\t1\t0\t0\t" + "9".repeat(1_000_000) + "\tstuff\n"), "the blue in line 1 is '9999"),
                arguments(text("road\t1\t0\t0\t٣\tstuff\n"), "the blue in line 1 is"),
                arguments(text("x".repeat(257)), "the name in line 1 has 257 characters"),
                arguments(text("a\33[31mred\n"), "control characters"), arguments(text("road\rcar\n"), "control characters"),
                arguments(text("{\n\"id2label\": {}}"), "line 1 begins like JSON"),
                arguments(new byte[]{'a', (byte) 0xff, (byte) 0xfe}, "it is not text in UTF-8"),
                arguments(new byte[]{(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, "it is not text in UTF-8"),
                arguments("road\ncar".getBytes(StandardCharsets.UTF_16), "it is not text in UTF-8"),
                arguments(text("\0".repeat(200)), "control characters"), arguments(text(lines(65_537)), "more than 65536 classes"),
                arguments(new byte[(4 << 20) + 1], "larger than 4 MiB"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void areRefusedInOneLine(byte[] content, String message) throws IOException {
        Path file = Files.write(folder.resolve("classes.tsv"), content);
        refused(file, message);
    }

    @Test
    void theLargestListIsRead() throws IOException {
        assertEquals(65_536, ClassList.read(Files.writeString(folder.resolve("large.txt"), lines(65_536))).size());
    }

    @Test
    void whatIsNoFileIsRefused() throws IOException {
        refused(folder, "it is a folder");
        refused(folder.resolve("missing.txt"), "there is no such file");
        refused(Files.writeString(folder.resolve("file"), "a").resolve("below"), "; check");
        Path zero = Path.of("/dev/zero");
        assumeTrue(Files.exists(zero));
        refused(zero, "a device");
        Path loop = Files.createSymbolicLink(folder.resolve("loop"), folder.resolve("loop"));
        refused(loop, "; check that it can be read");
    }

    private static void refused(Path file, String message) {
        ClassListException refusal = assertThrows(ClassListException.class, () -> ClassList.read(file));
        String line = String.valueOf(refusal.getMessage());
        assertTrue(line.startsWith("cannot read the classes in '" + file + "': ") && line.contains(message), line);
        assertEquals(1, line.lines().count(), line);
        assertTrue(line.contains("; ") && line.length() < 400, line);
        assertTrue(line.codePoints().noneMatch(Character::isISOControl), line);
    }
}
