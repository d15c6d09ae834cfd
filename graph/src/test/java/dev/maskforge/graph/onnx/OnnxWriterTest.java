package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class OnnxWriterTest {
    private static final Dimension H = Dimension.symbol("h");
    private static final Dimension W = Dimension.symbol("w");

    static byte[] write(Graph graph) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            OnnxWriter.write(graph, "1.2.3", Channels.newChannel(bytes));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    static Stream<Arguments> everyOperation() {
        return Stream.of(EveryOperation.Sizes.FIXED, EveryOperation.Sizes.FREE)
                .flatMap(sizes -> EveryOperation.graphs(sizes).entrySet().stream()
                        .map(entry -> Arguments.of(entry.getKey() + " " + sizes.height(), entry.getValue())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("everyOperation")
    void everyOperationIsWrittenAsProtobufWouldWriteIt(String name, Graph graph) {
        byte[] bytes = write(graph);
        assertArrayEquals(Protobuf.parse(bytes).toByteArray(), bytes, name);
        assertFalse(Protobuf.text(bytes).lines().anyMatch(line -> line.matches("\\s*[0-9]+[:{ ].*")), () -> "unknown fields in " + name);
    }

    @Test
    void aSmallModelReadsLikeThis() {
        GraphBuilder builder = new GraphBuilder();
        builder.metadata("classes", "road");
        Value image = builder.input("image",
                new TensorType(DataType.FLOAT32, Shape.of(Dimension.symbol("n"), Dimension.of(1), H.times(2), W.times(2))));
        Value weight = builder.initializer("conv.weight", Tensor.of(Shape.of(1, 1, 1, 1), 0.5f));
        Value map = builder.within("conv", () -> builder.add(new Operation.Conv(2, 0, 1, 1), image, weight));
        builder.output("tokens", map.mapToTokens());
        assertEquals(
                """
                        ir_version: 8
                        producer_name: "maskforge"
                        producer_version: "1.2.3"
                        doc_string: "Nodes, values and constants bear the checkpoint\\'s keys. Dimensions in words are integer \
                        polynomials in symbols; ceil((a)/b) rounds up."
                        graph {
                          node {
                            input: "image"
                            input: "conv.weight"
                            output: "conv/Conv"
                            name: "conv/Conv"
                            op_type: "Conv"
                            attribute {
                              name: "dilations"
                              ints: 1
                              ints: 1
                              type: INTS
                            }
                            attribute {
                              name: "group"
                              i: 1
                              type: INT
                            }
                            attribute {
                              name: "kernel_shape"
                              ints: 1
                              ints: 1
                              type: INTS
                            }
                            attribute {
                              name: "pads"
                              ints: 0
                              ints: 0
                              ints: 0
                              ints: 0
                              type: INTS
                            }
                            attribute {
                              name: "strides"
                              ints: 2
                              ints: 2
                              type: INTS
                            }
                          }
                          node {
                            input: "conv/Conv"
                            input: "sizes/0,1,-1"
                            output: "Reshape"
                            name: "Reshape"
                            op_type: "Reshape"
                          }
                          node {
                            input: "Reshape"
                            output: "tokens"
                            name: "Transpose"
                            op_type: "Transpose"
                            attribute {
                              name: "perm"
                              ints: 0
                              ints: 2
                              ints: 1
                              type: INTS
                            }
                          }
                          name: "maskforge"
                          initializer {
                            dims: 3
                            data_type: 7
                            name: "sizes/0,1,-1"
                            raw_data: "\\000\\000\\000\\000\\000\\000\\000\\000\\001\\000\\000\\000\\000\\000\\000\\000\\377\\377\\377\\377\\377\\377\\377\\377"
                          }
                          initializer {
                            dims: 1
                            dims: 1
                            dims: 1
                            dims: 1
                            data_type: 1
                            name: "conv.weight"
                            raw_data: "\\000\\000\\000?"
                          }
                          input {
                            name: "image"
                            type {
                              tensor_type {
                                elem_type: 1
                                shape {
                                  dim {
                                    dim_param: "n"
                                  }
                                  dim {
                                    dim_value: 1
                                  }
                                  dim {
                                    dim_param: "2*h"
                                  }
                                  dim {
                                    dim_param: "2*w"
                                  }
                                }
                              }
                            }
                          }
                          output {
                            name: "tokens"
                            type {
                              tensor_type {
                                elem_type: 1
                                shape {
                                  dim {
                                    dim_param: "n"
                                  }
                                  dim {
                                    dim_param: "h*w"
                                  }
                                  dim {
                                    dim_value: 1
                                  }
                                }
                              }
                            }
                          }
                        }
                        opset_import {
                          domain: ""
                          version: 17
                        }
                        metadata_props {
                          key: "classes"
                          value: "road"
                        }
                        """,
                Protobuf.text(write(builder.build())));
    }

    @Test
    void eachSizeIsComputedOnce() {
        GraphBuilder builder = new GraphBuilder();
        Value image = builder.input("image", new TensorType(DataType.FLOAT32, Shape.of(Dimension.ONE, Dimension.ONE, H.times(4), W)));
        Dimension padded = H.times(4).ceilingDivide(7).times(7);
        Value a = builder.add(new Operation.Sizes(List.of(padded, W, padded)));
        Value b = builder.add(new Operation.Sizes(List.of(padded.times(W))));
        Value c = builder.add(new Operation.Sizes(List.of(padded, W, padded)));
        builder.output("a", a);
        builder.output("b", b);
        builder.output("c", c);
        builder.output("d", image.relu());
        String text = Protobuf.text(write(builder.build()));
        assertEquals(1, count(text, "op_type: \"Shape\""));
        // h and ceil(4·h / 7) by division; 7·ceil(...) and that times w by multiplication, 4·h by another.
        assertEquals(2, count(text, "op_type: \"Div\""));
        assertEquals(1, count(text, "op_type: \"Concat\""));
        assertEquals(4, count(text, "op_type: \"Mul\""));
    }

    @Test
    void nearestGoesByIntegersUnlessTheFactorIsWhole() {
        assertTrue(isResize(Dimension.of(7), Dimension.of(14)));
        assertTrue(isResize(Dimension.of(7), Dimension.of(7)));
        assertTrue(isResize(H.times(16), H.times(32)));
        assertTrue(isResize(H.plus(1), H.times(3).plus(3)));
        assertFalse(isResize(Dimension.of(14), Dimension.of(2)));
        assertFalse(isResize(Dimension.of(2), Dimension.of(5)));
        assertFalse(isResize(H.times(2), H.times(3)));
        assertFalse(isResize(H.times(2), H.times(4).plus(1)));
    }

    private static boolean isResize(Dimension from, Dimension to) {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(H, Dimension.ONE, from, from)));
        builder.output("y", x.resize(Operation.Resize.Mode.NEAREST, to, to));
        return Protobuf.text(write(builder.build())).contains("op_type: \"Resize\"");
    }

    /// Opset 20 renamed the mode; TensorRT takes the new name for nearest, so opset 17 has to say it the old way.
    @Test
    void gridSampleIsBilinearWithZerosOutsideAndCornersNotAligned() {
        GraphBuilder builder = new GraphBuilder();
        Value map = builder.input("map", new TensorType(DataType.FLOAT32, Shape.of(1, 2, 3, 4)));
        Value grid = builder.input("grid", new TensorType(DataType.FLOAT32, Shape.of(1, 5, 6, 2)));
        builder.output("samples", map.gridSample(grid));
        String text = Protobuf.text(write(builder.build())).replaceAll("\\s+", " ");
        assertTrue(text.contains("name: \"mode\" s: \"bilinear\""), text);
        assertTrue(text.contains("name: \"padding_mode\" s: \"zeros\""), text);
        assertTrue(text.contains("name: \"align_corners\" i: 0"), text);
    }

    @Test
    void largeConstantsStayOutsideAModelInMemory() {
        Tensor large = EveryOperation.ramp(257);
        Tensor small = EveryOperation.ramp(256);
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(1)));
        builder.output("y", x.add(builder.initializer("large", large)));
        builder.output("z", x.add(builder.initializer("small", small)));
        OnnxWriter.Model model = OnnxWriter.inMemory(builder.build(), "1.2.3");
        assertEquals(Map.of("large", large), model.initializers());
        byte[] bytes = model.bytes().toArray(ValueLayout.JAVA_BYTE);
        assertArrayEquals(Protobuf.parse(bytes).toByteArray(), bytes);
        String text = Protobuf.text(bytes);
        assertTrue(text.contains("external_data {\n      key: \"location\"\n      value: \"memory\"\n    }\n    data_location: EXTERNAL"),
                text);
        assertEquals(1, count(text, "raw_data"));
    }

    @Test
    void highLevelOperationsAreRefusedWithTheirCure() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(1, 4, 4)));
        builder.output("y", builder.within("decoder", () -> builder.add(new Operation.Attention(2), x, x, x)));
        Graph graph = builder.build();
        String refusal = refusal(() -> write(graph));
        assertEquals(
                "node 'decoder/Attention': ONNX's opset 17 has no Attention; run dev.maskforge.passes.Lowering first, which expands it",
                refusal);
    }

    @Test
    void aSymbolThatNoInputTellsIsRefused() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(H.times(W), W.plus(1))));
        builder.output("y", builder.add(new Operation.Sizes(List.of(H))));
        builder.output("z", x.relu());
        Graph graph = builder.build();
        String refusal = refusal(() -> write(graph));
        assertEquals("no input of the graph has an axis that tells the symbol 'h'", refusal);
    }

    @Test
    @SuppressWarnings("restricted") // memory that is never touched stands for a tensor too large to make
    void moreThanTwoGibibytesAreRefused() {
        GraphBuilder builder = new GraphBuilder();
        Tensor huge = new Tensor(new TensorType(DataType.UINT8, Shape.of(1L << 31)), MemorySegment.NULL.reinterpret(1L << 31));
        builder.output("y", builder.add(new Operation.Cast(DataType.FLOAT32), builder.initializer("huge", huge)));
        Graph graph = builder.build();
        String refusal = refusal(() -> OnnxWriter.write(graph, "", Channels.newChannel(OutputStream.nullOutputStream())));
        assertTrue(refusal.contains("external data"), refusal);
    }

    @Test
    void foreignOperationsBringTheirOpset() {
        TensorType type = new TensorType(DataType.FLOAT32, Shape.of(1, 2, 3, 4));
        Node foreign = new Node("a", new Operation.Foreign("", "Mish", Map.of("b", new Attribute.Integral(1), "a",
                new Attribute.Constant(Tensor.scalar(1)), "c", new Attribute.Texts(List.of("p", "q"))), List.of(type)), List.of("x"),
                List.of("y"));
        Node sum = new Node("b", new Operation.Reduce(Operation.Reduction.MEAN, List.of(1), false), List.of("y"), List.of("z"));
        Graph graph = graph(List.of(foreign, sum), Map.of("x", type, "y", type, "z", new TensorType(DataType.FLOAT32, Shape.of(1, 3, 4))));
        String text = Protobuf.text(write(graph.withMetadata(new LinkedHashMap<>(Map.of("onnx.opsets", "=18 com.example=3")))));
        assertTrue(text.contains("version: 18"), text);
        assertFalse(text.contains("com.example"), text);
        assertFalse(text.contains("onnx.opsets"), text);
        assertTrue(text.contains("\"axes\"") == false && text.contains("sizes/1"), text);
        // An operation that only a later opset has cannot stand beside it.
        Node norm = new Node("b", new Operation.LayerNormalization(1), List.of("y", "y", "y"), List.of("z"));
        Graph mixed = graph(List.of(foreign, norm), Map.of("x", type, "y", type, "z", type))
                .withMetadata(new LinkedHashMap<>(Map.of("onnx.opsets", "=13")));
        String refusal = refusal(() -> write(mixed));
        assertTrue(refusal.contains("LayerNormalization needs opset 17"), refusal);
    }

    private static Graph graph(List<Node> nodes, Map<String, TensorType> types) {
        return new Graph(List.of("x"), List.of("z"), nodes, new LinkedHashMap<>(), types, new LinkedHashMap<>());
    }

    @Test
    void largeTensorsStreamThroughASmallBuffer() throws IOException {
        float[] elements = new float[1 << 20];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = i;
        }
        GraphBuilder builder = new GraphBuilder();
        Value large = builder.initializer("large", Tensor.of(Shape.of(elements.length), elements));
        builder.output("y", large.relu());
        List<Integer> writes = new ArrayList<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        OutputStream observed = new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("byte by byte");
            }

            @Override
            public void write(byte[] source, int offset, int length) {
                writes.add(length);
                bytes.write(source, offset, length);
            }
        };
        OnnxWriter.write(builder.build(), "", Channels.newChannel(observed));
        assertTrue(writes.stream().allMatch(length -> length <= 1 << 20), writes::toString);
        assertArrayEquals(Protobuf.parse(bytes.toByteArray()).toByteArray(), bytes.toByteArray());
    }

    private static String refusal(Executable write) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, write).getMessage());
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
