package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Graph;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Files that lie. Whatever they hold, they are refused in one line, quickly, or are harmless.
class HostileModelTest {
    private static final String HEAD = "ir_version: 8 opset_import { version: 17 } ";
    private static final Duration HANGS = Duration.ofMinutes(1);
    private static final String X = "input { name: \"x\" type { tensor_type { elem_type: 1 shape { dim { dim_value: 2 } dim { dim_param: \"w\" } } } } }";

    @TempDir
    private Path folder;

    /// Reads a model that may be anything; any exception but ours fails the test.
    private void readAnything(byte[] model) {
        try {
            OnnxReader.read(MemorySegment.ofArray(model), new ExternalData(folder, Arena.ofAuto()), SizeGuard.on());
        } catch (OnnxException e) {
            String message = String.valueOf(e.getMessage());
            assertTrue(!message.contains("\n") && hasCure(message), message);
        }
    }

    /// Whether something stands behind what is wrong.
    private static boolean hasCure(String message) {
        return message.matches(".+; [a-z].+");
    }

    private static byte[] model() {
        Graph graph = EveryOperation.graphs(EveryOperation.Sizes.FREE).get("slice");
        return OnnxWriterTest.write(Objects.requireNonNull(graph));
    }

    @Test
    void filesCutAnywhere() {
        byte[] model = model();
        for (int length = 0; length < model.length; length++) {
            readAnything(Arrays.copyOf(model, length));
        }
    }

    @Test
    void bitsFlippedAnywhere() {
        byte[] model = OnnxWriterTest.write(Objects.requireNonNull(EveryOperation.graphs(EveryOperation.Sizes.FREE).get("expand")));
        for (int bit = 0; bit < 8 * Math.min(model.length, 4096); bit++) {
            byte[] flipped = model.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            readAnything(flipped);
        }
    }

    @Test
    void bytesReplacedAnywhere() {
        byte[] model = model();
        for (int position = 0; position < model.length; position++) {
            for (byte value : new byte[]{0, 1, 0x7F, (byte) 0x80, (byte) 0xFF}) {
                byte[] changed = model.clone();
                changed[position] = value;
                readAnything(changed);
            }
        }
    }

    static Stream<Arguments> lies() {
        return Stream.of(Arguments.of("is empty", new byte[0], "there is no graph"),
                Arguments.of("a picture", "\u0089PNG\r\n\u001a\n0000".getBytes(StandardCharsets.ISO_8859_1), "not an ONNX model"),
                Arguments.of("a length of 2 GiB", bytes(0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07), "2147483647 bytes"),
                Arguments.of("a length of 2^64 - 1", bytes(0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01),
                        "18446744073709551615"),
                Arguments.of("a number without end", bytes(0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01),
                        "more than ten bytes"),
                Arguments.of("a field of number 0", bytes(0x00, 0x01), "the number 0"), Arguments.of("a group", bytes(0x0B), "wire type 3"),
                Arguments.of("a graph that is a number", bytes(0x38, 0x01), "wire type 0"),
                Arguments.of("text that is not UTF-8", bytes(0x3A, 0x04, 0x2A, 0x02, 0x42, 0xFF), "not an ONNX model"),
                text("IR version 99", "ir_version: 99 opset_import { version: 17 } graph { }", "IR version 99"),
                text("opset 10", "ir_version: 8 opset_import { version: 10 } graph { }", "opset 10"),
                text("opset 27", "ir_version: 8 opset_import { version: 27 } graph { }", "opset 27"),
                text("no opset", "ir_version: 8 graph { }", "does not say its opset"),
                text("functions", HEAD + "functions { name: \"f\" } graph { }", "functions of its own"),
                text("sparse constants", HEAD + "graph { sparse_initializer { dims: 1000000000000 } }", "sparse"),
                text("graphs within", HEAD + "graph { node { op_type: \"If\" attribute { name: \"then_branch\" type: GRAPH g { } } } }",
                        "control flow"),
                text("nested 20 deep", HEAD + "graph { " + "node { attribute { type: GRAPH g { ".repeat(20) + "} } } ".repeat(20) + "}",
                        "control flow"),
                text("raw data too short", constant("dims: 3 data_type: 1 raw_data: \"0000\""), "takes 12 bytes, the file has 4"),
                text("raw data too long", constant("data_type: 1 raw_data: \"00000000\""), "takes 4 bytes, the file has 8"),
                text("a tensor of 2^63 elements", constant("dims: [4294967296, 2147483648] data_type: 1 raw_data: \"0000\""),
                        "larger than any memory"),
                text("a tensor of terabytes in a list", constant("dims: 1099511627776 data_type: 1 float_data: 1"), "outside raw_data"),
                text("a size below zero", constant("dims: -1 data_type: 1"), "a size of -1"),
                text("too many elements", constant("dims: 1 data_type: 1 float_data: [1, 2]"), "more elements"),
                text("too few elements", constant("dims: 3 data_type: 7 int64_data: [1, 2]"), "takes 24 bytes, the file has 16"),
                text("elements of another type", constant("dims: 1 data_type: 1 int64_data: 1"), "another type"),
                text("texts as elements", constant("dims: 1 data_type: 8 string_data: \"a\""), "data type number 8"),
                text("rank 17", constant("dims: [" + "1, ".repeat(16) + "1] data_type: 1 float_data: 1"), "more than 16 axes"),
                text("a value of rank 17",
                        HEAD + "graph { input { name: \"x\" type { tensor_type { elem_type: 1 shape { " + "dim { } ".repeat(17)
                                + "} } } } }",
                        "more than 16 axes"),
                text("two constants of a name", HEAD + "graph { initializer { name: \"c\" data_type: 1 float_data: 1 } "
                        + "initializer { name: \"c\" data_type: 1 float_data: 1 } }", "two constants of the name 'c'"),
                text("a value defined twice", HEAD + "graph { " + X + " node { op_type: \"Relu\" input: \"x\" output: \"x\" } }",
                        "defined twice"),
                text("a loop", HEAD + "graph { " + X + " node { op_type: \"Add\" input: [\"x\", \"z\"] output: \"y\" } "
                        + "node { op_type: \"Relu\" input: \"y\" output: \"z\" } }", "takes 'z', which is not defined"),
                text("an output from nowhere", HEAD + "graph { " + X + " output { name: \"y\" } }", "'y'"),
                text("an input without a type", HEAD + "graph { input { name: \"x\" } }", "no tensor type"),
                text("an unknown operation",
                        HEAD + "graph { " + X + " node { op_type: \"Own\" domain: \"com.example\" input: \"x\" output: \"y\" } }",
                        "add it with onnx.shape_inference"),
                text("ConstantOfShape of terabytes", bomb("op_type: \"ConstantOfShape\" input: \"big\""), "makes a tensor of more than"),
                text("Expand of terabytes", bomb("op_type: \"Expand\" input: [\"one\", \"big\"]"), "makes a tensor of more than"),
                text("Tile of terabytes", bomb("op_type: \"Tile\" input: [\"one\", \"big\"]"), "makes a tensor of more than"),
                text("RandomNormal of terabytes",
                        bomb("op_type: \"RandomNormal\" attribute { name: \"shape\" type: INTS ints: [1048576, 1048576] }"),
                        "makes a tensor of more than"),
                text("a hidden size", HEAD + "graph { initializer { name: \"b\" data_type: 1 dims: 2 float_data: [1e6, 1e6] } "
                        + "node { op_type: \"Exp\" input: \"b\" output: \"e\" } node { op_type: \"Cast\" input: \"e\" output: \"s\" attribute { name: \"to\" type: INT i: 7 } } "
                        + "node { op_type: \"ConstantOfShape\" input: \"s\" output: \"y\" } }", "size that cannot be told"),
                text("a size of 2^70 by multiplication", HEAD
                        + "graph { initializer { name: \"b\" data_type: 7 dims: 1 int64_data: 4611686018427387904 } "
                        + "node { op_type: \"Mul\" input: [\"b\", \"b\"] output: \"s\" } node { op_type: \"ConstantOfShape\" input: \"s\" output: \"y\" } }",
                        "size that cannot be told"),
                text("an attribute without kind", HEAD + "graph { node { op_type: \"Relu\" attribute { name: \"a\" i: 1 } } }",
                        "of kind 0"),
                text("an attribute of two kinds", HEAD + "graph { node { op_type: \"Relu\" attribute { name: \"a\" i: 1 type: FLOAT } } }",
                        "no value of its kind"));
    }

    private static Arguments text(String name, String model, String reason) {
        return Arguments.of(name, Protobuf.bytes(model), reason);
    }

    private static String constant(String tensor) {
        return HEAD + "graph { initializer { name: \"c\" " + tensor + " } output { name: \"c\" } }";
    }

    private static String bomb(String node) {
        return HEAD + "graph { initializer { name: \"big\" data_type: 7 dims: 2 int64_data: [1048576, 1048576] } "
                + "initializer { name: \"one\" data_type: 1 dims: [1, 1] float_data: 1 } node { " + node
                + " output: \"y\" } output { name: \"y\" } }";
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void liesAreRefusedInOneLine(String name, byte[] model, String reason) throws IOException {
        Path file = Files.write(folder.resolve("model.onnx"), model);
        String message = refusal(file);
        assertTrue(message.contains(reason), message);
        assertFalse(message.contains("\n"), message);
    }

    /// What takes no more than so much of the processor, whatever else the machine does; what never ends is ended.
    private static <T> T soon(Duration most, ThrowingSupplier<T> work) {
        return assertTimeoutPreemptively(HANGS, () -> {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long start = threads.getCurrentThreadCpuTime();
            T result = work.get();
            long taken = threads.getCurrentThreadCpuTime() - start;
            System.out.printf("%d ms of processor time%n", taken / 1_000_000);
            assertTrue(taken < most.toNanos(), () -> "takes " + taken / 1_000_000 + " ms of processor time");
            return result;
        });
    }

    private static String refusal(Path file) {
        String message = String.valueOf(soon(Duration.ofSeconds(2),
                () -> assertThrows(OnnxException.class, () -> OnnxReader.read(file, Arena.ofAuto()))).getMessage());
        assertTrue(hasCure(message), message);
        assertTrue(message.startsWith(file + " cannot be read: "), message);
        assertEquals(1, message.split(Pattern.quote(file.toString()), -1).length - 1, message);
        return message;
    }

    @Test
    void trustedModelsMayBeLarge() throws IOException {
        Path file = Files.write(folder.resolve("model.onnx"), Protobuf.bytes(bomb("op_type: \"ConstantOfShape\" input: \"big\"")));
        assertTrue(OnnxReader.readTrusted(file, Arena.ofAuto()).type("y").toString().equals("float32[1048576, 1048576]"));
    }

    @Test
    void filesThatAreNone() {
        assertTrue(refusal(folder).contains("a folder"));
        assertTrue(refusal(folder.resolve("missing.onnx")).contains("no such file; check the path"));
        assertTrue(refusal(Path.of("/dev/null")).contains("a pipe or a device; name an .onnx file"));
    }

    /// What the system says of a file begins with its name.
    @Test
    void aFileThatMayNotBeReadIsNamedOnce() throws IOException {
        Path file = folder.resolve("model.onnx");
        OnnxException denied = OnnxException.unreadable(file + " cannot be read: ", new AccessDeniedException(file.toString()));
        assertEquals(file + " cannot be read: its permissions forbid it; give yourself the right to (chmod u+r)", denied.getMessage());
        OnnxException loop = OnnxException.unreadable(file + " cannot be read: ",
                new FileSystemException(file.toString(), "", "Too many levels of symbolic links"));
        assertEquals(file + " cannot be read: Too many levels of symbolic links; check its path, and the disk it is on", loop.getMessage());
    }

    /// However long the names in it are.
    @Test
    void theCureIsNeverCutOff() throws IOException {
        String message = refusal(Files.write(folder.resolve("model.onnx"),
                Protobuf.bytes(HEAD + "graph { input { name: \"" + "x".repeat(2000) + "\" } }")));
        assertTrue(message.endsWith("...; export it with shapes, or add them with onnx.shape_inference"), message);
    }

    /// Each is 5,000 nodes long; none takes time or depth without bounds.
    @ParameterizedTest
    @ValueSource(strings = {"node { op_type: \"Relu\" input: \"%s\" output: \"%s\" } ",
            "node { op_type: \"Concat\" input: [\"%1$s\", \"%1$s\"] output: \"%2$s\" attribute { name: \"axis\" type: INT i: 1 } } ",
            "node { op_type: \"MaxPool\" input: \"%s\" output: \"%s\" attribute { name: \"kernel_shape\" type: INTS ints: [3, 3] } "
                    + "attribute { name: \"strides\" type: INTS ints: [3, 3] } } "})
    void longChains(String node) throws IOException {
        String shape = "dim { dim_param: \"n\" } dim { dim_param: \"a\" } dim { dim_param: \"b\" } dim { dim_param: \"c\" }";
        String model = HEAD + "graph { input { name: \"v0\" type { tensor_type { elem_type: 1 shape { " + shape + " } } } } "
                + String.join("", IntStream.range(0, 5_000).mapToObj(i -> node.formatted("v" + i, "v" + (i + 1))).toList())
                + "output { name: \"v5000\" } }";
        byte[] bytes = Protobuf.bytes(model);
        System.out.printf("a chain of 5,000 nodes, %,d bytes%n", bytes.length);
        soon(Duration.ofSeconds(5), () -> {
            readAnything(bytes);
            return bytes;
        });
    }

    /// x·x·x·... as a size: 2^16 factors after sixteen nodes.
    @Test
    void polynomialsThatExplode() throws IOException {
        StringBuilder model = new StringBuilder(HEAD + "graph { input { name: \"x\" type { tensor_type { elem_type: 1 shape { "
                + "dim { dim_param: \"a+b+c+d\" } dim { dim_param: \"a\" } } } } } initializer { name: \"zero\" data_type: 7 dims: 1 int64_data: 0 } "
                + "node { op_type: \"Shape\" input: \"x\" output: \"s\" } node { op_type: \"Gather\" input: [\"s\", \"zero\"] output: \"m0\" } ");
        for (int i = 0; i < 40; i++) {
            model.append("node { op_type: \"Mul\" input: [\"m%1$d\", \"m%1$d\"] output: \"m%2$d\" } ".formatted(i, i + 1));
        }
        Path file = Files.write(folder.resolve("model.onnx"), Protobuf.bytes(model + "output { name: \"m40\" } }"));
        soon(Duration.ofSeconds(2), () -> OnnxReader.read(file, Arena.ofAuto()));
    }

    static Stream<Arguments> locations() {
        return Stream.of(Arguments.of("", "does not name a file"), Arguments.of("../secret", "does not name a file"),
                Arguments.of("sub/../../secret", "does not name a file"), Arguments.of("./weights", "does not name a file"),
                Arguments.of("/etc/passwd", "does not name a file"), Arguments.of("..\\\\secret", "does not name a file"),
                Arguments.of("a\\000b", "whose name is none"), Arguments.of("missing", "is not there"), Arguments.of("sub", "is not there"),
                Arguments.of("link", "is a link"), Arguments.of("linked/weights", "is a link"), Arguments.of("hard", "hard link"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("locations")
    void externalDataStaysInTheModelsFolder(String location, String reason) throws IOException {
        Path models = Files.createDirectory(folder.resolve("models"));
        Path secret = Files.write(folder.resolve("secret"), new byte[8]);
        Files.createDirectory(models.resolve("sub"));
        Files.write(models.resolve("sub/weights"), new byte[8]);
        Files.createSymbolicLink(models.resolve("link"), secret);
        Files.createSymbolicLink(models.resolve("linked"), models.resolve("sub"));
        Files.createLink(models.resolve("hard"), secret);
        String message = refusal(external(models, location, ""));
        assertTrue(message.contains(reason), message);
    }

    private static Path external(Path models, String location, String entries) throws IOException {
        return Files.write(models.resolve("model.onnx"), Protobuf.bytes(constant("dims: 2 data_type: 1 data_location: EXTERNAL "
                + "external_data { key: \"location\" value: \"" + location + "\" } " + entries)));
    }

    @Test
    void externalDataIsMeasured() throws IOException {
        Files.write(folder.resolve("weights"), new byte[]{9, 9, 9, 9, 0, 0, (byte) 0x80, 0x3F, 0, 0, 0, 0x40});
        String entry = "external_data { key: \"%s\" value: \"%s\" } ";
        Graph graph = OnnxReader.read(external(folder, "weights", entry.formatted("offset", "4")), Arena.ofAuto());
        assertTrue(Arrays.equals(new float[]{1, 2}, Objects.requireNonNull(graph.initializers().get("c")).toFloats()));
        assertTrue(refusal(external(folder, "weights", "")).contains("takes 8 bytes, the model says 12"));
        assertTrue(refusal(external(folder, "weights", entry.formatted("offset", "13"))).contains("begins at byte 13"));
        assertTrue(refusal(external(folder, "weights", entry.formatted("offset", "-4"))).contains("is no number"));
        assertTrue(refusal(external(folder, "weights", entry.formatted("offset", "8") + entry.formatted("length", "8")))
                .contains("which has 12"));
        assertTrue(refusal(external(folder, "weights", entry.formatted("length", "99999999999999999999"))).contains("is no number"));
    }
}
