package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.tensorrt.kernels.KernelCache;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.StandInCompiler;
import dev.maskforge.engine.tensorrt.kernels.StandInModules;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensGraphs;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.text.GraphText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Kernels of ours whose inputs are constants, from a graph through a plan's bytes to a device that is none.
class KernelConstantsTest {
    /// More than is copied at once.
    private static final int HEIGHT = 1200;
    private static final int WIDTH = 1300;

    private final StandInCuda device = new StandInCuda();
    private final StandInModules modules = new StandInModules();

    @TempDir
    private Path folder;

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(3).nextBytes(bytes);
        return bytes;
    }

    /// Labels of constant class logits and masks that come in, and two pictures: of constants alone, and of pixels that come in
    /// with the same constant beside.
    private static Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        Value masks = builder.input("masks", new TensorType(DataType.FLOAT32, Shape.of(1, 7, 4, 5)));
        Value samples = builder.input("samples", new TensorType(DataType.UINT8, Shape.of(1, 8, 8, 3)));
        Value classes = builder.initializer("classes", Tensor.of(Shape.of(1, 7, 20), new float[140]));
        builder.output("labels",
                builder.add(new Operation.SemanticLabels(Dimension.of(16), Dimension.of(20)), classes, masks));
        Value pixels = builder.initializer("pixels", Tensor.ofBytes(Shape.of(1, HEIGHT, WIDTH, 3), bytes(HEIGHT * WIDTH * 3)));
        Value valid = builder.initializer("valid", Tensor.ofIntegers(Shape.of(1, 2), 5, 6));
        Operation normalise = new Operation.Pixels(List.of(1f, 2f, 3f), List.of(4f, 5f, 6f));
        builder.output("image", builder.add(normalise, pixels, valid));
        builder.output("small", builder.add(normalise, samples, valid));
        return builder.build();
    }

    private static PlanContainer container(Graph graph) {
        return container(graph, KernelSteps::isOwn);
    }

    private static PlanContainer container(Graph graph, Predicate<Operation> isOwn) {
        Partition partition = Partition.of(graph, isOwn);
        PlanValues values = PlanValues.of(partition, graph);
        return new PlanContainer(types(graph, graph.inputs()), types(graph, graph.outputs()), values.between(), values.constants(),
                partition.steps().stream().<PlanContainer.Part>map(step -> new PlanContainer.Part.Kernel((Partition.Step.Kernel) step))
                        .toList());
    }

    private static SequencedMap<String, TensorType> types(Graph graph, List<String> names) {
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        names.forEach(name -> types.put(name, graph.type(name)));
        return types;
    }

    private Engine open(PlanContainer container) {
        KernelLoader loader = new KernelLoader(modules, new StandInCompiler(), new KernelCache(folder));
        return PlanOpening.open(container, _ -> {
            throw new AssertionError("there is no segment");
        }, device, () -> loader, 1);
    }

    private static Map<String, Tensor> inputs() {
        return Map.of("masks", Tensor.of(Shape.of(1, 7, 4, 5), new float[140]), "samples",
                Tensor.ofBytes(Shape.of(1, 8, 8, 3), new byte[192]));
    }

    @Test
    void kernelsFindConstantsThatAllSessionsShare() {
        Graph graph = graph();
        PlanContainer read;
        Engine engine;
        try (Arena arena = Arena.ofConfined()) {
            read = PlanContainer.read(container(graph).write(arena));
            engine = open(read);
        }
        // The plan's bytes are gone; what the device has stays.
        int loaded = device.held();
        assertEquals(1, loaded);
        try (Session first = engine.openSession(); Session second = engine.openSession()) {
            first.run(inputs());
            second.run(inputs());
            List<Long> places = new ArrayList<>();
            places.addAll(assertBytes(graph, "class_probabilities", Map.of(0, "classes")));
            places.addAll(assertBytes(graph, "pixels", Map.of(1, "valid")));
            assertEquals(2, places.size(), "each constant once: " + places);
        }
        assertEquals(loaded, device.held());
        engine.close();
        assertEquals(0, device.held());
    }

    /// The places of a kernel's constants, which are the same in all launches.
    private List<Long> assertBytes(Graph graph, String function, Map<Integer, String> constants) {
        List<List<Long>> launches = modules.launches().stream().filter(launch -> launch.function().equals(function))
                .map(launch -> launch.addresses(2)).toList();
        assertTrue(launches.size() >= 2, launches.toString());
        List<Long> places = new ArrayList<>();
        constants.forEach((argument, name) -> {
            long place = launches.getFirst().get(argument);
            launches.forEach(launch -> assertEquals(place, launch.get(argument)));
            assertOnDevice(place, graph, name);
            places.add(place);
        });
        return places;
    }

    private void assertOnDevice(long place, Graph graph, String name) {
        MemorySegment memory = constant(graph, name).memory();
        assertEquals(-1, memory.mismatch(device.at(place).asSlice(0, memory.byteSize())), name);
    }

    private static Tensor constant(Graph graph, String name) {
        Tensor constant = graph.initializers().get(name);
        if (constant == null) {
            throw new AssertionError("no constant '" + name + "'");
        }
        return constant;
    }

    @Test
    void constantsOfManyChunksAreWhole() {
        Graph graph = graph();
        try (Engine engine = open(container(graph)); Session session = engine.openSession()) {
            session.run(inputs());
            long large = modules.launches().stream().filter(launch -> launch.function().equals("pixels"))
                    .map(launch -> launch.addresses(1).getFirst())
                    .filter(place -> device.at(place).byteSize() >= (long) HEIGHT * WIDTH * 3).findFirst().orElseThrow();
            assertTrue(constant(graph, "pixels").memory().byteSize() > 1 << 22);
            assertOnDevice(large, graph, "pixels");
        }
        assertEquals(0, device.held());
    }

    /// Loading alone, call by call.
    @Test
    void aFailureWhileLoadingLeavesNothing() {
        PlanContainer container = container(graph());
        open(container).close();
        int calls = device.callCount();
        for (int call = 0; call < calls; call++) {
            device.failAt(call);
            assertThrows(EngineException.class, () -> open(container).close());
            assertEquals(0, device.held(), "after a failure at call " + call);
        }
        assertTrue(calls > 8, "useOnThisThread, allocate, newStream, allocatePinned, copyIn, synchronize, ...: " + calls);
    }

    /// A segment's port of a hostile plan, which TensorRT would write into what sessions share.
    @Test
    void noSegmentGivesAConstant() {
        SequencedMap<String, Tensor> constants = new LinkedHashMap<>(Map.of("y", Tensor.of(Shape.of(2, 3), new float[6])));
        PlanContainer container = new PlanContainer(StandInPlan.inputs(), new LinkedHashMap<>(), new LinkedHashMap<>(), constants,
                List.of(new PlanContainer.Part.Segment(MemorySegment.ofArray(new byte[1]))));
        Function<MemorySegment, LoadedPlan> load = _ -> new StandInPlan(device);
        EngineException refusal = assertThrows(EngineException.class, () -> PlanOpening.open(container, load, device, () -> {
            throw new AssertionError("there is no kernel");
        }, 1));
        assertTrue(String.valueOf(refusal.getMessage()).contains("gives 'y', which is a constant"), refusal.getMessage());
        assertEquals(0, device.held());
    }

    @Test
    void valuesOfAllOutputsLieBetweenTheSteps() {
        Graph inner = GraphText.parse("""
                (a: float32[n, 4], b: float32[4]) -> (left, right, whole) {
                  whole = Add(a, b)
                  left = Slice{axis=1, start=0, end=2}(whole)
                  right = Slice{axis=1, start=2, end=4}(whole)
                }
                """);
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", inner.type("a"));
        Value bias = builder.initializer("bias", Tensor.of(Shape.of(4), 1, 2, 3, 4f));
        Value scaled = x.add(bias);
        List<Value> results = builder.copy(new Node("chain", new Operation.Subgraph(inner), List.of(),
                List.of("chain/left", "chain/right", "chain/whole")), List.of(scaled, bias));
        Value column = builder.add(new Operation.Slice(1, Dimension.ZERO, Dimension.ONE), results.get(1));
        builder.output("y", results.get(0));
        builder.output("z", column.relu());
        builder.output("w", results.get(2).relu());
        Graph graph = builder.build();
        Partition partition = Partition.of(graph,
                operation -> operation instanceof Operation.Subgraph || operation instanceof Operation.Slice);
        PlanValues values = PlanValues.of(partition, graph);
        assertEquals(List.of("Add", "chain/right", "chain/whole"), List.copyOf(values.between().keySet()));
        values.between().forEach((name, type) -> assertEquals(graph.type(name), type));
        assertEquals(List.of("bias"), List.copyOf(values.constants().keySet()));
    }

    /// An encoder's layer behind a deformable attention, and the next one's, which takes columns of the layer's product.
    private static Graph encoder() {
        Operation attention = new Operation.DeformableAttention(2, 2,
                List.of(new Operation.DeformableAttention.Level(Dimension.of(2), Dimension.of(3))));
        TokensGraphs layer = new TokensGraphs(6, 64, 128, 96);
        Graph inner = layer.graph();
        GraphBuilder builder = new GraphBuilder();
        List<Value> inputs = new ArrayList<>();
        inputs.add(builder.add(attention, half(builder, "values", 64), half(builder, "offsets", 8), half(builder, "logits", 4)));
        inputs.add(half(builder, "tokens", 64));
        Map<String, Tensor> constants = TokensGraphs.inputs(layer.numbers(1));
        inner.inputs().stream().skip(2)
                .forEach(name -> inputs.add(builder.initializer(name, Objects.requireNonNull(constants.get(name), name))));
        List<Value> results = builder.copy(
                new Node("layer", new Operation.Subgraph(inner), List.of(), List.of("layer/y", "layer/product")), inputs);
        Value product = results.getLast();
        builder.output("y", results.getFirst());
        builder.output("next", builder.add(attention, product.slice(-1, 0, 64), product.slice(-1, 64, 72), product.slice(-1, 72, 76)));
        return builder.build();
    }

    private static Value half(GraphBuilder builder, String name, long width) {
        return builder.input(name, new TensorType(DataType.FLOAT16, Shape.of(1, 6, width)));
    }

    @Test
    void aKernelsMatrixIsReadByColumns() {
        Graph graph = encoder();
        PlanContainer written = container(graph, operation -> KernelSteps.isOwn(operation) || operation instanceof Operation.Slice);
        Map<String, Tensor> inputs = new HashMap<>();
        graph.inputs().forEach(name -> inputs.put(name,
                Tensor.ofHalves(graph.type(name).shape(), new float[Math.toIntExact(graph.type(name).shape().elementCount())])));
        try (Arena arena = Arena.ofConfined()) {
            PlanContainer read = PlanContainer.read(written.write(arena));
            assertEquals(Map.of("DeformableAttention", 2, KernelSteps.TOKENS, 1), read.kernels());
            try (Engine engine = open(read); Session session = engine.openSession()) {
                session.run(inputs);
                assertEquals(List.of("deformable_attention", "tokens", "deformable_attention"),
                        modules.launches().stream().limit(3).map(StandInModules.Launch::function).toList());
                List<Long> tokens = modules.launches().get(1).addresses(12);
                long product = tokens.getLast();
                assertEquals(modules.launches().getFirst().addresses(4).getLast(), tokens.getFirst());
                assertEquals(List.of(product, product + 128, product + 144), modules.launches().get(2).addresses(3));
                assertOnDevice(tokens.get(2), graph, "projection");
                assertOnDevice(tokens.get(8), graph, "following");
            }
        }
        assertEquals(0, device.held());
    }

    /// A node of several outputs as it is kept.
    @Test
    void kernelsOfSeveralOutputsAreWrittenAndRead() {
        Graph inner = GraphText.parse("(a: float32[n, 4]) -> (u, v) { u = Relu(a) v = Abs(u) }");
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", inner.type("a"));
        List<Value> results = builder.copy(
                new Node("chain", new Operation.Subgraph(inner), List.of(), List.of("c/u", "c/v")), List.of(x));
        builder.output("u", results.get(0));
        builder.output("v", results.get(1));
        Graph graph = builder.build();
        PlanValues values = PlanValues.of(Partition.of(graph, Operation.Subgraph.class::isInstance), graph);
        assertEquals(Map.of(), values.between());
        Partition.Step.Kernel kernel = (Partition.Step.Kernel) Partition.of(graph, Operation.Subgraph.class::isInstance).steps().getFirst();
        PlanContainer container = new PlanContainer(types(graph, graph.inputs()), types(graph, graph.outputs()), values.between(),
                List.of(new PlanContainer.Part.Kernel(kernel)));
        try (Arena arena = Arena.ofConfined()) {
            assertEquals(container.parts(), PlanContainer.read(container.write(arena)).parts());
        }
    }
}
