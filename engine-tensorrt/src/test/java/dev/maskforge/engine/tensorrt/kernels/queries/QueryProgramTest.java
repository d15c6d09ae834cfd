package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.graph.text.GraphText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class QueryProgramTest {
    private static final QueryGraphs SMALL = new QueryGraphs(2, 20, 64, 512, 4, DataType.FLOAT32);
    private static final QueryGraphs LARGE = new QueryGraphs(1, 100, 256, 2048, 8, DataType.FLOAT16);

    private static List<Integer> sizes(Graph graph) {
        return QueryProgram.of(graph).launches().stream().map(launch -> launch.stages().size()).toList();
    }

    /// A product, or two, and what comes with them, before attention; all else after it.
    @Test
    void aLayerIsTwoLaunches() {
        assertEquals(List.of(2, 7), sizes(LARGE.mask2Former()));
        // Two normalisations follow each other: the first has a stage of its own.
        assertEquals(List.of(2, 7), sizes(LARGE.endOfMask2Former()));
        assertEquals(List.of(3, 3), sizes(LARGE.maskFormer()));
        assertEquals(List.of(6), sizes(LARGE.endOfMaskFormer()));
        // Queries, keys and values are products of their own; what is normalised at the end has a stage of its own.
        assertEquals(List.of(3, 3), sizes(LARGE.positionsApart()));
    }

    /// Its weights are on their way while two stages run, and never over those of the network before.
    @Test
    void weightsAreAskedForAhead() {
        assertEquals(List.of(0, 3, 0, 0, 0, 0, 0, 0), QueryProgram.of(LARGE.mask2Former()).launches().get(1).asks());
        assertEquals(List.of(2, 0, 0, 0), QueryProgram.of(LARGE.maskFormer()).launches().getFirst().asks());
        assertEquals(List.of(1, 2, 0, 0), QueryProgram.of(LARGE.twoNetworks()).launches().getFirst().asks());
    }

    /// Sums in other orders, of some 500 elements in float32.
    @ParameterizedTest
    @CsvSource({"2, 20, 64, 512, 4", "1, 7, 128, 512, 8", "3, 17, 64, 1024, 1"})
    void stagesComputeWhatTheGraphDoes(int pictures, int rows, int width, int hidden, int heads) {
        QueryGraphs graphs = new QueryGraphs(pictures, rows, width, hidden, heads, DataType.FLOAT32);
        for (Graph graph : graphs.all()) {
            Map<String, Tensor> inputs = graphs.inputs(graph, 5);
            QueryProgram program = QueryProgram.of(graph);
            Map<String, float[]> memory = QuerySimulation.run(program, pictures, inputs);
            Interpreter.run(graph, inputs).forEach((name, expected) -> {
                double error = KernelCheck.relativeError(Objects.requireNonNull(memory.get(name)), expected.toFloats());
                assertTrue(error < 2e-5, graph.outputs() + " " + name + ": " + error + "\n" + program);
            });
        }
    }

    /// NaN in a picture's first row stays there, behind every Relu, and nowhere else where no query looks at another.
    @Test
    void whatIsNoNumberStaysSo() {
        for (Graph graph : List.of(SMALL.endOfMaskFormer(), SMALL.productBesideNetworks())) {
            Map<String, Tensor> inputs = SMALL.inputsWithNan(graph, 7);
            Map<String, float[]> memory = QuerySimulation.run(QueryProgram.of(graph), SMALL.pictures(), inputs);
            Interpreter.run(graph, inputs).forEach((name, expected) -> {
                float[] actual = Objects.requireNonNull(memory.get(name));
                for (int i = 0; i < actual.length; i++) {
                    assertEquals(i < SMALL.width(), Float.isNaN(actual[i]), name + " " + i);
                }
                double error = KernelCheck.relativeErrorOfNumbers(actual, expected.toFloats());
                assertTrue(error < 2e-5, name + ": " + error);
            });
        }
    }

    /// Shares of a network's sums go to where a product of the same input kept its own, unless all have passed it.
    @Test
    void networksWaitForWhoeverKeepsSums() {
        // Of a network alone, the second stage receives what nobody has.
        assertEquals(List.of(2, 2, 2), sizes(LARGE.productBesideNetworks()));
    }

    /// Though all that it takes is there from the beginning.
    @Test
    void attentionBeginsALaunch() {
        List<QueryProgram.Launch> launches = QueryProgram.of(LARGE.attentionOfInputs()).launches();
        assertEquals(2, launches.size());
        assertTrue(launches.getLast().stages().getFirst() instanceof QueryStage.Attention, launches.toString());
    }

    /// As a plan may have them, whatever passes would gather: consistent, and not what the kernel reads.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "x: float32[1, 64], z: float32[n, 100, 64] | y = Linear(x, w)",
            "x: float32[n, 7, 64], z: float32[4096, 7, 64] | p = Linear(z, w); y = Linear(x, w)",
            "x: float32[n, 7, 64], t: float32[1] | p = Linear(x, w); y = Add(p, t)",
            "x: float32[n, 7, 64], t: float32[] | p = Linear(x, w); y = Add(p, t)",
            "x: float32[n, 7, 64], t: float32[n, 7, 1] | p = Linear(x, w); y = Add(p, t)",
            "x: float32[n, 7, 64], t: float32[7, 1] | p = Linear(x, w); y = Add(p, t)",
            "x: float32[8, 7, 64] | p = Linear(x, w); s = Slice{axis=0, start=4, end=8}(p); y = Linear(s, w)",
            "x: float32[n, 7, 128] | s = Slice{axis=2, start=1, end=65}(x); y = Linear(s, w)",
            "x: float32[n, 7, 64] | v = Slice{axis=0, start=0, end=32}(w); p = Linear(x, w); y = Linear(x, v)",
            "x: float32[n, r, 64] | y = Linear(x, w)", "x: float32[n, 200, 64] | y = Linear(x, w)",
            "x: float32[n, 7, 64], z: float32[n, 8, 64] | p = Linear(x, w); a = Attention{heads=1}(p, z, z); y = Linear(a, w)",
            "x: float32[n, 7, 64] | p = Linear(x, w); q = Sigmoid(p); y = Linear(q, w)"})
    void refusesWhatLiesOtherwise(String inputs, String body) {
        Graph graph = GraphText.parse("(" + inputs + ", w: float32[64, 64]) -> (y) {\n" + body.replace("; ", "\n") + "\n}\n");
        assertTrue(refusal(graph).contains("queries=network"), body);
    }

    /// Of who must take the kernel, with the cure; of who need not, without.
    private static String refusal(Graph graph) {
        String message = String.valueOf(assertThrows(EngineException.class, () -> QueryProgram.of(graph)).getMessage());
        assertEquals(Optional.of(message.replace("; build with --setting queries=network", "")), QueryProgram.refusal(graph));
        return message;
    }

    /// What the simulation is for: the third stage sends to buffer 0 when others may still be in the second, which reads it.
    @Test
    void theSimulationFindsABufferThatIsWrittenTooSoon() {
        assertThrows(AssertionError.class, () -> simulate(false));
        simulate(true);
    }

    /// Two products of one input, and one of the first's result.
    ///
    /// @param inTime whether what the second gives is received before its input's buffer is sent to
    private static void simulate(boolean inTime) {
        QueryStage.Operand x = new QueryStage.Operand("x", 0, 64, true);
        QueryStage.Factors factors = new QueryStage.Factors(new QueryStage.Operand("w", 0, 64, false), Optional.empty(), 64);
        QueryStage first = product(new QueryStage.Intake(Optional.of(x), 0, false), factors, 1);
        QueryStage again = product(new QueryStage.Intake(Optional.empty(), 0, false), factors, 2);
        QueryStage result = product(new QueryStage.Intake(Optional.empty(), 1, true), factors, 0);
        QueryStage last = product(new QueryStage.Intake(Optional.empty(), 2, true), factors, QueryStage.NONE);
        QueryStage end = product(new QueryStage.Intake(Optional.empty(), 0, true), factors, QueryStage.NONE);
        List<QueryStage> stages = inTime ? List.of(first, again, last, result, end) : List.of(first, again, result, last, end);
        QueryLayout layout = new QueryLayout(3, 64, QueryLayout.FEWEST_HIDDEN, 16, DataType.FLOAT32);
        QueryProgram program = new QueryProgram(layout, List.of(QueryProgram.Launch.of(stages)), new LinkedHashMap<>());
        QuerySimulation.run(program, 1, Map.of("x", Tensor.of(Shape.of(1, 3, 64), new float[3 * 64]), "w",
                Tensor.of(Shape.of(64, 64), new float[64 * 64])));
    }

    private static QueryStage product(QueryStage.Intake intake, QueryStage.Factors factors, int to) {
        return new QueryStage.Product(intake, Optional.empty(), Optional.of(factors), false, QueryStage.Addends.NOTHING,
                new QueryStage.Result("", to, Optional.empty()));
    }

    @Test
    void anyNumberOfPicturesIsOneProgram() {
        Graph graph = GraphText.parse("""
                (x: float32[n, 7, 64], table: float32[1, 7, 64], w: float32[64, 64]) -> (y, z) {
                  p = Linear(x, w)
                  y = Add(table, p)
                  q = Linear(y, w)
                  z = Relu(q)
                }
                """);
        QueryProgram program = QueryProgram.of(graph);
        assertEquals(List.of(2), program.launches().stream().map(launch -> launch.stages().size()).toList());
        QueryStage.Product first = (QueryStage.Product) program.stages().getFirst();
        assertEquals(false, first.addends().global().orElseThrow().ofPicture());
        assertEquals(true, first.intake().loaded().orElseThrow().ofPicture());
    }

    @Test
    void saysWhatItDoesNotTake() {
        String signature = "(x: float32[n, 7, %d], w: float32[%d, %d], b: float32[%d], c: float32[n, 7, %d]) -> (y) {\n";
        Map<String, String> refused = Map.of("y = Add(x, c)", "no product", "p = Linear(x, w)\n s = Add(p, c)\n y = Relu(s)", "Relu",
                "p = Linear(x, w)\n y = Slice{axis=2, start=0, end=16}(p)", "columns",
                "p = Linear(x, w)\n r = Relu(p)\n q = Relu(r)\n y = Linear(q, w)",
                "Relu");
        refused.forEach((body, why) -> {
            Graph graph = GraphText.parse(signature.replace("%d", "64") + body + "\n}\n");
            String said = refusal(graph);
            assertTrue(said.contains(why) && said.contains("queries=network"), body + ": " + said);
        });
        Graph narrow = GraphText.parse(signature.replace("%d", "32") + "y = Linear(x, w)\n}\n");
        assertTrue(QueryProgram.refusal(narrow).orElse("").contains("32 channels"));
        assertThrows(EngineException.class, () -> QueriesKernel.DEVICES.require(new Architecture(89)));
        QueriesKernel.DEVICES.require(new Architecture(90));
        QueriesKernel.DEVICES.require(new Architecture(100));
        assertThrows(EngineException.class, () -> QueriesKernel.DEVICES.require(new Architecture(120)));
    }

    /// The kernel's file refuses to be compiled for another number of bytes (`NvrtcCompilerTest`).
    @Test
    void launchesHaveSharedMemoryAndClusters() {
        QueryLayout layout = QueryProgram.of(LARGE.mask2Former()).layout();
        assertEquals(new QueryLayout(100, 256, 2048, 32, DataType.FLOAT16), layout);
        assertEquals(7 * 16, QueriesKernel.geometry(layout, 1).blocksAcross());
        assertEquals(178_688, QueriesKernel.geometry(layout, 1).sharedBytes());
        assertThrows(EngineException.class, () -> new QueryLayout(129, 256, 2048, 32, DataType.FLOAT16));
        assertThrows(EngineException.class, () -> new QueryLayout(100, 256, 2048, 48, DataType.FLOAT16));
        assertThrows(EngineException.class, () -> new QueryLayout(100, 256, 2050, 32, DataType.FLOAT16));
    }

    /// A Subgraph's graph, whose constants are inputs.
    @Test
    void sampleGraphsAreSubgraphs() {
        SMALL.all().forEach(graph -> assertEquals(graph.inputs().size(), new Operation.Subgraph(graph).inputTypes().size()));
    }

    /// A single node is taken in one of the graphs that it may stand in exactly if the limits say so.
    @Test
    void limitsAreWhatTheKernelTakes() {
        long[] sizes = {8, 16, 32, 48, 64, 80, 96, 128, 192, 256, 320, 512, 520, 768, 784, 1024, 1536, 2048, 2560};
        for (long size : sizes) {
            for (long other : sizes) {
                assertLimit(QueryLimits.takesProduct(size, other, false), size + ", " + other, Map.of("i", other, "o", size),
                        "(x: float32[n, 7, $i], w: float32[$o, $i]) -> (y) { y = Linear(x, w) }");
                assertLimit(QueryLimits.takesProduct(size, other, true), size + ", " + other + " and a bias", Map.of("i", other, "o", size),
                        "(x: float32[n, 7, $i], w: float32[$o, $i], b: float32[$o]) -> (y) { y = Linear(x, w, b) }",
                        """
                                (x: float32[n, 7, $i], w: float32[$o, $i], b: float32[$o], v: float32[$i, $o], c: float32[$i]) -> (y) {
                                  h = Linear(x, w, b)
                                  r = Relu(h)
                                  y = Linear(r, v, c)
                                }""",
                        """
                                (x: float32[n, 7, $o], w: float32[$i, $o], b: float32[$i], v: float32[$o, $i], c: float32[$o]) -> (y) {
                                  h = Linear(x, w, b)
                                  r = Relu(h)
                                  y = Linear(r, v, c)
                                }""");
            }
            Map<String, Long> channels = Map.of("c", size);
            assertLimit(QueryLimits.takesRelu(size), "Relu of " + size, channels,
                    "(x: float32[n, 7, 64], w: float32[$c, 64]) -> (y) { p = Linear(x, w) y = Relu(p) }", """
                            (x: float32[n, 7, 64], w: float32[$c, 64], b: float32[$c], v: float32[64, $c], c: float32[64]) -> (y) {
                              h = Linear(x, w, b)
                              r = Relu(h)
                              y = Linear(r, v, c)
                            }""");
            assertLimit(QueryLimits.takesWidth(size), "normalisation of " + size, channels, """
                    (x: float32[n, 7, $c], w: float32[$c, $c], s: float32[$c]) -> (y) {
                      p = Linear(x, w)
                      y = LayerNormalization(p, s, s)
                    }""", """
                    (x: float32[n, 7, 64], w: float32[$c, 64], s: float32[$c]) -> (y) {
                      p = Linear(x, w)
                      y = LayerNormalization(p, s, s)
                    }""");
            for (String table : List.of("[$c]", "[7, $c]")) {
                assertLimit(QueryLimits.takesOutputs(size), "table of " + size, channels,
                        "(x: float32[n, 7, 64], w: float32[$c, 64], t: float32" + table + ") -> (y) { p = Linear(x, w) y = Add(p, t) }");
            }
            for (String rows : List.of("[1, 7, $c]", "[n, 7, $c]")) {
                assertLimit(QueryLimits.takesWidth(size), "sum of " + size, channels,
                        "(x: float32[n, 7, 64], w: float32[$c, 64], t: float32" + rows + ") -> (y) { p = Linear(x, w) y = Add(p, t) }",
                        "(x: float32[n, 7, $c], w: float32[$c, $c], t: float32" + rows + ") -> (y) { p = Linear(x, w) y = Add(p, t) }");
            }
            for (long heads : new long[]{1, 2, 3, 4, 5, 6, 8, 12, 16, 32}) {
                assertLimit(QueryLimits.takesAttention(size, heads), heads + " heads of " + size, Map.of("c", size, "h", heads), """
                        (x: float32[n, 7, $c], w: float32[$c, $c]) -> (y) {
                          p = Linear(x, w)
                          a = Attention{heads=$h}(p, p, p)
                          y = Linear(a, w)
                        }""");
            }
            for (long start : new long[]{0, 4, 8, 16}) {
                assertLimit(QueryLimits.takesColumns(start, start + size), size + " from " + start,
                        Map.of("a", start, "e", start + size, "c", size), """
                                (x: float32[n, 7, 64], w: float32[2048, 64]) -> (y) {
                                  p = Linear(x, w)
                                  s = Slice{axis=2, start=$a, end=$e}(p)
                                  y = Relu(s)
                                }""", """
                                (x: float32[n, 7, 2048], w: float32[64, $c]) -> (y) {
                                  s = Slice{axis=2, start=$a, end=$e}(x)
                                  y = Linear(s, w)
                                }""");
            }
        }
    }

    private static void assertLimit(boolean isTaken, String what, Map<String, Long> sizes, String... texts) {
        List<String> refusals = new ArrayList<>();
        for (String text : texts) {
            String sized = text;
            for (Map.Entry<String, Long> size : sizes.entrySet()) {
                sized = sized.replace("$" + size.getKey(), size.getValue().toString());
            }
            try {
                QueryProgram.refusal(GraphText.parse(sized)).ifPresent(refusals::add);
            } catch (IllegalArgumentException e) {
                // Attention of heads that do not divide the channels, columns that are not there.
                refusals.add(String.valueOf(e.getMessage()));
            }
        }
        assertEquals(isTaken, refusals.size() < texts.length, what + ": " + refusals);
    }
}
