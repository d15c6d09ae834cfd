package dev.maskforge.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

import static dev.maskforge.checkpoint.SafetensorsWriter.file;
import static dev.maskforge.checkpoint.SafetensorsWriter.tensor;

/// Any bytes are a safetensors file, all of whose tensors can be read, or are refused in one line.
class SafetensorsFuzzTest {
    private static final Path FIXTURES = Path.of(System.getProperty("maskforge.fixtures"), "safetensors");

    static Stream<byte[]> files() throws IOException {
        return Stream.of(Files.readAllBytes(FIXTURES.resolve("with-metadata.safetensors")),
                file("{" + tensor("a", "F32", "[2,3]", 0, 24) + "," + tensor("b", "BOOL", "[]", 24, 25) + "}  ", 25),
                file("{\"__metadata__\":{\"format\":\"pt\"}," + tensor("\\u0061.weight", "I16", "[0,4]", 0, 0) + ","
                        + tensor("b", "BF16", "[1,1,2]", 0, 4) + "}", 4));
    }

    @MethodSource("files")
    @FuzzTest(maxDuration = "10m")
    void read(byte[] bytes) {
        if (bytes.length > 0) {
            Refusals.isRead(bytes);
        }
    }

    static Stream<byte[]> headers() {
        return Stream.of("{" + tensor("a", "F32", "[2,2]", 0, 16) + "," + tensor("b", "BOOL", "[]", 16, 17) + ","
                + tensor("c", "I8", "[7]", 17, 24) + "}  ",
                "{\"__metadata__\":{\"format\":\"pt\",\"a\":\"\"}," + tensor("\\u0061.weight", "I16", "[0,4]", 0, 0) + ","
                        + tensor("b", "F64", "[3,1]", 0, 24) + "}",
                "{" + tensor("d", "BF16", "[12]", 0, 24) + "}", "{" + tensor("d", "U32", "[6]", 0, 24) + "}")
                .map(header -> header.getBytes(StandardCharsets.UTF_8));
    }

    /// The header alone, so that no luck with its length is needed.
    @MethodSource("headers")
    @FuzzTest(maxDuration = "10m")
    void header(byte[] header) {
        Refusals.isRead(file(header.length, header, 24));
    }
}
