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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Runs an ONNX file and the graph that it was made into on the same inputs, and says how far they are alike. The file runs
/// as it is, so that a fault in reading it shows, too.
///
/// Labels tell nothing of how near two classes were; where the graph has the scores that labels are the best of, those are
/// compared as well.
///
/// What falls short is asked once more: the file itself, with its inputs rounded otherwise. Where rounding alone moves its
/// answers far, they cannot be told from the graph's, and such an input does not count.
///
/// @param source  the file
/// @param read    its graph, before any pass
/// @param changed the graph to check
/// @param inputs  what both are tried with
/// @param options of the engine
record OptimizationCheck(Path source, Graph read, Graph changed, ProbeInputs inputs, EngineOptions options) {
    /// How far answers may move, relatively, when nothing but rounding happens to an input. Full-size networks move by 1e-6 to
    /// 1.3e-5 on pictures of the kind that they are made for, and by 4e-4 to 5e-2 where numbers are of the other kind.
    private static final double STILL = 1e-4;

    /// One session after the other, so that only one model is in memory.
    List<Likeness> run() {
        EngineProvider provider = Engines.named(Segmenter.DEFAULT_ENGINE);
        SequencedMap<String, String> scores = scoresOfLabels(read);
        SequencedMap<String, String> changedScores = scoresOfLabels(changed);
        try (Arena arena = Arena.ofShared()) {
            List<Map<String, Tensor>> tries = new ArrayList<>();
            for (int number = 0; number < Likeness.INPUTS; number++) {
                tries.add(inputs.inputs(number, arena));
            }
            List<Map<String, Tensor>> expected = answers(provider.open(source, options), tries, arena);
            List<Map<String, Tensor>> margins = scores.isEmpty()
                    ? expected
                    : answers(provider.build(withOutputs(read, scores), options), tries, arena);
            List<Map<String, Tensor>> given = answers(provider.build(withOutputs(changed, changedScores), options), tries, arena);
            List<Try> all = new ArrayList<>();
            for (int number = 0; number < Likeness.INPUTS; number++) {
                all.add(new Try(expected.get(number), margins.get(number), given.get(number)));
            }
            List<Likeness> found = likenesses(all, scores, changedScores);
            if (found.stream().allMatch(Likeness::isEnough)) {
                return found;
            }
            List<Map<String, Tensor>> rounded = new ArrayList<>();
            for (int number = 0; number < Likeness.INPUTS; number++) {
                rounded.add(ProbeInputs.rounded(tries.get(number), number, arena));
            }
            List<Map<String, Tensor>> own = answers(
                    scores.isEmpty() ? provider.open(source, options) : provider.build(withOutputs(read, scores), options), rounded, arena);
            List<Try> telling = telling(all, own);
            return telling.isEmpty() ? found : likenesses(telling, scores, changedScores);
        }
    }

    /// What the file and the graph said of one input.
    ///
    /// @param expected by the file
    /// @param margins  by the file, with scores of labels
    /// @param given    by the graph, with scores of labels
    private record Try(Map<String, Tensor> expected, Map<String, Tensor> margins, Map<String, Tensor> given) {}

    /// The tries in which the file's own answers stand still when its input is rounded.
    ///
    /// @param rounded what the file says of the rounded inputs
    private static List<Try> telling(List<Try> tries, List<Map<String, Tensor>> rounded) {
        return IntStream.range(0, tries.size())
                .filter(number -> largestError(tries.get(number).margins(), rounded.get(number)) <= STILL)
                .mapToObj(tries::get).toList();
    }

    private static double largestError(Map<String, Tensor> answers, Map<String, Tensor> others) {
        return answers.entrySet().stream().filter(answer -> answer.getValue().dataType().isFloatingPoint())
                .mapToDouble(answer -> Comparator.error(answer.getKey(), answer.getValue(), tensor(others, answer.getKey())).relative())
                .max().orElse(0);
    }

    private List<Likeness> likenesses(List<Try> tries, Map<String, String> scores, Map<String, String> changedScores) {
        return changed.outputs().stream()
                .flatMap(output -> tries.stream()
                        .map(one -> likeness(output, one, scored(one.margins(), scores.get(output)),
                                scored(one.given(), changedScores.get(output))))
                        .reduce(Likeness::plus).stream())
                .toList();
    }

    private static Optional<Tensor> scored(Map<String, Tensor> answer, @Nullable String scores) {
        return Optional.ofNullable(scores).map(answer::get);
    }

    private static Likeness likeness(String output, Try one, Optional<Tensor> scores, Optional<Tensor> givenScores) {
        Tensor a = tensor(one.expected(), output);
        Tensor b = tensor(one.given(), output);
        if (!a.type().equals(b.type())) {
            throw new MaskforgeException("output '" + output + "' has become " + b + " of " + a
                    + ", a fault in Maskforge; the file was not written");
        }
        if (a.dataType().isFloatingPoint()) {
            return new Likeness(output, Optional.of(Comparator.error(output, a, b)), Optional.empty(), 0, 1);
        }
        Optional<OutputError> error = scores.flatMap(known -> givenScores.filter(other -> other.type().equals(known.type()))
                .map(other -> Comparator.error("their scores", known, other)));
        Optional<Agreement> agreement = scores.map(each -> Comparator.agreement(each, b));
        return new Likeness(output, error, agreement, unequal(a, b), 1);
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
