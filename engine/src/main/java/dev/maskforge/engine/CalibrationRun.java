package dev.maskforge.engine;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.InputSizes;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.quantize.Histogram;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/// Shows pictures to a float32 network and counts which numbers its values take: they become outputs, so many at a time as
/// memory bears.
public final class CalibrationRun {
    /// What the outputs of one run may take.
    private static final long BYTES_IN_RUN = 1L << 29;

    private CalibrationRun() {
    }

    /// A network on the engine that it is observed in.
    ///
    /// @param graph as authored, not lowered; its memory outlives the run
    public record Network(Graph graph, EngineProvider provider, EngineOptions options, Lowering.DeformableAttention deformableAttention) {}

    /// Told after each run; a picture is run several times if not all values fit into memory at once.
    @FunctionalInterface
    public interface Progress {
        void done(int runs, int ofRuns);
    }

    /// Runs all pictures.
    ///
    /// @param values  float32 values of the graph, computed ones or inputs
    /// @param inputs  of the graph, picture by picture, at least one; asked for anew for each run
    /// @return what each value took
    /// @throws EngineException if the engine refuses the graph with more outputs, or fails
    public static SortedMap<String, Histogram> run(Network network, Set<String> values, List<Supplier<Map<String, Tensor>>> inputs,
            Progress progress) {
        SortedMap<String, Histogram> histograms = new TreeMap<>();
        observe(network, values, inputs, (name, tensor) -> histograms.computeIfAbsent(name, _ -> new Histogram()).add(tensor), progress);
        return histograms;
    }

    /// Runs all pictures and shows each value of each.
    ///
    /// @param values   float32 values of the graph, computed ones or inputs
    /// @param inputs   of the graph, picture by picture, at least one; asked for anew for each run
    /// @param observer of a value's name and what it was, which it must not keep
    /// @throws EngineException if the engine refuses the graph with more outputs, or fails
    public static void observe(Network network, Set<String> values, List<Supplier<Map<String, Tensor>>> inputs,
            BiConsumer<String, Tensor> observer, Progress progress) {
        List<List<String>> parts = parts(network.graph(), values, inputs.getFirst().get());
        int runs = 0;
        for (List<String> part : parts) {
            try (Engine engine = build(network, part); Session session = engine.openSession()) {
                for (Supplier<Map<String, Tensor>> picture : inputs) {
                    Map<String, Tensor> given = picture.get();
                    Map<String, Tensor> outputs = session.run(given);
                    for (String name : part) {
                        Tensor tensor = Optional.ofNullable(given.get(name)).or(() -> Optional.ofNullable(outputs.get(name)))
                                .orElseThrow(() -> new IllegalStateException(
                                        "the engine gives no '" + name + "', only " + outputs.keySet()));
                        observer.accept(name, tensor);
                    }
                    progress.done(++runs, parts.size() * inputs.size());
                }
            }
        }
    }

    private static List<List<String>> parts(Graph graph, Set<String> values, Map<String, Tensor> inputs) {
        Map<String, Long> sizes = InputSizes.solve(InputSizes.inputTypes(graph), inputs);
        List<List<String>> parts = new ArrayList<>();
        List<String> part = new ArrayList<>();
        long bytes = 0;
        for (String name : values) {
            Shape shape = graph.type(name).shape().with(sizes);
            long more = shape.elementCount() * Float.BYTES;
            if (!part.isEmpty() && bytes + more > BYTES_IN_RUN) {
                parts.add(List.copyOf(part));
                part.clear();
                bytes = 0;
            }
            part.add(name);
            bytes += more;
        }
        parts.add(List.copyOf(part));
        return parts;
    }

    /// What the given outputs take beside the values need not be computed.
    private static Engine build(Network network, List<String> part) {
        Graph graph = network.graph();
        Set<String> outputs = new LinkedHashSet<>(part);
        graph.inputs().forEach(outputs::remove);
        if (outputs.isEmpty()) {
            outputs.addAll(graph.outputs());
        }
        Graph marked = new Graph(graph.inputs(), List.copyOf(outputs), graph.nodes(), graph.initializers(), graph.types(),
                graph.metadata());
        Lowering lowering = new Lowering(network.provider().nativeOperations(), network.deformableAttention());
        Graph lowered = Pipeline.of(new RemoveUnused(), lowering, new RemoveUnused()).run(marked).graph();
        return network.provider().build(lowered, network.options().withPrecision(Precision.FP32));
    }
}
