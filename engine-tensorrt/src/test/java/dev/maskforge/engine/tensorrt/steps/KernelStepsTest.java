package dev.maskforge.engine.tensorrt.steps;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.tensorrt.kernels.KernelCache;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.StandInCompiler;
import dev.maskforge.engine.tensorrt.kernels.StandInModules;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryGraphs;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.text.GraphText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class KernelStepsTest {
    private static final Map<String, Long> SIZES = Map.of("n", 3L, "h", 2L, "w", 5L);
    private static final Map<String, Long> PLACES = Map.of("value", 0x1000L, "offsets", 0x2000L, "logits", 0x3000L, "sampled", 0x4000L,
            "classes", 0x5000L, "masks", 0x6000L, "labels", 0x7000L, "pixels", 0x9000L, "valid", 0xa000L, "image", 0xb000L);

    @TempDir
    private Path folder;

    private static TensorType floats(Dimension... dimensions) {
        return new TensorType(DataType.FLOAT32, Shape.of(dimensions));
    }

    /// A deformable attention and labels, both straight from inputs, for any batch, height and width.
    private static Graph graph(Dimension classes) {
        Dimension n = Dimension.symbol("n");
        Dimension h = Dimension.symbol("h");
        Dimension w = Dimension.symbol("w");
        Dimension tokens = h.times(w).times(5);
        GraphBuilder builder = new GraphBuilder();
        Value value = builder.input("value", floats(n, tokens, Dimension.of(64)));
        Value offsets = builder.input("offsets", floats(n, tokens, Dimension.of(2 * 2 * 3 * 2)));
        Value logits = builder.input("logits", floats(n, tokens, Dimension.of(2 * 2 * 3)));
        List<Level> levels = List.of(new Level(h, w), new Level(h.times(2), w.times(2)));
        builder.output("sampled", builder.add(new Operation.DeformableAttention(2, 3, levels), value, offsets, logits));
        Value classLogits = builder.input("classes", floats(n, Dimension.of(7), classes));
        Value masks = builder.input("masks", floats(n, Dimension.of(7), h, w));
        builder.output("labels", builder.add(new Operation.SemanticLabels(h.times(4), w.times(4)), classLogits, masks));
        Value pixels = builder.input("pixels",
                new TensorType(DataType.UINT8, Shape.of(n, h.times(32), w.times(32), Dimension.of(3))));
        Value valid = builder.input("valid", new TensorType(DataType.INT32, Shape.of(n, Dimension.of(2))));
        builder.output("image", builder.add(new Operation.Pixels(List.of(1f, 2f, 3f), List.of(4f, 5f, 6f)), pixels, valid));
        return builder.build();
    }

    private static List<Partition.Step.Kernel> kernels(Graph graph) {
        List<Partition.Step.Kernel> kernels = new ArrayList<>();
        for (Partition.Step step : Partition.of(graph, KernelSteps::isOwn).steps()) {
            if (step instanceof Partition.Step.Kernel kernel) {
                kernels.add(kernel);
            }
        }
        return kernels;
    }

    private static long place(String value) {
        Long place = PLACES.get(value);
        if (place == null) {
            throw new AssertionError("there is no '" + value + "'");
        }
        return place;
    }

    @Test
    void aPartitionsKernelsRunForTheSizesAtHand() {
        StandInModules modules = new StandInModules();
        KernelLoader loader = new KernelLoader(modules, new StandInCompiler(), new KernelCache(folder));
        for (Partition.Step.Kernel kernel : kernels(graph(Dimension.of(20)))) {
            try (KernelStep step = KernelSteps.prepare(loader, kernel, SIZES, Map.of())) {
                boolean isLabels = kernel.node().operation() instanceof Operation.SemanticLabels;
                assertEquals(isLabels, step.workspaceBytes() > 0);
                step.enqueue(KernelStepsTest::place, isLabels ? 0x8000 : 0, 7);
            }
        }
        assertEquals(Set.of("deformable_attention", "class_probabilities", "semantic_labels", "pixels"),
                Set.copyOf(modules.launches().stream().map(StandInModules.Launch::function).toList()));
        Map<String, List<Long>> addresses = Map.of("deformable_attention", List.of(0x1000L, 0x2000L, 0x3000L, 0x4000L),
                "class_probabilities", List.of(0x5000L, 0x8000L), "semantic_labels", List.of(0x6000L, 0x8000L, 0x7000L), "pixels",
                List.of(0x9000L, 0xa000L, 0xb000L));
        for (StandInModules.Launch launch : modules.launches()) {
            List<Long> wanted = addresses.getOrDefault(launch.function(), List.of());
            assertEquals(wanted, launch.addresses(wanted.size()), launch.function());
            // Pictures are blocks down, or deep.
            assertTrue(launch.geometry().blocksDown() == 3 || launch.geometry().blocksDeep() == 3, launch.toString());
        }
        assertEquals(Set.of(), modules.loaded());
    }

    /// Columns of a product and of a table, which is one for all three pictures or one for each.
    @ParameterizedTest
    @CsvSource({"1, 0", "n, 100"})
    void positionsAreReadWhereTheyLie(String pictures, int tokensBetween) {
        Graph inner = GraphText.parse("""
                (p: float16[n, 10*h*w, 104], t: float16[%s, 10*h*w, 48]) -> (sampled) {
                  value = Slice{axis=2, start=0, end=64}(p)
                  o = Slice{axis=2, start=64, end=88}(p)
                  ot = Slice{axis=2, start=8, end=32}(t)
                  offsets = Add(o, ot)
                  l = Slice{axis=2, start=88, end=100}(p)
                  lt = Slice{axis=2, start=32, end=44}(t)
                  logits = Add(l, lt)
                  sampled = DeformableAttention{heads=2, points=3, levels=[[h, 2*w], [2*h, 4*w]]}(value, offsets, logits)
                }
                """.formatted(pictures));
        Operation.Subgraph subgraph = new Operation.Subgraph(inner);
        Partition.Step.Kernel kernel = new Partition.Step.Kernel(
                new Node("positioned", subgraph, List.of("outer p", "outer t"), List.of("outer sampled")), subgraph.inputTypes(),
                subgraph.outputTypes());
        Map<String, Long> places = Map.of("outer p", 0x1000L, "outer t", 0x2000L, "outer sampled", 0x3000L);
        StandInModules modules = new StandInModules();
        StandInCompiler compiler = new StandInCompiler();
        try (KernelStep step = KernelSteps.prepare(new KernelLoader(modules, compiler, new KernelCache(folder)), kernel, SIZES, Map.of())) {
            assertEquals(0, step.workspaceBytes());
            step.enqueue(places::get, 0, 7);
        }
        assertTrue(compiler.last().contains("-DTABLES=1") && compiler.last().contains("-DTABLE=half_t"), compiler.last());
        StandInModules.Launch launch = modules.launches().getFirst();
        assertEquals("deformable_attention", launch.function());
        assertEquals(List.of(0x1000L, 0x1000L + 128, 0x1000L + 176, 0x3000L, 0x2000L + 16, 0x2000L + 64), launch.addresses(6));
        List<Integer> rows = IntStream.range(0, 8).mapToObj(i -> launch.arguments().getInt(6 * 8 + 4 * i)).toList();
        assertEquals(List.of(100, 104, 104, 104, 48, 48, tokensBetween, tokensBetween), rows);
        assertEquals(3, launch.geometry().blocksDown());
        assertEquals(Set.of(), modules.loaded());
    }

    @Test
    void attentionOverManyKeysIsTwoKernelsAndOverFewOne() {
        for (long keys : new long[]{100, 5000}) {
            GraphBuilder builder = new GraphBuilder();
            Dimension n = Dimension.symbol("n");
            Value query = builder.input("query", floats(n, Dimension.of(7), Dimension.of(64)));
            Value key = builder.input("key", floats(n, Dimension.of(keys), Dimension.of(64)));
            Value value = builder.input("value", floats(n, Dimension.of(keys), Dimension.of(64)));
            Value mask = builder.input("mask", new TensorType(DataType.BOOL, Shape.of(n, Dimension.of(7), Dimension.of(keys))));
            builder.output("attended", builder.add(new Operation.Attention(4), query, key, value, mask));
            StandInModules modules = new StandInModules();
            KernelLoader loader = new KernelLoader(modules, new StandInCompiler(), new KernelCache(folder));
            Map<String, Long> places = Map.of("query", 0x1000L, "key", 0x2000L, "value", 0x3000L, "mask", 0x4000L, "attended", 0x5000L);
            try (KernelStep step = KernelSteps.prepare(loader, kernels(builder.build()).getFirst(), SIZES, Map.of())) {
                assertEquals(keys == 100, step.workspaceBytes() == 0);
                step.enqueue(places::get, keys == 100 ? 0 : 0x8000, 7);
            }
            assertEquals(keys == 100 ? List.of("attention") : List.of("attention", "join_attention"),
                    modules.launches().stream().map(StandInModules.Launch::function).toList());
            assertEquals(List.of(0x1000L, 0x2000L, 0x3000L, 0x4000L, 0x5000L), modules.launches().getFirst().addresses(5));
            assertEquals(3, modules.launches().getFirst().geometry().blocksDeep());
            assertEquals(Set.of(), modules.loaded());
        }
    }

    /// Whatever the values are called outside; what goes from one launch to the other lies in the workspace.
    @Test
    void queriesAreTwoLaunchesOfOneKernel() {
        Graph inner = new QueryGraphs(3, 20, 64, 512, 4, DataType.FLOAT32).mask2Former();
        List<String> inputs = inner.inputs().stream().map(name -> "outer " + name).toList();
        List<String> outputs = inner.outputs().stream().map(name -> "outer " + name).toList();
        Operation.Subgraph subgraph = new Operation.Subgraph(inner);
        Partition.Step.Kernel kernel = new Partition.Step.Kernel(new Node("queries", subgraph, inputs, outputs), subgraph.inputTypes(),
                subgraph.outputTypes());
        Map<String, Long> places = new HashMap<>();
        inputs.forEach(name -> places.put(name, 0x100L * (places.size() + 1)));
        outputs.forEach(name -> places.put(name, 0x100L * (places.size() + 1)));
        StandInModules modules = new StandInModules();
        KernelLoader loader = new KernelLoader(modules, new StandInCompiler(), new KernelCache(folder));
        try (KernelStep step = KernelSteps.prepare(loader, kernel, Map.of(), Map.of())) {
            // The merged product of queries, keys and values, and what attention's result is added to.
            assertEquals(3 * 20 * (3 + 1) * 64 * Float.BYTES, step.workspaceBytes());
            step.enqueue(places::get, 0x100000, 7);
        }
        assertEquals(List.of("queries", "queries"), modules.launches().stream().map(StandInModules.Launch::function).toList());
        for (StandInModules.Launch launch : modules.launches()) {
            assertEquals(16 * 2 * 3, launch.geometry().blocksAcross());
            assertEquals(16 * 176 + 16, launch.arguments().limit());
            assertEquals(20, launch.arguments().getInt(16 * 176 + 4));
        }
        assertEquals(2, modules.launches().getFirst().arguments().getInt(16 * 176));
        assertEquals(places.get("outer x"), modules.launches().getFirst().arguments().getLong(0));
        assertEquals(places.get("outer w0"), modules.launches().getFirst().arguments().getLong(4 * 8));
        assertEquals(Set.of(), modules.loaded());
    }

    @Test
    void labelsOfManyClassesAreWide() {
        Partition.Step.Kernel labels = kernels(graph(Dimension.of(302))).stream()
                .filter(kernel -> kernel.node().operation() instanceof Operation.SemanticLabels).findFirst().orElseThrow();
        assertEquals(DataType.INT32, labels.outputs().getFirst().dataType());
        StandInCompiler compiler = new StandInCompiler();
        KernelSteps.prepare(new KernelLoader(new StandInModules(), compiler, new KernelCache(folder)), labels, SIZES, Map.of()).close();
        assertTrue(compiler.last().contains("-DLABEL=int"), compiler.last());
    }

    @Test
    void othersAreTheRuntimes() {
        assertEquals(false, KernelSteps.isOwn(new Operation.Linear()));
        Partition.Step.Kernel kernel = kernels(graph(Dimension.of(20))).getFirst();
        Partition.Step.Kernel other = new Partition.Step.Kernel(
                new Node("other", new Operation.Linear(), kernel.node().inputs(), kernel.node().outputs()),
                kernel.inputs(), kernel.outputs());
        KernelLoader loader = new KernelLoader(new StandInModules(), new StandInCompiler(), new KernelCache(folder));
        EngineException refusal = assertThrows(EngineException.class, () -> KernelSteps.prepare(loader, other, SIZES, Map.of()));
        assertTrue(String.valueOf(refusal.getMessage()).contains("'other'"), refusal.toString());
    }
}
