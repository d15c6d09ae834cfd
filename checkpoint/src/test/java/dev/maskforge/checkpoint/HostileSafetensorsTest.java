package dev.maskforge.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static dev.maskforge.checkpoint.SafetensorsWriter.file;
import static dev.maskforge.checkpoint.SafetensorsWriter.tensor;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Safetensors files that lie, each with what must be said of it.
class HostileSafetensorsTest {
    private static final String SOUND = "{" + tensor("a", "F32", "[2]", 0, 8) + "}";
    private static final String LENGTH = "its header says to have ";

    /// A header over eight bytes of data, or what is in its place, and a part of the message that refuses it.
    private record Hostile(String name, String header, String reason) {
        DynamicTest test() {
            return DynamicTest.dynamicTest(name, () -> {
                String message = Refusals.of(file(header, 8));
                assertTrue(message.contains(reason), message);
            });
        }
    }

    private static Hostile entry(String name, String entry, String reason) {
        return new Hostile(name, "{\"a\":" + entry + "}", reason);
    }

    private static Hostile offsets(String offsets, String reason) {
        return entry("offsets " + offsets, "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" + offsets + "}", reason);
    }

    private static Hostile shape(String shape, String reason) {
        return entry("shape " + shape, "{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":[0,8]}", reason);
    }

    @TestFactory
    Stream<DynamicTest> lengths() {
        byte[] header = SOUND.getBytes(StandardCharsets.UTF_8);
        return Stream.of(0L, header.length + 9L, 1000L, 100_000_001L, 1L << 31, (1L << 31) - 1, Long.MAX_VALUE, Long.MIN_VALUE, -1L)
                .map(length -> DynamicTest.dynamicTest(Long.toUnsignedString(length), () -> {
                    String message = Refusals.of(file(length, header, 8));
                    assertTrue(message.contains(LENGTH + Long.toUnsignedString(length) + " bytes"), message);
                }));
    }

    @TestFactory
    Stream<DynamicTest> shortLengths() {
        byte[] header = SOUND.getBytes(StandardCharsets.UTF_8);
        return Stream.of(1, 2, 7, header.length - 1).map(length -> DynamicTest.dynamicTest(Integer.toString(length), () -> {
            String message = Refusals.of(file(length, header, 8));
            assertTrue(message.contains("the header"), message);
        }));
    }

    @TestFactory
    Stream<DynamicTest> headers() {
        String one = tensor("a", "F32", "[2]", 0, 8);
        return Stream.of(
                new Hostile("no tensors", "{}", "the file holds no tensors"),
                new Hostile("only metadata", "{\"__metadata__\":{\"a\":\"b\"}}", "the file holds no tensors"),
                new Hostile("not an object", "[1,2]     ", "no kind of checkpoint"),
                new Hostile("a byte order mark", "\ufeff" + SOUND, "no kind of checkpoint"),
                new Hostile("a space first", " " + SOUND, "no kind of checkpoint"),
                new Hostile("two objects", SOUND + "{}", "more follows after its end"),
                new Hostile("a number after", SOUND + "0", "more follows after its end"),
                new Hostile("cut", SOUND.substring(0, 20), "the header is not JSON"),
                new Hostile("a trailing comma", "{" + one + ",}", "the header is not JSON"),
                new Hostile("a comment", "{" + one + "/*a*/}", "the header is not JSON"),
                new Hostile("duplicate", "{" + one + "," + one + "}", "the tensor 'a' is damaged: it is there twice"),
                new Hostile("duplicate by an escape", "{" + one + "," + tensor("\\u0061", "F32", "[2]", 0, 8) + "}", "it is there twice"),
                new Hostile("deep", "{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}", "in place of an object"),
                new Hostile("deep shape", "{\"a\":{\"shape\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}}",
                        "in place of a whole number"),
                new Hostile("deep objects", "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000), "which the format does not"),
                new Hostile("a control character", "{\"a\n\":1}", "the header is not JSON"),
                new Hostile("NUL in a name", "{\"a\\u0000\":1}", "which no layer can be"),
                new Hostile("a line separator in a name", "{\"a\\u2028\":1}", "which no layer can be"),
                new Hostile("half a character in a name", "{\"a\\ud800\":1}", "the header is not JSON"),
                new Hostile("no name", "{\"\":1}", "which no layer can be"),
                new Hostile("a long name", "{\"" + "a".repeat(1025) + "\":1}", "which no layer can be"),
                new Hostile("a name of 1 MB", "{\"" + "a".repeat(1_000_000) + "\":1}", "longer or more deeply nested"),
                new Hostile("a text of 20 MB", "{\"a\":{\"dtype\":\"" + "a".repeat(20_000_000) + "\"}}", "longer or more deeply nested"),
                new Hostile("many shapes", "{" + IntStream.range(0, 100_001).mapToObj(i -> tensor("a" + i, "F32", "[0," + i + "]", 0, 0))
                        .collect(joining(",")) + "}", "100000 different shapes"),
                new Hostile("too many tensors", "{" + IntStream.range(0, 1_000_001).mapToObj(i -> tensor("" + i, "U8", "[0]", 0, 0))
                        .collect(joining(",")) + "}", "one more than 1000000 tensors"))
                .map(Hostile::test);
    }

    @TestFactory
    Stream<DynamicTest> metadata() {
        return Stream.of(
                new Hostile("a list", "{\"__metadata__\":[]}", "__metadata__ is damaged: there is START_ARRAY in place of an object"),
                new Hostile("null", "{\"__metadata__\":null}", "in place of an object"),
                new Hostile("a number", "{\"__metadata__\":{\"a\":1}}", "in place of a text"),
                new Hostile("an object", "{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}", "in place of a text"),
                new Hostile("a null text", "{\"__metadata__\":{\"a\":null}}", "in place of a text"),
                new Hostile("a name twice", "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", "the name 'a' is there twice"),
                new Hostile("twice", "{\"__metadata__\":{},\"__metadata__\":{}}", "__metadata__ is damaged: it is there twice"),
                new Hostile("a tensor", "{" + tensor("__metadata__", "F32", "[2]", 0, 8) + "}", "in place of a text"),
                new Hostile("many",
                        "{\"__metadata__\":{" + IntStream.range(0, 10_001).mapToObj(i -> "\"" + i + "\":\"\"").collect(joining(","))
                                + "}}",
                        "more than 10000 entries"))
                .map(Hostile::test);
    }

    @TestFactory
    Stream<DynamicTest> entries() {
        return Stream.of(
                entry("a number", "1", "in place of an object"),
                entry("null", "null", "in place of an object"),
                entry("a list", "[]", "in place of an object"),
                entry("nothing", "{}", "it lacks its dtype, its shape, or"),
                entry("no dtype", "{\"shape\":[2],\"data_offsets\":[0,8]}", "it lacks its dtype"),
                entry("no shape", "{\"dtype\":\"F32\",\"data_offsets\":[0,8]}", "it lacks its dtype, its shape"),
                entry("no offsets", "{\"dtype\":\"F32\",\"shape\":[2]}", "it lacks its dtype, its shape, or the two numbers"),
                entry("another field", "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"strides\":[1]}", "it has 'strides'"),
                entry("dtype twice", "{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}",
                        "it has its dtype twice"),
                entry("shape twice", "{\"dtype\":\"F32\",\"shape\":[2],\"shape\":[2],\"data_offsets\":[0,8]}", "it has its shape twice"),
                entry("dtype is a number", "{\"dtype\":32,\"shape\":[2],\"data_offsets\":[0,8]}", "in place of the name of a type"),
                entry("dtype is small", "{\"dtype\":\"f32\",\"shape\":[2],\"data_offsets\":[0,8]}", "elements of the type 'f32'"),
                entry("dtype breaks the line", "{\"dtype\":\"F\\n32\",\"shape\":[2],\"data_offsets\":[0,8]}", "the type 'F\\u000a32'"),
                entry("F4", "{\"dtype\":\"F4\",\"shape\":[16],\"data_offsets\":[0,8]}",
                        "elements of the type 'F4', which no model here can use"),
                entry("C64", "{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]}", "elements of the type 'C64'"),
                entry("U64", "{\"dtype\":\"U64\",\"shape\":[1],\"data_offsets\":[0,8]}", "elements of the type 'U64'")).map(Hostile::test);
    }

    @TestFactory
    Stream<DynamicTest> places() {
        return Stream.of(
                offsets("[NaN,8]", "the header is not JSON"), offsets("[0,1e3]", "in place of a whole number"),
                offsets("[0,8.0]", "in place of a whole number"), offsets("[-0,8]", "it has the number -0"),
                offsets("[-8,0]", "it has the number -8"), offsets("[\"0\",\"8\"]", "in place of a whole number"),
                offsets("[null,8]", "in place of a whole number"), offsets("[0,08]", "the header is not JSON"),
                offsets("[8,0]", "it lies from 8 to 0"), offsets("[0]", "the two numbers"), offsets("[]", "the two numbers"),
                offsets("[0,8,8]", "a list of more than 2 numbers"), offsets("{}", "in place of a list"),
                offsets("8", "in place of a list"),
                offsets("[0,9223372036854775807]", "it lies from 0 to 9223372036854775807"),
                offsets("[9223372036854775807,0]", "it lies from 9223372036854775807 to 0"),
                offsets("[0,9223372036854775808]", "it has the number 9223372036854775808"),
                offsets("[0,18446744073709551615]", "it has the number 18446744073709551615"),
                offsets("[0," + "9".repeat(1000) + "]", "longer or more deeply nested"),
                offsets("[8,16]", "begins at byte 8 of the data, where the one before ends at 0"),
                offsets("[0,4]", "take 8 bytes, but it lies from 0 to 4"),
                shape("[1]", "take 4 bytes, but it lies from 0 to 8"), shape("[]", "take 4 bytes"), shape("[0]", "take 0 bytes"),
                shape("[-2]", "it has the number -2"), shape("[2.0]", "in place of a whole number"), shape("2", "in place of a list"),
                shape("[4294967296,4294967296]", "more than any file holds"),
                shape("[4294967296,4294967296,0]", "more than any file holds"),
                shape("[0,9223372036854775807]", "more than any file holds"),
                shape("[2305843009213693952,8]", "more than any file holds"),
                shape("[1,1,1,1,1,1,1,1,2]", "a list of more than 8 numbers"), shape("[true]", "in place of a whole number"))
                .map(Hostile::test);
    }

    @TestFactory
    Stream<DynamicTest> holesAndOverlaps() {
        return Stream.of(
                new Hostile("a hole", "{" + tensor("a", "U8", "[2]", 0, 2) + "," + tensor("b", "U8", "[2]", 6, 8) + "}",
                        "the tensor 'b' begins at byte 6 of the data, where the one before ends at 2"),
                new Hostile("a hole first", "{" + tensor("a", "F32", "[1]", 4, 8) + "}", "the tensor 'a' begins at byte 4"),
                new Hostile("an overlap", "{" + tensor("a", "U8", "[6]", 0, 6) + "," + tensor("b", "U8", "[6]", 2, 8) + "}",
                        "the tensor 'b' begins at byte 2 of the data, where the one before ends at 6"),
                new Hostile("the same bytes twice", "{" + tensor("a", "F32", "[2]", 0, 8) + "," + tensor("b", "F32", "[2]", 0, 8) + "}",
                        "begins at byte 0 of the data, where the one before ends at 8"),
                new Hostile("nothing within another", "{" + tensor("a", "F32", "[2]", 0, 8) + "," + tensor("b", "F32", "[0]", 4, 4) + "}",
                        "begins at byte 4 of the data"),
                new Hostile("bytes left over", "{" + tensor("a", "F32", "[1]", 0, 4) + "}", "the tensors take 4 bytes, but 8 follow"),
                new Hostile("bytes lacking", "{" + tensor("a", "F32", "[3]", 0, 12) + "}", "the tensors take 12 bytes, but 8 follow"),
                new Hostile("far more than there is", "{" + tensor("a", "F32", "[1000000000000]", 0, 4_000_000_000_000L) + "}",
                        "the tensors take 4000000000000 bytes, but 8 follow"),
                new Hostile("100,000 overlaps", "{" + IntStream.range(0, 100_000).mapToObj(i -> tensor("a" + i, "F32", "[2]", 0, 8))
                        .collect(joining(",")) + "}", "where the one before ends at 8"))
                .map(Hostile::test);
    }

    @TestFactory
    Stream<DynamicTest> encodings() {
        List<byte[]> names = List.of(new byte[]{(byte) 0xff}, new byte[]{(byte) 0xc1, (byte) 0xa1},
                new byte[]{(byte) 0xed, (byte) 0xa0, (byte) 0x80}, new byte[]{(byte) 0xf5, (byte) 0x80, (byte) 0x80, (byte) 0x80},
                new byte[]{(byte) 0xe2, (byte) 0x82});
        return IntStream.range(0, names.size()).mapToObj(i -> DynamicTest.dynamicTest("name " + i, () -> {
            byte[] header = SOUND.replace("\"a\"", "\"" + new String(names.get(i), StandardCharsets.ISO_8859_1) + "\"")
                    .getBytes(StandardCharsets.ISO_8859_1);
            String message = Refusals.of(file(header.length, header, 8));
            assertTrue(message.contains("the header is no text in UTF-8"), message);
        }));
    }

    @Test
    void namesAreNoPaths() {
        for (String name : List.of("../x", "/etc/passwd", "a/b", "..", "C:\\\\x")) {
            assertTrue(Refusals.isRead(file("{" + tensor(name, "F32", "[2]", 0, 8) + "}", 8)), name);
        }
    }

    @Test
    void aFileCutAnywhereIsRefused() throws IOException {
        byte[] sound = Files.readAllBytes(Path.of(System.getProperty("maskforge.fixtures"), "safetensors", "plain.safetensors"));
        assertTrue(Refusals.isRead(sound));
        for (int length = 1; length < sound.length; length++) {
            Refusals.of(Arrays.copyOf(sound, length));
        }
    }

    @Test
    void aFileWithAnyBitFlippedIsReadOrRefused() throws IOException {
        byte[] sound = Files.readAllBytes(Path.of(System.getProperty("maskforge.fixtures"), "safetensors", "with-metadata.safetensors"));
        int read = 0;
        for (int bit = 0; bit < 8 * sound.length; bit++) {
            byte[] damaged = sound.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            read += Refusals.isRead(damaged) ? 1 : 0;
        }
        System.out.println(8 * sound.length + " files with one bit flipped: " + read + " read, the others refused");
        assertTrue(read > 0 && read < 8 * sound.length, "read " + read);
        assertEquals(2321, sound.length);
    }
}
