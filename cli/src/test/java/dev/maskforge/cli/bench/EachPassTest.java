package dev.maskforge.cli.bench;

import dev.maskforge.GraphForm;
import dev.maskforge.ModelOptions;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.graph.Graph;
import dev.maskforge.measure.Clock;
import dev.maskforge.measure.Fidelity;
import dev.maskforge.measure.Protocol;
import dev.maskforge.measure.Result;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.rewrite.Optimisation;
import dev.maskforge.vision.Size;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class EachPassTest {
    private static final Size SIZE = new Size(64, 128);
    private static final List<String> MERGES = List.of("with separate positions from products",
            "with merge products of deformable attention",
            "with merge products of self-attention", "with merge products of cross-attention");

    private final List<String> said = new ArrayList<>();

    private static Path checkpoint(String model) {
        return Path.of(System.getProperty("maskforge.fixtures"), "models", model, "checkpoint.pkl");
    }

    private List<String> names(String model) {
        return EachPass.of(checkpoint(model), ModelOptions.none(), Engines.named("onnxruntime"), said::add).stream()
                .map(GraphVariant::name).toList();
    }

    @Test
    void thereIsARowForEachPassOfTheEngineAndForEachMergeThatItLacks() {
        EngineProvider provider = Engines.named("onnxruntime");
        List<String> names = names("mask2former-r50");
        assertEquals(List.of("optimised", "authored"), names.subList(0, 2));
        assertEquals(MERGES, names.subList(names.size() - MERGES.size(), names.size()));
        List<String> expected = new ArrayList<>(provider.optimisation().names().stream().map(name -> "without " + name).toList());
        List<String> without = names.subList(2, names.size() - MERGES.size());
        // What has no row is said, each in a line.
        assertEquals(expected.size(), without.size() + said.size(), said::toString);
        expected.removeIf(name -> said.stream().anyMatch(line -> line.startsWith(name + ": the graph is that of 'optimised'")));
        assertEquals(expected, without);
    }

    /// MaskFormer's masks are made once, and nothing attends by them.
    @Test
    void passesThatChangeNothingHaveNoRow() {
        List<String> names = names("maskformer-r50");
        for (String pass : List.of("compare logits instead of probabilities", "resize mask features instead of masks")) {
            assertTrue(said.contains("without " + pass + ": the graph is that of 'optimised', there is nothing to measure"),
                    said::toString);
            assertTrue(!names.contains("without " + pass), names::toString);
        }
        assertTrue(
                said.contains("with merge products of deformable attention: the graph is that of 'with separate positions from products', "
                        + "there is nothing to measure"),
                said::toString);
    }

    /// A variant that makes no graph for the engine.
    private static GraphVariant refused() {
        Pass failing = new Pass() {
            @Override
            public String name() {
                return "fail";
            }

            @Override
            public Outcome apply(Graph graph) {
                throw new EngineException("this engine has no such operation");
            }
        };
        return GraphVariant.of("without much", new Optimisation(Pipeline.of(failing), Pipeline.of()));
    }

    private static CheckpointModel model(GraphVariant variant) {
        return CheckpointModel.open(checkpoint("maskformer-r50"), ModelOptions.none(), Optional.of(variant), _ -> Optional.empty(),
                (_, _, _) -> {
                });
    }

    @Test
    void whatAnEngineRefusesIsSaidAndTheOthersAreMeasured() {
        try (CheckpointModel optimised = model(GraphVariant.of(GraphForm.OPTIMISED));
                CheckpointModel refused = model(refused());
                CheckpointModel authored = model(GraphVariant.of(GraphForm.AUTHORED))) {
            Bench bench = new Bench(1, List.of(optimised, refused, authored), List.of("onnxruntime"), EngineOptions.standard(),
                    new Protocol(0, 3, 3, Optional.empty()), Optional.empty(), Map.of(), Clock.SYSTEM);
            List<Result> results = bench.run(SIZE, BenchPictures.standard(SIZE), new Bench.Progress() {
                @Override
                public void referenceFailed(BenchModel reference, Throwable reason) {
                    throw new AssertionError(reason);
                }

                @Override
                public void refused(String subject, EngineException reason) {
                    said.add(subject + ": " + reason.getMessage());
                }
            });
            assertEquals(List.of("checkpoint.pkl, without much: this engine has no such operation"), said);
            assertEquals(List.of("checkpoint.pkl, optimised", "checkpoint.pkl, authored"), results.stream().map(Result::subject).toList());
            assertEquals(List.of("checkpoint.pkl as authored, onnxruntime", "checkpoint.pkl as authored, onnxruntime"),
                    results.stream().map(result -> result.fidelity().map(Fidelity::reference).orElse("none")).toList());
        }
    }
}
