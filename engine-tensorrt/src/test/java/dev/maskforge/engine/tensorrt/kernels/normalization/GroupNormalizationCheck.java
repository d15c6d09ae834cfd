package dev.maskforge.engine.tensorrt.kernels.normalization;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.Interpreter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The kernel of group normalisation against the reference interpreter, on the same numbers.
public record GroupNormalizationCheck(GroupNormalizationGraphs sizes, Graph graph, SequencedMap<String, Tensor> inputs,
        CompletableFuture<Tensor> reference) implements KernelCheck {
    /// As for deformable attention: maps that are added are read at positions of float32, too.
    private static final double FLOAT_TOLERANCE = 5e-5;
    /// Half a unit in the last place of float16, relative to the largest value, beside that.
    private static final double HALF_TOLERANCE = 6e-4;
    /// As often a run is repeated, each time behind the one before, for what depends on chance to show.
    private static final int RUNS = 50;

    /// Groups of 1 to 32 channels, not all of them as many as divide a block's threads, of a pixel and of many, of several pictures, and as networks have it.
    public static List<KernelCheck> all() {
        List<KernelCheck> checks = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            checks.addAll(of(new GroupNormalizationGraphs(1, 256, 32, 64, 128, type), 3000));
            checks.addAll(of(new GroupNormalizationGraphs(3, 128, 32, 13, 27, type), 3001));
            checks.addAll(of(new GroupNormalizationGraphs(2, 96, 3, 5, 1, type), 3002));
            checks.addAll(of(new GroupNormalizationGraphs(2, 32, 32, 7, 9, type), 3003));
            checks.addAll(of(new GroupNormalizationGraphs(1, 1024, 64, 2, 3, type), 3004));
            checks.addAll(of(new GroupNormalizationGraphs(2, 96, 48, 6, 4, type), 3005));
            checks.addAll(of(new GroupNormalizationGraphs(1, 96, 4, 3, 8, type), 3006));
        }
        return List.copyOf(checks);
    }

    /// The references are computed aside, in float32: in float16 the interpreter rounds what the kernel keeps.
    private static List<GroupNormalizationCheck> of(GroupNormalizationGraphs sizes, long seed) {
        List<Graph> graphs = sizes.all();
        List<Graph> singles = new GroupNormalizationGraphs(sizes.pictures(), sizes.channels(), sizes.groups(), sizes.height(),
                sizes.width(), DataType.FLOAT32).all();
        return IntStream.range(0, 2 * graphs.size()).mapToObj(number -> {
            int i = number / 2;
            SequencedMap<String, Tensor> inputs = number % 2 == 0
                    ? sizes.inputs(graphs.get(i), seed + 100L * i)
                    : sizes.inputsWithNan(graphs.get(i), seed + 100L * i);
            SequencedMap<String, Tensor> floats = new LinkedHashMap<>();
            inputs.forEach((name, tensor) -> floats.put(name, Tensor.of(tensor.type().shape(), KernelCheck.floats(tensor))));
            return new GroupNormalizationCheck(sizes, graphs.get(i), inputs,
                    CompletableFuture.supplyAsync(() -> Objects.requireNonNull(Interpreter.run(singles.get(i), floats).get("y"))));
        }).toList();
    }

    @Override
    public Stream<Finding> findings(KernelBench bench) {
        double tolerance = sizes.type() == DataType.FLOAT16 ? HALF_TOLERANCE : FLOAT_TOLERANCE;
        return Stream.of(bench).map(device -> Finding.ofError("group normalisation, " + this, error(device), tolerance));
    }

    /// The largest difference, relative to the largest value; NaN if an element was not written or is a number where the
    /// reference has none, infinite if repeated runs differ.
    private double error(KernelBench bench) {
        TensorType type = graph.type("y");
        int count = Math.toIntExact(type.shape().elementCount());
        try (DeviceMemory memory = bench.memory();
                GroupNormalizationKernel kernel = GroupNormalizationKernel.load(bench.loader(), GroupNormalizationProgram.of(graph),
                        Map.of())) {
            Map<String, Long> places = places(graph, inputs, sizes.type(), memory);
            long output = Objects.requireNonNull(places.get("y"));
            long workspace = memory.poisoned(kernel.workspaceBytes());
            kernel.enqueue(name -> Objects.requireNonNull(places.get(name), name), workspace, bench.stream());
            float[] first = memory.floats(output, count, sizes.type());
            for (int i = 0; i < RUNS; i++) {
                kernel.enqueue(name -> Objects.requireNonNull(places.get(name), name), workspace, bench.stream());
            }
            return Arrays.equals(first, memory.floats(output, count, sizes.type()))
                    ? KernelCheck.relativeErrorOfNumbers(first, KernelCheck.channelsLast(type.shape(), reference.join().toFloats()))
                    : Double.POSITIVE_INFINITY;
        }
    }

    /// Inputs as the kernel takes them, and room for the result.
    static Map<String, Long> places(Graph graph, SequencedMap<String, Tensor> inputs, DataType type, DeviceMemory memory) {
        Map<String, Long> places = new HashMap<>();
        inputs.forEach((name, tensor) -> places.put(name,
                memory.floats(KernelCheck.channelsLast(tensor.type().shape(), KernelCheck.floats(tensor)), type)));
        places.put("y", memory.poisoned(graph.type("y").shape().elementCount() * type.bytes()));
        return places;
    }

    @Override
    public String toString() {
        boolean hasNan = inputs.values().stream().anyMatch(tensor -> Float.isNaN(KernelCheck.floats(tensor)[0]));
        return sizes + ", " + graph.nodes().stream().map(node -> node.operation().type()).toList()
                + (hasNan ? " of what is no number" : "");
    }
}
