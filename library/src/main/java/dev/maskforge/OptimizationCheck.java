package dev.maskforge;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.OutputError;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Runs an ONNX file and the graph that it was made into on the same inputs, and says how far they are alike. The file runs
/// as it is, so that a fault in reading it shows, too.
///
/// Labels tell nothing of how near two classes were; where the graph has the scores that labels are the best of, those are
/// compared as well.
///
/// @param source  the file
/// @param read    its graph, before any pass
/// @param changed the graph to check
/// @param inputs  what both are tried with
/// @param options of the engine
record OptimizationCheck(Path source, Graph read, Graph changed, ProbeInputs inputs, EngineOptions options) {
    private static final int TRIES = 4;

    /// One session after the other, so that only one model is in memory.
    List<Likeness> run() {
        EngineProvider provider = Engines.named(Segmenter.DEFAULT_ENGINE);
        SequencedMap<String, String> scores = scoresOfLabels(read);
        SequencedMap<String, String> changedScores = scoresOfLabels(changed);
        try (Arena arena = Arena.ofShared()) {
            List<Map<String, Tensor>> tries = new ArrayList<>();
            for (int number = 0; number < TRIES; number++) {
                tries.add(inputs.inputs(number, arena));
            }
            List<Map<String, Tensor>> expected = answers(provider.open(source, options), tries, arena);
            List<Map<String, Tensor>> margins = scores.isEmpty()
                    ? expected
                    : answers(provider.build(withOutputs(read, scores), options), tries, arena);
            List<Map<String, Tensor>> given = answers(provider.build(withOutputs(changed, changedScores), options), tries, arena);
            List<Likeness> found = new ArrayList<>();
            for (String output : changed.outputs()) {
                Likeness sum = null;
                for (int number = 0; number < TRIES; number++) {
                    Likeness one = likeness(output, expected.get(number), scored(margins.get(number), scores.get(output)),
                            given.get(number), scored(given.get(number), changedScores.get(output)));
                    sum = sum == null ? one : sum.plus(one);
                }
                if (sum != null) {
                    found.add(sum);
                }
            }
            return List.copyOf(found);
        }
    }

    private static Optional<Tensor> scored(Map<String, Tensor> answer, @Nullable String scores) {
        return Optional.ofNullable(scores).map(answer::get);
    }

    private static Likeness likeness(String output, Map<String, Tensor> expected, Optional<Tensor> scores, Map<String, Tensor> given,
            Optional<Tensor> givenScores) {
        Tensor a = tensor(expected, output);
        Tensor b = tensor(given, output);
        if (!a.type().equals(b.type())) {
            throw new MaskforgeException("output '" + output + "' has become " + b + " of " + a
                    + ", a fault in Maskforge; the file was not written");
        }
        if (a.dataType().isFloatingPoint()) {
            return new Likeness(output, Optional.of(Comparator.error(output, a, b)), Optional.empty(), 0);
        }
        Optional<OutputError> error = scores.flatMap(one -> givenScores.filter(other -> other.type().equals(one.type()))
                .map(other -> Comparator.error("their scores", one, other)));
        Optional<Agreement> agreement = scores.map(each -> Comparator.agreement(each, b));
        return new Likeness(output, error, agreement, unequal(a, b));
    }

    private static Tensor tensor(Map<String, Tensor> answer, String output) {
        return Optional.ofNullable(answer.get(output))
                .orElseThrow(() -> new MaskforgeException("the engine gives no '" + output + "'; the file may be damaged"));
    }

    private static long unequal(Tensor a, Tensor b) {
        int bytes = a.dataType().bytes();
        long count = 0;
        for (long i = 0; i < a.elementCount(); i++) {
            if (a.memory().asSlice(i * bytes, bytes).mismatch(b.memory().asSlice(i * bytes, bytes)) >= 0) {
                count++;
            }
        }
        return count;
    }

    private static List<Map<String, Tensor>> answers(Engine engine, List<Map<String, Tensor>> tries, Arena arena) {
        try (engine; Session session = engine.openSession()) {
            List<Map<String, Tensor>> answers = new ArrayList<>();
            for (Map<String, Tensor> each : tries) {
                Map<String, Tensor> kept = new LinkedHashMap<>();
                session.run(each).forEach((name, tensor) -> {
                    Tensor copy = Tensor.allocate(tensor.dataType(), tensor.shape(), arena);
                    copy.memory().copyFrom(tensor.memory());
                    kept.put(name, copy);
                });
                answers.add(kept);
            }
            return answers;
        }
    }

    /// By output of labels, the value that they are the best of: float32 `[N, K, H, W]`, if the graph has it.
    private static SequencedMap<String, String> scoresOfLabels(Graph graph) {
        SequencedMap<String, String> scores = new LinkedHashMap<>();
        Map<String, Node> makers = new LinkedHashMap<>();
        graph.nodes().forEach(node -> node.outputs().forEach(output -> makers.put(output, node)));
        for (String output : graph.outputs()) {
            Node maker = makers.get(output);
            while (maker != null && maker.operation() instanceof Operation.Cast) {
                maker = makers.get(maker.inputs().getFirst());
            }
            if (maker != null && maker.operation() instanceof Operation.ArgMax(int axis)) {
                String from = maker.inputs().getFirst();
                boolean areScores = graph.type(from).dataType() == DataType.FLOAT32 && graph.type(from).shape().rank() == 4
                        && graph.type(from).shape().axis(axis) == 1 && makers.containsKey(from);
                if (areScores) {
                    scores.put(output, from);
                }
            }
        }
        return scores;
    }

    private static Graph withOutputs(Graph graph, Map<String, String> more) {
        List<String> outputs = new ArrayList<>(graph.outputs());
        more.values().stream().filter(name -> !outputs.contains(name)).forEach(outputs::add);
        return new Graph(graph.inputs(), outputs, graph.nodes(), graph.initializers(), graph.types(), graph.metadata());
    }
}
