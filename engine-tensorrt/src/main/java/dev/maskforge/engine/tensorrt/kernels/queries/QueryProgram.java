package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;

/// What the kernel of queries does for the graph of a `Subgraph`: launches of stages.
///
/// @param scratch  values that pass from one launch to another, and how many elements a row of them has
public record QueryProgram(QueryLayout layout, List<Launch> launches, SequencedMap<String, Integer> scratch) {
    /// Stages before a feed-forward network, at whose end its weights are asked for: sooner they hold up other weights, later the
    /// network waits (both were measured).
    private static final int AHEAD = 2;
    /// Of a refusal where the kernel must be taken.
    static final String CURE = "; build with --setting queries=network";

    public QueryProgram {
        launches = List.copyOf(launches);
        scratch = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(scratch));
    }

    /// Stages that run together.
    ///
    /// @param asks for each stage a feed-forward network, counted from 1, whose weights are asked for at its end, or 0; before them,
    ///             that of the launch's beginning
    record Launch(List<QueryStage> stages, List<Integer> asks) {
        static Launch of(List<QueryStage> stages) {
            List<Integer> asks = new ArrayList<>(Collections.nCopies(stages.size() + 1, 0));
            int earliest = 0;
            for (int i = 0; i < stages.size(); i++) {
                if (stages.get(i) instanceof QueryStage.FeedForward) {
                    asks.set(Math.max(earliest, i - AHEAD + 1), i + 1);
                    earliest = i + 1;
                }
            }
            return new Launch(stages, List.copyOf(asks));
        }
    }

    /// The program of a graph.
    ///
    /// @throws EngineException if the kernel does not take the graph; the message says why
    public static QueryProgram of(Graph graph) {
        int rows = QueryShapes.rows(graph);
        DataType type = graph.types().values().stream().map(TensorType::dataType).distinct().reduce((_, _) -> DataType.BOOL)
                .orElse(DataType.BOOL);
        ValueTypes.name(type, "queries");
        QueryFusion.Fused fused = QueryFusion.of(graph);
        int hidden = same(graph,
                fused.steps().stream().flatMap(step -> step instanceof QueryStep.FeedForward network
                        ? Optional.of(network.up().outputs()).stream()
                        : Optional.<Integer>empty().stream()).distinct().toList(),
                () -> QueryLayout.FEWEST_HIDDEN, "hidden channels");
        int heads = same(graph, graph.nodes().stream().flatMap(node -> node.operation() instanceof Operation.Attention(int count)
                ? Optional.of(count).stream()
                : Optional.<Integer>empty().stream()).distinct().toList(), () -> fused.width() / QueryLayout.FEWEST_OF_HEAD, "heads");
        QueryLayout layout = new QueryLayout(rows, fused.width(), hidden, fused.width() / heads, type);
        QueryPlacement.Placed placed = QueryPlacement.of(graph, fused);
        SequencedMap<String, Integer> scratch = new LinkedHashMap<>();
        graph.nodes().stream().flatMap(node -> node.outputs().stream())
                .filter(value -> placed.written().contains(value) && !graph.outputs().contains(value))
                .forEach(value -> scratch.put(value, Math.toIntExact(graph.type(value).shape().get(-1).size())));
        return new QueryProgram(layout, placed.launches().stream().map(Launch::of).toList(), scratch);
    }

    /// Why the kernel does not take a graph, if it does not, for who computes it otherwise then.
    public static Optional<String> refusal(Graph graph) {
        try {
            of(graph);
            return Optional.empty();
        } catch (EngineException e) {
            String message = String.valueOf(e.getMessage());
            return Optional.of(message.endsWith(CURE) ? message.substring(0, message.length() - CURE.length()) : message);
        }
    }

    private static int same(Graph graph, List<Integer> all, IntSupplier none, String what) {
        if (all.size() > 1) {
            throw QueryFusion.refusal("of its " + graph.nodes().size() + " nodes not all have the same number of " + what + ": " + all);
        }
        return all.isEmpty() ? none.getAsInt() : all.getFirst();
    }

    /// All stages, in order.
    List<QueryStage> stages() {
        return launches.stream().flatMap(launch -> launch.stages().stream()).toList();
    }

    /// A line for each stage, for people.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(layout.toString());
        for (Launch launch : launches) {
            text.append("\n launch, asks ").append(launch.asks());
            IntStream.range(0, launch.stages().size())
                    .forEach(i -> text.append("\n  ").append(i + 1).append(' ').append(launch.stages().get(i)));
        }
        return text.toString();
    }
}
