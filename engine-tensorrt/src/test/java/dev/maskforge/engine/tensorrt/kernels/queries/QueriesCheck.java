package dev.maskforge.engine.tensorrt.kernels.queries;

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

/// The kernel of queries against the reference interpreter, on the same numbers.
public record QueriesCheck(QueryGraphs sizes, Graph graph, SequencedMap<String, Tensor> inputs,
        CompletableFuture<SequencedMap<String, Tensor>> reference) implements KernelCheck {
    /// Factors of eleven bits, as TF32 has them, and values that are rounded to float16 between some ten steps that follow each other:
    /// a single step was within 7e-4 of the largest value.
    private static final double TOLERANCE = 1e-2;
    /// As often a run is repeated, each time behind the one before, for what depends on chance to show.
    private static final int RUNS = 200;

    /// Few rows and many, of several pictures, with every number of channels, and as networks have them.
    public static List<KernelCheck> all() {
        List<KernelCheck> checks = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            checks.addAll(of(new QueryGraphs(1, 100, 256, 2048, 8, type), 2000));
            checks.addAll(of(new QueryGraphs(2, 1, 64, 512, 4, type), 2001));
            checks.addAll(of(new QueryGraphs(3, 50, 128, 512, 8, type), 2002));
            checks.addAll(of(new QueryGraphs(2, 128, 192, 1536, 3, type), 2003));
            checks.addAll(of(new QueryGraphs(2, 17, 256, 1024, 4, type), 2004));
        }
        return List.copyOf(checks);
    }

    /// The references are computed aside, in float32: in float16 the interpreter rounds what the kernel keeps.
    private static List<QueriesCheck> of(QueryGraphs sizes, long seed) {
        QueryGraphs single = new QueryGraphs(sizes.pictures(), sizes.rows(), sizes.width(), sizes.hidden(), sizes.heads(),
                DataType.FLOAT32);
        List<Graph> graphs = sizes.all();
        List<Graph> singles = single.all();
        Stream<QueriesCheck> numbers = IntStream.range(0, graphs.size())
                .mapToObj(i -> of(sizes, graphs.get(i), singles.get(i), sizes.inputs(graphs.get(i), seed + 100L * i)));
        // Behind a Relu within a network that adds nothing, and behind those of products.
        Stream<QueriesCheck> others = Stream.of(
                of(sizes, sizes.productBesideNetworks(), single.productBesideNetworks(),
                        sizes.inputsWithNan(sizes.productBesideNetworks(), seed)),
                of(sizes, sizes.endOfMaskFormer(), single.endOfMaskFormer(), sizes.inputsWithNan(sizes.endOfMaskFormer(), seed)));
        return Stream.concat(numbers, others).toList();
    }

    private static QueriesCheck of(QueryGraphs sizes, Graph graph, Graph single, SequencedMap<String, Tensor> inputs) {
        SequencedMap<String, Tensor> floats = new LinkedHashMap<>();
        inputs.forEach((name, tensor) -> floats.put(name, Tensor.of(tensor.type().shape(), KernelCheck.floats(tensor))));
        return new QueriesCheck(sizes, graph, inputs, CompletableFuture.supplyAsync(() -> Interpreter.run(single, floats)));
    }

    @Override
    public Stream<Finding> findings(KernelBench bench) {
        return Stream.of(bench).map(device -> Finding.ofError("queries, " + this, error(device), TOLERANCE));
    }

    /// The largest difference, relative to the largest value of its output; NaN if an element was not written or is a number where
    /// the reference has none, infinite if repeated runs differ.
    private double error(KernelBench bench) {
        try (DeviceMemory memory = bench.memory();
                QueriesKernel kernel = QueriesKernel.load(bench.loader(), QueryProgram.of(graph), sizes.pictures())) {
            Map<String, Long> places = new HashMap<>();
            inputs.forEach((name, tensor) -> places.put(name, memory.floats(KernelCheck.floats(tensor), sizes.type())));
            for (String output : graph.outputs()) {
                TensorType type = graph.type(output);
                places.put(output, memory.poisoned(type.shape().elementCount() * type.dataType().bytes()));
            }
            long workspace = kernel.workspaceBytes() == 0 ? 0 : memory.poisoned(kernel.workspaceBytes());
            kernel.enqueue(name -> Objects.requireNonNull(places.get(name), name), workspace, bench.stream());
            Map<String, float[]> first = results(memory, places);
            for (int i = 0; i < RUNS; i++) {
                kernel.enqueue(name -> Objects.requireNonNull(places.get(name), name), workspace, bench.stream());
            }
            Map<String, float[]> last = results(memory, places);
            double worst = 0;
            for (Map.Entry<String, Tensor> expected : reference.join().entrySet()) {
                float[] actual = Objects.requireNonNull(first.get(expected.getKey()));
                double error = Arrays.equals(actual, last.get(expected.getKey()))
                        ? KernelCheck.relativeErrorOfNumbers(actual, expected.getValue().toFloats())
                        : Double.POSITIVE_INFINITY;
                worst = Double.isNaN(worst) || Double.isNaN(error) ? Double.NaN : Math.max(worst, error);
            }
            return worst;
        }
    }

    private Map<String, float[]> results(DeviceMemory memory, Map<String, Long> places) {
        Map<String, float[]> results = new HashMap<>();
        for (String output : graph.outputs()) {
            int count = Math.toIntExact(graph.type(output).shape().elementCount());
            results.put(output, memory.floats(Objects.requireNonNull(places.get(output)), count, sizes.type()));
        }
        return results;
    }

    @Override
    public String toString() {
        boolean hasNan = Float.isNaN(KernelCheck.floats(Objects.requireNonNull(inputs.get("x")))[0]);
        return sizes + " to " + graph.outputs() + (hasNan ? " of what is no number" : "");
    }
}
