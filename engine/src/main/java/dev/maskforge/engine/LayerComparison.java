package dev.maskforge.engine;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.InputSizes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// Looks inside two networks for the place where they begin to differ: values that both compute under one name, in scopes
/// that have the same operations in both, become outputs, and their errors are measured, ever more closely around the first that exceeds a bound.
///
/// Errors need not grow from layer to layer, so what is found is a value with a large error whose measured neighbour before
/// it has none, not necessarily the first of all such. And a value that is an output cannot be fused away: an error that an
/// engine makes in fusing may vanish while one looks.
public final class LayerComparison {
    /// Values that are measured in one round. Two rounds find one among some thousand.
    private static final int VALUES_IN_ROUND = 48;
    /// What the outputs of one run may take.
    private static final long BYTES_IN_RUN = 1L << 29;

    private final Subject reference;
    private final Subject other;
    private final List<Candidate> candidates;
    private final TreeMap<Integer, OutputError> measured = new TreeMap<>();

    /// A network on an engine, with what it is asked.
    ///
    /// @param graph  lowered for the engine; its memory outlives the comparison
    /// @param inputs of the graph, by name
    public record Subject(Graph graph, EngineProvider provider, EngineOptions options, Map<String, Tensor> inputs) {
        public Subject {
            inputs = Map.copyOf(inputs);
        }
    }

    private record Candidate(String name, long bytes) {}

    /// What was found.
    ///
    /// @param values   the number of values that both compute
    /// @param measured the errors of those that were measured, in the order of the reference's nodes
    /// @param first    the first of them that exceeds the bound, if any does; the value before it, if it has one, does not
    public record Report(int values, List<OutputError> measured, Optional<OutputError> first) {
        public Report {
            measured = List.copyOf(measured);
        }
    }

    private LayerComparison(Subject reference, Subject other) {
        this.reference = reference;
        this.other = other;
        this.candidates = common(reference, other);
    }

    /// Runs both, as often as it takes.
    ///
    /// @param bound the relative error, max|a-b| / max|b|, above which a value is wrong
    /// @throws IllegalArgumentException if the two have no float32 value of the same name, scope and shape in common
    /// @throws EngineException          if an engine refuses its graph with more outputs, or fails
    public static Report run(Subject reference, Subject other, double bound) {
        LayerComparison comparison = new LayerComparison(reference, other);
        if (comparison.candidates.isEmpty()) {
            throw new IllegalArgumentException("the two have no value of one name and shape in common");
        }
        return comparison.search(bound);
    }

    /// In the order of the reference's nodes.
    private static List<Candidate> common(Subject reference, Subject other) {
        Map<String, Long> sizes = sizes(reference);
        Map<String, Long> otherSizes = sizes(other);
        Map<String, List<Step>> scopes = scopes(reference.graph());
        Map<String, List<Step>> otherScopes = scopes(other.graph());
        Set<String> computed = new HashSet<>();
        other.graph().nodes().forEach(node -> computed.addAll(node.outputs()));
        List<Candidate> common = new ArrayList<>();
        for (Node node : reference.graph().nodes()) {
            String scope = scope(node);
            if (Objects.equals(scopes.get(scope), otherScopes.get(scope))) {
                node.outputs().stream().filter(computed::contains).forEach(name -> {
                    TensorType type = reference.graph().type(name);
                    TensorType otherType = other.graph().type(name);
                    Shape shape = type.shape().with(sizes);
                    if (type.dataType() == DataType.FLOAT32 && otherType.dataType() == DataType.FLOAT32 && shape.isConstant()
                            && shape.equals(otherType.shape().with(otherSizes))) {
                        common.add(new Candidate(name, shape.elementCount() * Float.BYTES));
                    }
                });
            }
        }
        return common;
    }

    /// What is done in a scope. Where two graphs do it in other ways, as in two expansions of one operation, a name that both
    /// use need not mean the same.
    private record Step(String name, String operation) {}

    private static Map<String, List<Step>> scopes(Graph graph) {
        Map<String, List<Step>> scopes = new HashMap<>();
        graph.nodes().forEach(
                node -> scopes.computeIfAbsent(scope(node), _ -> new ArrayList<>()).add(new Step(node.name(), node.operation().type())));
        return scopes;
    }

    private static String scope(Node node) {
        return node.name().substring(0, Math.max(0, node.name().lastIndexOf('/')));
    }

    private static Map<String, Long> sizes(Subject subject) {
        return InputSizes.solve(InputSizes.inputTypes(subject.graph()), subject.inputs());
    }

    private Report search(double bound) {
        int good = -1;
        int last = candidates.size() - 1;
        Optional<Integer> bad = Optional.empty();
        do {
            measure(spread(good, bad.orElse(last)));
            bad = measured.entrySet().stream().filter(entry -> entry.getValue().relative() > bound).map(Map.Entry::getKey).findFirst();
            good = bad.map(index -> Optional.ofNullable(measured.lowerKey(index)).orElse(-1)).orElse(last);
        } while (bad.isPresent() && bad.get() - good > 1);
        return new Report(candidates.size(), List.copyOf(measured.values()), bad.map(measured::get));
    }

    /// Places after `good`, up to and with `end`, evenly, without those that are known.
    private List<Integer> spread(int good, int end) {
        int count = Math.min(VALUES_IN_ROUND, end - good);
        return IntStream.rangeClosed(1, count).map(i -> good + (int) ((long) (end - good) * i / count))
                .filter(index -> !measured.containsKey(index)).boxed().toList();
    }

    private void measure(List<Integer> places) {
        List<Integer> batch = new ArrayList<>();
        long bytes = 0;
        for (int place : places) {
            long more = candidates.get(place).bytes();
            if (!batch.isEmpty() && bytes + more > BYTES_IN_RUN) {
                measureAtOnce(batch);
                batch.clear();
                bytes = 0;
            }
            batch.add(place);
            bytes += more;
        }
        if (!batch.isEmpty()) {
            measureAtOnce(batch);
        }
    }

    private void measureAtOnce(List<Integer> places) {
        List<String> names = places.stream().map(place -> candidates.get(place).name()).toList();
        try (Engine engine = build(reference, names);
                Session session = engine.openSession();
                Engine otherEngine = build(other, names);
                Session otherSession = otherEngine.openSession()) {
            Map<String, Tensor> expected = session.run(reference.inputs());
            Map<String, Tensor> actual = otherSession.run(other.inputs());
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(i);
                measured.put(places.get(i), Comparator.error(name, output(expected, name), output(actual, name)));
            }
        }
    }

    private static Engine build(Subject subject, List<String> names) {
        Graph graph = subject.graph();
        Set<String> outputs = new HashSet<>(graph.outputs());
        List<String> marked = new ArrayList<>(graph.outputs());
        names.stream().filter(outputs::add).forEach(marked::add);
        return subject.provider().build(
                new Graph(graph.inputs(), marked, graph.nodes(), graph.initializers(), graph.types(), graph.metadata()), subject.options());
    }

    private static Tensor output(Map<String, Tensor> outputs, String name) {
        Tensor tensor = outputs.get(name);
        if (tensor == null) {
            throw new IllegalStateException("the engine gives no '" + name + "', only " + outputs.keySet());
        }
        return tensor;
    }
}
