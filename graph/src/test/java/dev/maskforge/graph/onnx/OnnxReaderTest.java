package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class OnnxReaderTest {
    /// Written as other operations than they are.
    private static final Set<String> EXPANDED = Set.of("resize-nearest", "reduce-nothing");

    @TempDir
    private Path folder;

    private Graph read(byte[] model) throws IOException {
        return OnnxReader.read(Files.write(folder.resolve("model.onnx"), model), Arena.ofAuto());
    }

    private Graph read(String text) throws IOException {
        return read(Protobuf.bytes(text));
    }

    private static Tensor constant(Graph graph, String name) {
        return Objects.requireNonNull(graph.initializers().get(name), name);
    }

    static Stream<Arguments> everyOperation() {
        return OnnxWriterTest.everyOperation();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("everyOperation")
    void everyOperationComesBackAsItWas(String name, Graph graph) throws IOException {
        byte[] bytes = OnnxWriterTest.write(graph);
        Graph read = read(bytes);
        if (!EXPANDED.contains(name.split(" ", -1)[0])) {
            assertEquals(graph.nodes(), read.nodes());
            assertEquals(graph.types(), read.types());
            assertArrayEquals(bytes, OnnxWriterTest.write(read));
        }
        assertEquals(graph.inputs(), read.inputs());
        assertEquals(graph.outputs(), read.outputs());
        assertEquals(graph.type("result"), read.type("result"));
        assertEquals(graph.metadata().get("maskforge.test"), read.metadata().get("maskforge.test"));
        graph.initializers().forEach((key, tensor) -> assertArrayEquals(tensor.memory().toArray(ValueLayout.JAVA_BYTE),
                constant(read, key).memory().toArray(ValueLayout.JAVA_BYTE)));
    }

    /// A model of one node with the output y, in protobuf's text form.
    private static String model(long opset, String node, String input, String rest) {
        return """
                ir_version: 8
                opset_import { version: %d }
                graph {
                  node { output: "y" %s }
                  input { name: "x" type { tensor_type { elem_type: 1 shape { %s } } } }
                  output { name: "y" }
                  %s
                }
                """.formatted(opset, node, input, rest);
    }

    private static String sizes(Object... sizes) {
        return String.join(" ", Stream.of(sizes)
                .map(size -> size instanceof String text ? "dim { dim_param: \"" + text + "\" }" : "dim { dim_value: " + size + " }")
                .toList());
    }

    private static String integers(String name, long... values) {
        StringBuilder text = new StringBuilder("initializer { name: \"" + name + "\" data_type: 7 dims: " + values.length);
        for (long value : values) {
            text.append(" int64_data: ").append(value);
        }
        return text + " }";
    }

    private Operation operation(String model) throws IOException {
        return read(model).nodes().getLast().operation();
    }

    @Test
    void unevenPaddingStaysForeign() throws IOException {
        String attributes = "attribute { name: \"pads\" type: INTS ints: [%s] } attribute { name: \"kernel_shape\" type: INTS ints: [3, 3] }";
        String stated = "value_info { name: \"y\" type { tensor_type { elem_type: 1 shape { " + sizes(1, 3, "a", "b") + " } } } }";
        String even = model(17, "input: \"x\" op_type: \"MaxPool\"" + attributes.formatted("1, 1, 1, 1"), sizes(1, 3, 8, 8), stated);
        assertEquals(new Operation.MaxPool(3, 1, 1), operation(even));
        Graph uneven = read(
                model(17, "input: \"x\" op_type: \"MaxPool\"" + attributes.formatted("0, 1, 1, 1"), sizes(1, 3, 8, 8), stated));
        assertTrue(uneven.nodes().getFirst().operation() instanceof Operation.Foreign);
        assertEquals("float32[1, 3, a, b]", uneven.type("y").toString());
        assertArrayEquals(Protobuf.parse(OnnxWriterTest.write(uneven)).toByteArray(), OnnxWriterTest.write(uneven));
        assertEquals(uneven.nodes(), read(OnnxWriterTest.write(uneven)).nodes());
    }

    @Test
    void otherElementsThanFloat32StayForeign() throws IOException {
        String stated = "value_info { name: \"y\" type { tensor_type { elem_type: 2 shape { " + sizes(1, 3, 6, 6) + " } } } }";
        String bytes = model(17, "input: \"x\" op_type: \"MaxPool\" attribute { name: \"kernel_shape\" type: INTS ints: [3, 3] }",
                sizes(1, 3, 8, 8), stated).replace("elem_type: 1", "elem_type: 2");
        Graph graph = read(bytes);
        assertTrue(graph.nodes().getFirst().operation() instanceof Operation.Foreign);
        assertEquals("uint8[1, 3, 6, 6]", graph.type("y").toString());
    }

    @Test
    void outputsThatAreLeftOutHaveNoName() throws IOException {
        String stated = "value_info { name: \"y\" type { tensor_type { elem_type: 1 shape { " + sizes(4) + " } } } }";
        Graph graph = read(model(17, "output: \"\" output: \"\" input: \"x\" domain: \"com.example\" op_type: \"Own\"", sizes(4), stated));
        assertEquals(List.of("y", "", ""), graph.nodes().getFirst().outputs());
    }

    @ParameterizedTest
    @CsvSource({"11, 1, false", "12, -1, true", "12, 3, true", "13, 1, true", "26, 2, true"})
    void softmaxBeforeOpset13IsOursOnTheLastAxisOnly(long opset, long axis, boolean isOurs) throws IOException {
        Operation operation = operation(model(opset,
                "input: \"x\" op_type: \"Softmax\" attribute { name: \"axis\" type: INT i: " + axis + " }", sizes(1, 2, 3, 4), ""));
        assertEquals(isOurs, operation.equals(new Operation.Softmax((int) axis)), operation.toString());
    }

    @ParameterizedTest
    @CsvSource({"ReduceMean, 17, false, true", "ReduceMean, 18, true, true", "ReduceSum, 12, false, true", "ReduceSum, 13, true, true",
            "ReduceMean, 18, false, false", "ReduceSum, 13, false, false"})
    void reductionsHaveTheirAxesWhereTheirOpsetPutsThem(String type, long opset, boolean asInput, boolean isOurs) throws IOException {
        String node = "op_type: \"" + type + "\" input: \"x\" "
                + (asInput ? "input: \"axes\"" : "attribute { name: \"axes\" type: INTS ints: [-1, 1] }");
        String stated = "value_info { name: \"y\" type { tensor_type { elem_type: 1 shape { " + sizes(2, 1, 3, 1) + " } } } }";
        Operation operation = operation(model(opset, node, sizes(2, "c", 3, "w"), integers("axes", -1, 1) + stated));
        Operation.Reduction function = type.equals("ReduceSum") ? Operation.Reduction.SUM : Operation.Reduction.MEAN;
        assertEquals(isOurs, operation.equals(new Operation.Reduce(function, List.of(-1, 1), true)), operation.toString());
    }

    @ParameterizedTest
    @CsvSource({"19, bilinear, true", "20, linear, true", "20, cubic, false", "16, nearest, false"})
    void gridSampleIsNamedByItsOpset(long opset, String mode, boolean isOurs) throws IOException {
        String grid = "input { name: \"g\" type { tensor_type { elem_type: 1 shape { " + sizes(1, 5, 6, 2) + " } } } }"
                + "value_info { name: \"y\" type { tensor_type { elem_type: 1 shape { " + sizes(1, 3, 5, 6) + " } } } }";
        Operation operation = operation(model(opset,
                "input: [\"x\", \"g\"] op_type: \"GridSample\" attribute { name: \"mode\" type: STRING s: \"" + mode + "\" }",
                sizes(1, 3, 8, 8), grid));
        assertEquals(isOurs, operation.equals(new Operation.GridSample()));
    }

    @Test
    void greaterIsLessTheOtherWayRound() throws IOException {
        Graph graph = read(model(17, "input: [\"x\", \"b\"] op_type: \"Greater\"", sizes(2),
                "initializer { name: \"b\" data_type: 1 float_data: [0.5] }"));
        assertEquals(new Operation.Binary(Operation.BinaryFunction.LESS), graph.nodes().getFirst().operation());
        assertEquals(List.of("b", "x"), graph.nodes().getFirst().inputs());
        assertEquals(0.5f, constant(graph, "b").toFloats()[0]);
    }

    @ParameterizedTest
    @CsvSource({"0 0 -1, '[n, 12, 64*h*w]', true", "-1 12, '[64*h*n*w, 12]', true", "0 3 4 -1, '[n, 3, 4, 64*h*w]', true",
            "0 5 -1, '', false", "-1 8, '[96*h*n*w, 8]', true"})
    void reshapeSaysWhatRemains(String target, String shape, boolean isOurs) throws IOException {
        long[] numbers = Stream.of(target.split(" ", -1)).mapToLong(Long::parseLong).toArray();
        String stated = "value_info { name: \"y\" type { tensor_type { elem_type: 1 shape { " + sizes("p", "q", "r") + " } } } }";
        Operation operation = operation(
                model(17, "input: [\"x\", \"to\"] op_type: \"Reshape\"", sizes("n", 12, "8*h", "8*w"), integers("to", numbers) + stated));
        assertEquals(isOurs ? "Reshape[shape=" + shape + "]" : "foreign",
                operation instanceof Operation.Foreign ? "foreign" : operation.toString());
    }

    @ParameterizedTest
    @CsvSource({"0, 2147483647, '0 to w'", "-3, 9223372036854775807, '4*h-3 to 4*h'", "0, -1, '0 to w-1'", "1, -1, foreign",
            "0, 2, foreign",
            "0, 1, '0 to 1'",
            "5, 100, foreign"})
    void sliceEndsWhereItIsSureTo(long start, long end, String range) throws IOException {
        long axis = start == -3 ? 1 : 0;
        String stated = "value_info { name: \"y\" type { tensor_type { elem_type: 1 shape { " + sizes("p", "4*h") + " } } } }";
        Operation operation = operation(model(17, "input: [\"x\", \"start\", \"end\", \"axes\"] op_type: \"Slice\"", sizes("w", "4*h"),
                integers("start", start) + integers("end", end) + integers("axes", axis) + stated));
        assertEquals(range, operation instanceof Operation.Slice slice ? slice.start() + " to " + slice.end() : "foreign");
    }

    @ParameterizedTest
    @CsvSource({"half_pixel, linear, true", "pytorch_half_pixel, linear, true", "align_corners, linear, false", "asymmetric, nearest, true",
            "half_pixel, nearest, false", "half_pixel, cubic, false"})
    void resizeByWholeScales(String position, String mode, boolean isOurs) throws IOException {
        String node = """
                input: ["x", "", "scales"] op_type: "Resize" attribute { name: "mode" type: STRING s: "%s" }
                attribute { name: "nearest_mode" type: STRING s: "floor" } attribute { name: "cubic_coeff_a" type: FLOAT f: -0.75 }
                attribute { name: "coordinate_transformation_mode" type: STRING s: "%s" }
                """.formatted(mode, position);
        String stated = "value_info { name: \"y\" type { tensor_type { elem_type: 1 shape { " + sizes(1, 3, "2*h", "4*w") + " } } } }";
        Operation operation = operation(model(17, node, sizes(1, 3, "h", "w"),
                "initializer { name: \"scales\" data_type: 1 dims: 4 float_data: [1, 1, 2, 4] }" + stated));
        assertEquals(isOurs, operation instanceof Operation.Resize resize && resize.height().equals(Dimension.symbol("h").times(2))
                && resize.width().equals(Dimension.symbol("w").times(4)), operation.toString());
    }

    @Test
    void constantsInListsAreDecoded() throws IOException {
        Graph graph = read("""
                ir_version: 8
                opset_import { version: 17 }
                graph {
                  initializer { name: "half" data_type: 10 dims: 2 int32_data: [15360, 65535] }
                  initializer { name: "double" data_type: 11 dims: 1 double_data: 0.25 }
                  initializer { name: "bool" data_type: 9 dims: 3 int32_data: [1, 0, 1] }
                  initializer { name: "float" data_type: 1 dims: 2 float_data: [1.5, -2] }
                  initializer { name: "int" data_type: 6 dims: 1 int32_data: -5 }
                  initializer { name: "empty" data_type: 1 dims: 0 }
                  output { name: "half" } output { name: "double" } output { name: "bool" } output { name: "float" } output { name: "int" }
                  output { name: "empty" }
                }
                """);
        assertArrayEquals(new byte[]{0, 0x3C, -1, -1}, constant(graph, "half").memory().toArray(ValueLayout.JAVA_BYTE));
        assertEquals(new TensorType(DataType.FLOAT64, Shape.of(1)), graph.type("double"));
        assertArrayEquals(new byte[]{1, 0, 1}, constant(graph, "bool").toBytes());
        assertArrayEquals(new float[]{1.5f, -2}, constant(graph, "float").toFloats());
        assertArrayEquals(new byte[]{-5, -1, -1, -1}, constant(graph, "int").memory().toArray(ValueLayout.JAVA_BYTE));
        assertEquals(0, constant(graph, "empty").elementCount());
    }

    @Test
    void constantNodesBecomeConstantsAndShapesOfPyTorchAreFollowed() throws IOException {
        // y = x.flatten(2) as PyTorch exports it with free sizes.
        Graph graph = read("""
                ir_version: 8
                opset_import { version: 17 }
                graph {
                  node { output: "shape" op_type: "Shape" input: "x" }
                  node { output: "two" op_type: "Constant" attribute { name: "value" type: TENSOR t { data_type: 7 int64_data: 2 } } }
                  node { output: "zero" op_type: "Constant" attribute { name: "value_ints" type: INTS ints: 0 } }
                  node { output: "h" op_type: "Gather" input: ["shape", "two"] }
                  node { output: "rows" op_type: "Unsqueeze" input: ["h", "zero"] }
                  node { output: "free" op_type: "Constant" attribute { name: "value_ints" type: INTS ints: -1 } }
                  node { output: "to" op_type: "Concat" input: ["rows", "free"] attribute { name: "axis" type: INT i: 0 } }
                  node { output: "y" op_type: "Reshape" input: ["x", "to"] }
                  input { name: "x" type { tensor_type { elem_type: 1 shape { dim { dim_param: "batch size" } dim { dim_value: 3 }
                    dim { dim_param: "height" } dim { } } } } }
                  output { name: "y" }
                }
                """);
        assertEquals(1, graph.nodes().size());
        assertEquals("float32[height, 3*batch_size*x_3]", graph.type("y").toString());
        assertTrue(graph.initializers().isEmpty());
        assertEquals(Map.of(), graph.metadata());
    }

    @Test
    void whatForeignOperationsGiveIsStatedOrInferred() throws IOException {
        Graph graph = read("""
                ir_version: 9
                opset_import { version: 20 }
                opset_import { domain: "com.example" version: 3 }
                metadata_props { key: "author" value: "somebody" }
                graph {
                  node { name: "same" output: "a" op_type: "Gelu" input: "x" attribute { name: "approximate" type: STRING s: "tanh" } }
                  node { name: "same" output: "b" output: "" op_type: "Own" domain: "com.example" input: "a" input: "" }
                  node { output: "y" op_type: "Tanh" input: "b" }
                  input { name: "x" type { tensor_type { elem_type: 1 shape { dim { dim_value: 2 } dim { dim_param: "floor(h/2)" } } } } }
                  output { name: "y" }
                  value_info { name: "b" type { tensor_type { elem_type: 1 shape { dim { dim_param: "floor(h/2)" } } } } }
                }
                """);
        assertEquals(List.of("same", "b", "y"), graph.nodes().stream().map(node -> node.name()).toList());
        assertEquals("float32[2, floor_h_2_]", graph.type("a").toString());
        assertEquals("float32[floor_h_2_]", graph.type("y").toString());
        assertEquals(Map.of("approximate", new Attribute.Text("tanh")),
                ((Operation.Foreign) graph.nodes().getFirst().operation()).attributes());
        assertEquals(Map.of("author", "somebody", "onnx.opsets", "=20 com.example=3"), graph.metadata());
        String text = Protobuf.text(OnnxWriterTest.write(graph));
        assertTrue(text.contains("version: 20") && text.contains("domain: \"com.example\"\n  version: 3"), text);
        Graph again = read(OnnxWriterTest.write(graph));
        assertEquals(graph.nodes(), again.nodes());
        assertEquals(graph.types(), again.types());
        assertEquals(graph.metadata(), again.metadata());
    }

    /// `x.expand(-1, 3, -1)` as PyTorch exports it, with fixed and with free sizes.
    @ParameterizedTest
    @CsvSource({"4, 'float32[4, 3, 4]'", "w, 'float32[w, 3, w]'"})
    void theShapeThatPyTorchExpandsToIsFollowed(String size, String expanded) throws IOException {
        Object width = size.matches("[0-9]+") ? Integer.valueOf(size) : size;
        Graph graph = read("""
                ir_version: 8
                opset_import { version: 17 }
                graph {
                  node { output: "shape" op_type: "Shape" input: "x" }
                  node { output: "zero" op_type: "Constant" attribute { name: "value_int" type: INT i: 0 } }
                  node { output: "axis" op_type: "Constant" attribute { name: "value_ints" type: INTS ints: 0 } }
                  node { output: "w" op_type: "Gather" input: ["shape", "zero"] }
                  node { output: "w1" op_type: "Unsqueeze" input: ["w", "axis"] }
                  node { output: "three" op_type: "Constant" attribute { name: "value_ints" type: INTS ints: 3 } }
                  node { output: "keep" op_type: "Constant" attribute { name: "value_ints" type: INTS ints: -1 } }
                  node { output: "asked" op_type: "Concat" input: ["w1", "three", "keep"] attribute { name: "axis" type: INT i: 0 } }
                  node { output: "rank" op_type: "Constant" attribute { name: "value_ints" type: INTS ints: 3 } }
                  node { output: "ones" op_type: "ConstantOfShape" input: "rank"
                    attribute { name: "value" type: TENSOR t { dims: 1 data_type: 7 int64_data: 1 } } }
                  node { output: "minus" op_type: "Constant" attribute { name: "value_int" type: INT i: -1 } }
                  node { output: "kept" op_type: "Mul" input: ["ones", "minus"] }
                  node { output: "is_kept" op_type: "Equal" input: ["asked", "kept"] }
                  node { output: "to" op_type: "Where" input: ["is_kept", "ones", "asked"] }
                  node { output: "y" op_type: "Expand" input: ["x", "to"] }
                  input { name: "x" type { tensor_type { elem_type: 1 shape { %s } } } }
                  output { name: "y" }
                }
                """.formatted(sizes(width, 1, width)));
        assertEquals(1, graph.nodes().size(), graph.nodes().toString());
        assertEquals(expanded, graph.type("y").toString());
        assertTrue(graph.initializers().isEmpty());
    }

    /// What does not become an operation of ours still has a type, though the file states none.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
            "op_type: \"Slice\" input: [\"x\", \"zero\", \"end\", \"three\", \"two\"]; float32[2, 6, 4, 3]",
            "op_type: \"Flatten\" input: \"x\" attribute { name: \"axis\" type: INT i: 2 }; float32[12, 20]",
            "op_type: \"Split\" output: \"z\" input: \"x\" attribute { name: \"axis\" type: INT i: 1 }; float32[2, 3, 4, 5]",
            "op_type: \"Einsum\" input: [\"x\", \"x\"] attribute { name: \"equation\" type: STRING s: \"abcd, abce -> adeb\" }; float32[2, 5, 5, 6]"})
    void typesOfOperationsOfOthersAreInferred(String node, String type) throws IOException {
        Graph graph = read(model(17, node, sizes(2, 6, 4, 5), integers("zero", 0) + integers("end", Long.MAX_VALUE) + integers("three", 3)
                + integers("two", 2)));
        assertEquals(type, graph.type("y").toString());
    }

    @Test
    void aFreeSizeIsFixedWhereTheCallerSaysSo() throws IOException {
        Path file = Files.write(folder.resolve("model.onnx"), Protobuf.bytes("""
                ir_version: 8
                opset_import { version: 17 }
                graph {
                  node { output: "shape" op_type: "Shape" input: "x" }
                  node { output: "y" op_type: "Expand" input: ["one", "shape"] }
                  initializer { name: "one" data_type: 1 dims: 1 float_data: 1 }
                  input { name: "x" type { tensor_type { elem_type: 1 shape { %s } } } }
                  output { name: "y" type { tensor_type { elem_type: 1 shape { %s } } } }
                }
                """.formatted(sizes("batch", 3, "height") + " dim { }", sizes("batch", 3, "height", "width"))));
        Graph graph = OnnxReader.read(file, Arena.ofAuto(), Map.of("x", Shape.of(1, 3, 64, 96)));
        assertEquals("float32[1, 3, 64, 96]", graph.type("x").toString());
        assertEquals("float32[1, 3, 64, 96]", graph.type("y").toString());
        OnnxException wrong = assertThrows(OnnxException.class,
                () -> OnnxReader.read(file, Arena.ofAuto(), Map.of("x", Shape.of(1, 4, 64, 96))));
        assertTrue(String.valueOf(wrong.getMessage()).contains("'x' cannot be made [1, 4, 64, 96]"), wrong.getMessage());
        OnnxException missing = assertThrows(OnnxException.class, () -> OnnxReader.read(file, Arena.ofAuto(), Map.of("z", Shape.of(1))));
        assertTrue(String.valueOf(missing.getMessage()).contains("no input 'z'"), missing.getMessage());
    }
}
