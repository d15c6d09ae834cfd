package dev.maskforge.engine.tensorrt.kernels.masks;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Interpreter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The kernel of masks against the reference interpreter, on the same numbers. Where attention is blocked is also held against the
/// reference's logits: only those near the threshold may be on its other side.
///
/// @param graph     of masks, whose logits the reference gives too
/// @param reference the result, and the logits that it was made of
public record MasksCheck(MasksGraphs sizes, Graph graph, SequencedMap<String, Tensor> inputs,
        CompletableFuture<SequencedMap<String, Tensor>> reference) implements KernelCheck {
    /// Factors of float16 are multiplied as they are and summed in float32: 256 products of deviation 1 differ by their order alone.
    private static final double HALF_TOLERANCE = 2e-5;
    /// Factors of float32, and constants whatever the features are, are rounded to 11 bits, whose errors average out over the products.
    private static final double FLOAT_TOLERANCE = 1e-3;
    /// As often a run is repeated, each time behind the one before, for what depends on chance to show.
    private static final int RUNS = 50;

    /// Of one pixel and of many, of one query and of as many as there may be, of several pictures, and as networks have them.
    public static List<KernelCheck> all() {
        List<KernelCheck> checks = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            checks.addAll(of(new MasksGraphs(1, 100, 256, 4, 8, type), 4000));
            checks.addAll(of(new MasksGraphs(1, 100, 256, 64, 128, type), 4001));
            checks.addAll(of(new MasksGraphs(3, 17, 192, 7, 9, type), 4002));
            checks.addAll(of(new MasksGraphs(2, 1, 64, 1, 1, type), 4003));
            checks.addAll(of(new MasksGraphs(2, 128, 64, 70, 61, type), 4004));
            // Blocks go round twice, and the last pixels are no whole four.
            checks.addAll(of(new MasksGraphs(1, 3, 64, 187, 183, type), 4006));
            // Clusters of two, four, eight and sixteen blocks, whose last have few pixels or none; of sixteen that go round twice.
            checks.addAll(ofBlocked(new MasksGraphs(2, 100, 256, 5, 17, type), 4007));
            checks.addAll(ofBlocked(new MasksGraphs(3, 33, 128, 11, 18, type), 4008));
            checks.addAll(ofBlocked(new MasksGraphs(2, 100, 256, 16, 32, type), 4009));
            checks.addAll(ofBlocked(new MasksGraphs(1, 100, 256, 13, 43, type), 4010));
            checks.addAll(ofBlocked(new MasksGraphs(1, 100, 256, 32, 64, type), 4011));
        }
        checks.addAll(of(new MasksGraphs(1, 200, 256, 16, 32, DataType.FLOAT16), 4005));
        return List.copyOf(checks);
    }

    private static List<MasksCheck> of(MasksGraphs sizes, long seed) {
        return of(sizes, sizes.all(), seed);
    }

    private static List<MasksCheck> ofBlocked(MasksGraphs sizes, long seed) {
        return of(sizes, List.of(sizes.blockedByConstants(), sizes.blockedWithProduct()), seed);
    }

    private static List<MasksCheck> of(MasksGraphs sizes, List<Graph> graphs, long seed) {
        return IntStream.range(0, graphs.size()).mapToObj(i -> {
            Graph graph = graphs.get(i);
            SequencedMap<String, Tensor> inputs = sizes.inputs(graph, seed + 100L * i);
            // The logits, too: what they are blocked by is told by them.
            List<String> outputs = isBlocked(graph) ? List.of("y", "l") : List.of("y");
            Graph told = new Graph(graph.inputs(), outputs, graph.nodes(), graph.initializers(), graph.types(), graph.metadata());
            return new MasksCheck(sizes, graph, inputs, CompletableFuture.supplyAsync(() -> Interpreter.run(told, inputs)));
        }).toList();
    }

    private static boolean isBlocked(Graph graph) {
        return graph.type("y").dataType() == DataType.BOOL;
    }

    @Override
    public Stream<Finding> findings(KernelBench bench) {
        boolean areHalves = sizes.type() == DataType.FLOAT16 && !graph.inputs().contains("constants");
        double tolerance = areHalves ? HALF_TOLERANCE : FLOAT_TOLERANCE;
        MasksLayout layout = MasksLayout.of(MasksProgram.of(graph), Map.of());
        return Stream.of(MasksBlocks.whole(layout), MasksBlocks.ofParts(layout))
                .map(blocks -> Finding.ofError("masks, " + this + ", " + blocks, error(bench, layout, blocks), tolerance));
    }

    /// The largest difference of logits, relative to the largest; of what is blocked, the largest logit that is on the other side,
    /// relative to their deviation. NaN if an element was not written, infinite if repeated runs differ.
    private double error(KernelBench bench, MasksLayout layout, MasksBlocks blocks) {
        int count = Math.toIntExact(graph.type("y").shape().elementCount());
        try (DeviceMemory memory = bench.memory();
                MasksKernel kernel = MasksKernel.load(bench.loader(), MasksProgram.of(graph), layout, blocks)) {
            Map<String, Long> places = places(graph, inputs, memory);
            long output = Objects.requireNonNull(places.get("y"));
            long workspace = kernel.workspaceBytes() == 0 ? 0 : memory.poisoned(kernel.workspaceBytes());
            kernel.enqueue(name -> Objects.requireNonNull(places.get(name), name), workspace, bench.stream());
            float[] first = result(memory, output, count);
            for (int i = 0; i < RUNS; i++) {
                kernel.enqueue(name -> Objects.requireNonNull(places.get(name), name), workspace, bench.stream());
            }
            if (!Arrays.equals(first, result(memory, output, count))) {
                return Double.POSITIVE_INFINITY;
            }
            return isBlocked(graph) ? blockedError(first) : logitsError(first, expected("y").toFloats());
        }
    }

    /// A single logit may be near zero, so a difference counts relative to their deviation at least.
    private double logitsError(float[] actual, float[] expected) {
        double difference = 0;
        double largest = deviation();
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        return difference / largest;
    }

    /// Of a sum of products of numbers of deviation 1.
    private double deviation() {
        return Math.sqrt(sizes.channels());
    }

    private float[] result(DeviceMemory memory, long output, int count) {
        if (!isBlocked(graph)) {
            return memory.floats(output, count, DataType.FLOAT32);
        }
        int[] bytes = memory.labels(output, count, DataType.UINT8);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = bytes[i] > 1 ? Float.NaN : bytes[i];
        }
        return values;
    }

    private double blockedError(float[] actual) {
        float[] logits = expected("l").toFloats();
        byte[] blocked = expected("y").toBytes();
        double worst = 0;
        for (int i = 0; i < actual.length; i++) {
            if (Float.isNaN(actual[i])) {
                return Double.NaN;
            }
            if (actual[i] != blocked[i]) {
                worst = Math.max(worst, Math.abs(logits[i]));
            }
        }
        return worst / deviation();
    }

    private Tensor expected(String output) {
        return Objects.requireNonNull(reference.join().get(output), output);
    }

    /// Inputs as the kernel takes them, and room for the result.
    static Map<String, Long> places(Graph graph, SequencedMap<String, Tensor> inputs, DeviceMemory memory) {
        Map<String, Long> places = new HashMap<>();
        inputs.forEach((name, tensor) -> places.put(name,
                memory.floats(KernelCheck.channelsLast(tensor.type().shape(), KernelCheck.floats(tensor)), tensor.type().dataType())));
        Shape shape = graph.type("y").shape();
        places.put("y", memory.poisoned(shape.elementCount() * graph.type("y").dataType().bytes()));
        return places;
    }

    @Override
    public String toString() {
        return sizes + ", " + graph.inputs() + (isBlocked(graph) ? ", where attention is blocked" : "");
    }
}
