package dev.maskforge.engine.check;

import dev.maskforge.engine.BuildProfile.Range;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.LayerComparison;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiFunction;

/// Holds an engine against the graph as authored on another engine, picture by picture: one at a time, and as many at once
/// as the engine takes, each picture then in another place. What the reference says of a picture alone is what must come out,
/// in whatever company the picture is.
///
/// An engine that gives labels alone is looked at twice: through one that was built likewise but gives raw outputs, where
/// errors can be measured, and through its own labels.
///
/// @param reference   the graph as authored, giving raw outputs, one picture at a time
/// @param provider    the reference's engine, on which scores are computed
/// @param options     for it
/// @param classLogits the name of the raw output float32 `[N, Q, K+1]`
/// @param maskLogits  the name of the raw output float32 `[N, Q, h, w]`
/// @param raw         the engine, giving raw outputs
/// @param labels      the engine that gives labels `[N, H, W]`, if one ships
/// @param batch       that it takes; it is looked at with the fewest and the most pictures
/// @param gate        that it must pass
/// @param layers      finds the layers that differ, for the inputs of a run and the error above which a layer is wrong; if they
///                    are to be looked for
public record SelfCheck(Engine reference, EngineProvider provider, EngineOptions options, String classLogits, String maskLogits, Engine raw,
        Optional<Engine> labels, Range batch, Gate gate, Optional<BiFunction<Map<String, Tensor>, Double, LayerComparison.Report>> layers) {
    /// With fewer, luck counts.
    public static final int FEWEST_PICTURES = 4;

    /// Looks at the engine. A bad answer is a result, never an exception.
    ///
    /// @param pictures of sizes that the engine takes; reference and engine have the same inputs
    /// @throws IllegalArgumentException if there are fewer than 4
    /// @throws EngineException          if an engine fails to run, or the check was cancelled
    public CheckResult run(List<CheckPicture> pictures, BuildProgress progress) {
        if (pictures.size() < FEWEST_PICTURES) {
            throw new IllegalArgumentException("a self-check takes at least " + FEWEST_PICTURES + " pictures, not " + pictures.size());
        }
        try (Arena memory = Arena.ofShared(); Head head = new Head(provider, options)) {
            List<Expected> expected = expected(pictures, head, memory, progress);
            Judge judge = new Judge(expected, head, classLogits, maskLogits);
            List<Batch> batches = new ArrayList<>(Batch.of(pictures, batch.minimum()));
            if (!batch.isFixed()) {
                batches.addAll(Batch.of(pictures, batch.maximum()));
            }
            int steps = batches.size() * (labels.isPresent() ? 2 : 1);
            int step = 0;
            try (Session session = raw.openSession()) {
                for (Batch each : batches) {
                    say(progress, "checking raw outputs", step++, steps);
                    judge.raw(each, session.run(each.inputs(pictures, memory)));
                }
            }
            if (labels.isPresent()) {
                try (Session session = labels.get().openSession()) {
                    for (Batch each : batches) {
                        say(progress, "checking labels", step++, steps);
                        judge.labels(each, session.run(each.inputs(pictures, memory)));
                    }
                }
            }
            CheckResult result = new CheckResult(gate, pictures.size(), judge.parts(), Optional.empty(), Optional.empty());
            return result.isPassed() || layers.isEmpty()
                    ? result
                    : withLayers(result, layers.get(), judge.worstBatch().inputs(pictures, memory), progress);
        }
    }

    private List<Expected> expected(List<CheckPicture> pictures, Head head, Arena memory, BuildProgress progress) {
        List<Expected> expected = new ArrayList<>();
        try (Session session = reference.openSession()) {
            for (CheckPicture picture : pictures) {
                say(progress, "asking the reference", expected.size(), pictures.size());
                SequencedMap<String, Tensor> outputs = session.run(picture.inputs());
                Tensor classes = copy(output(outputs, classLogits), memory);
                Tensor masks = copy(output(outputs, maskLogits), memory);
                Tensor scores = head.scores(classes, masks, picture.height(), picture.width());
                expected.add(new Expected(classes, masks, copy(scores, memory)));
            }
        }
        return expected;
    }

    private static void say(BuildProgress progress, String what, int step, int steps) {
        progress.phase(what, step, steps);
        if (progress.isCancelled()) {
            throw new EngineException("the self-check was cancelled");
        }
    }

    private static Tensor copy(Tensor tensor, Arena memory) {
        Tensor copy = Tensor.allocate(tensor.dataType(), tensor.shape(), memory);
        copy.memory().copyFrom(tensor.memory());
        return copy;
    }

    private static Tensor output(Map<String, Tensor> outputs, String name) {
        Tensor tensor = outputs.get(name);
        if (tensor == null) {
            throw new IllegalStateException("the reference gives no '" + name + "', only " + outputs.keySet());
        }
        return tensor;
    }

    /// An engine that does not let itself be looked into has still fallen short, and that is the answer.
    private static CheckResult withLayers(CheckResult result, BiFunction<Map<String, Tensor>, Double, LayerComparison.Report> layers,
            Map<String, Tensor> inputs, BuildProgress progress) {
        say(progress, "looking for the layers that differ", 0, 0);
        Optional<LayerComparison.Report> found = Optional.empty();
        Optional<String> reason = Optional.empty();
        try {
            found = Optional.of(layers.apply(inputs, result.gate().layerError()));
        } catch (EngineException | IllegalArgumentException e) {
            reason = Optional.of(String.valueOf(e.getMessage()));
        }
        return new CheckResult(result.gate(), result.pictures(), result.parts(), found, reason);
    }
}
