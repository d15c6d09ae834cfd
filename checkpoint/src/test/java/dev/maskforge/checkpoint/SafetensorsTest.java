package dev.maskforge.checkpoint;

import dev.maskforge.graph.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import static dev.maskforge.checkpoint.SafetensorsWriter.file;
import static dev.maskforge.checkpoint.SafetensorsWriter.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Files that the original library wrote, against hashes of what PyTorch has.
class SafetensorsTest {
    private static final Path FIXTURES = Path.of(System.getProperty("maskforge.fixtures"), "safetensors");

    @TempDir
    private Path folder = Path.of("");

    @TestFactory
    Stream<DynamicTest> everyTensorIsReadAsItWasSaved() throws IOException {
        ExpectedTensors expected = ExpectedTensors.in(FIXTURES);
        assertEquals(List.of("plain.safetensors", "sharded", "with-metadata.safetensors"), List.copyOf(expected.tensors().keySet()));
        return expected.tensors().entrySet().stream().map(file -> DynamicTest.dynamicTest(file.getKey(), () -> {
            try (Weights weights = expected.open(file.getKey())) {
                assertEquals(16, file.getValue().size());
                assertEquals(Map.of(), weights.skipped());
            }
        }));
    }

    @Test
    void whatHasNoUseIsRefusedByName() {
        String message = Refusals.of(FIXTURES.resolve("refused-float8.safetensors"));
        assertTrue(message.contains("the tensor 'weight' has elements of the type 'F8_E4M3'"), message);
    }

    @Test
    void metadataIsRead() {
        try (Weights weights = Checkpoints.open(FIXTURES.resolve("with-metadata.safetensors"))) {
            assertEquals(Map.of("format", "pt", "author", "Maskforge fixture é"), weights.metadata());
        }
        try (Weights weights = Checkpoints.open(FIXTURES.resolve("plain.safetensors"))) {
            assertEquals(Map.of(), weights.metadata());
        }
    }

    @Test
    void tensorsLieInTheFileOrAreWidenedOnce() {
        try (Weights weights = Checkpoints.open(FIXTURES.resolve("plain.safetensors"))) {
            for (String name : List.of("float64", "float32", "float16", "bfloat16", "int64", "int32", "uint8", "bool")) {
                assertTrue(weights.find(name).orElseThrow().memory().isMapped(), name);
            }
            for (String name : List.of("int16", "uint16", "int8", "uint32")) {
                assertEquals(weights.find(name).orElseThrow().memory().address(), weights.find(name).orElseThrow().memory().address(),
                        name);
            }
        }
    }

    @Test
    void halvesBecomeFloat32() {
        try (Weights weights = Checkpoints.open(FIXTURES.resolve("plain.safetensors"))) {
            for (String name : List.of("float16", "bfloat16")) {
                try (var arena = Arena.ofConfined()) {
                    float[] elements = Conversions.toFloat32(weights.find(name).orElseThrow(), arena).toFloats();
                    assertEquals(30, elements.length);
                    assertArrayEquals(new float[]{0, -0.0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY},
                            Arrays.copyOf(elements, 4));
                }
            }
        }
    }

    @Test
    void integersAreWidenedBySign() {
        String header = "{" + tensor("i8", "I8", "[2]", 0, 2) + "," + tensor("i16", "I16", "[1]", 2, 4) + ","
                + tensor("u16", "U16", "[1]", 4, 6)
                + "," + tensor("u32", "U32", "[1]", 6, 10) + "}";
        byte[] bytes = file(header, 10);
        byte[] data = {-1, 127, -2, -1, -2, -1, -1, -1, -1, -1};
        System.arraycopy(data, 0, bytes, bytes.length - data.length, data.length);
        try (Weights weights = Refusals.open(bytes)) {
            assertEquals("int32[2]", String.valueOf(weights.types().get("i8")));
            assertArrayEquals(new int[]{-1, 127}, ints(weights, "i8"));
            assertArrayEquals(new int[]{-2}, ints(weights, "i16"));
            assertArrayEquals(new int[]{65534}, ints(weights, "u16"));
            assertArrayEquals(new long[]{4294967295L}, weights.find("u32").orElseThrow().toLongs());
        }
    }

    private static int[] ints(Weights weights, String name) {
        return weights.find(name).orElseThrow().memory().toArray(Tensor.INT32);
    }

    @Test
    void paddingOrderAndEscapesAreAsTheFormatAllows() {
        String reversed = "{" + tensor("late", "F32", "[1]", 4, 8) + ",\n\t" + tensor("\\u0065arly", "F32", "[]", 0, 4) + ","
                + tensor("none", "F64", "[3,0]", 8, 8) + "," + tensor("none too", "F64", "[0]", 0, 0) + "}     ";
        try (Weights weights = Refusals.open(file(reversed, 8))) {
            assertEquals(List.of("late", "early", "none", "none too"), List.copyOf(weights.keys()));
            assertEquals("float32[]", String.valueOf(weights.types().get("early")));
            assertEquals(0, weights.find("none").orElseThrow().memory().byteSize());
            assertEquals(0x07060504, weights.find("late").orElseThrow().memory().get(Tensor.INT32, 0));
        }
    }

    @Test
    void aHeaderWhoseLengthLooksLikeAPickleIsNoPickle() {
        String header = "{" + tensor("a", "U8", "[4]", 0, 4) + "}";
        for (int length : new int[]{128, 128 + 1024, 0x0280, 0x0380, 0x0480, 0x0580}) {
            try (Weights weights = Refusals.open(file(header + " ".repeat(length - header.length()), 4))) {
                assertEquals("[a]", weights.keys().toString());
            }
        }
    }

    @Test
    void aMillionTensorsAreReadInTwoSeconds() throws IOException {
        int count = 1_000_000;
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            header.append(i == 0 ? "" : ",").append("\"l.").append(i).append("\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[")
                    .append(4L * i).append(',').append(4L * i + 4).append("]}");
        }
        Path path = Files.write(folder.resolve("many.safetensors"), file(header.append('}').toString(), 4 * count));
        long[] milliseconds = new long[3];
        for (int run = 0; run < milliseconds.length; run++) {
            long started = Refusals.processorTime();
            try (Weights weights = Checkpoints.open(path)) {
                assertEquals(count, weights.keys().size());
            }
            milliseconds[run] = (Refusals.processorTime() - started) / 1_000_000;
        }
        System.out.println(
                "a million tensors in " + Arrays.toString(milliseconds) + " ms, " + header.length() + " bytes of header");
        Arrays.sort(milliseconds);
        assertTrue(milliseconds[0] < 2000, "took too long");
    }
}
