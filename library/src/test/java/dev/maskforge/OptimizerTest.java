package dev.maskforge;

import dev.maskforge.engine.EngineOptions;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.onnx.OnnxBorder;
import dev.maskforge.graph.onnx.OnnxReader;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Exports of Hugging Face's modules (tools/fixtures/make_exports.py), in three ways, optimised and held against themselves
/// in ONNX Runtime.
class OptimizerTest {
    @TempDir
    private Path folder;

    private static final class Watching implements Optimizer.Observer {
        private final List<Pipeline.Step> steps = new ArrayList<>();
        private int shortfalls;

        @Override
        public void passed(Pipeline.Step step, Graph after) {
            steps.add(step);
        }

        @Override
        public void fellShort(List<Likeness> check) {
            shortfalls++;
        }

        private Map<String, Integer> recognised() {
            return steps.stream().filter(step -> step.pass().startsWith("recognise") && step.matches() > 0)
                    .collect(Collectors.toMap(step -> step.pass().substring("recognise ".length()), Pipeline.Step::matches));
        }
    }

    private static Path export(String name) {
        return Path.of(System.getProperty("maskforge.fixtures"), "exports", name + ".onnx");
    }

    /// A colourful picture, and another.
    private static List<RgbImage> pictures() {
        List<RgbImage> pictures = new ArrayList<>();
        for (int number = 1; number <= 2; number++) {
            byte[] samples = new byte[3 * 64 * 96];
            for (int i = 0; i < samples.length; i++) {
                int pixel = i / 3;
                double wave = Math.sin(number * pixel % 96 / 15.0 + i % 3) + Math.cos(pixel / (96.0 * (9 + number)));
                samples[i] = (byte) (128 + 60 * wave);
            }
            pictures.add(RgbImage.ofRgb(samples, 64, 96));
        }
        return pictures;
    }

    /// A picture of all numbers at random.
    static RgbImage noise() {
        byte[] samples = new byte[3 * 64 * 96];
        new Random(1).nextBytes(samples);
        return RgbImage.ofRgb(samples, 64, 96);
    }

    private static Optimizer.Options options(Optional<Size> size) {
        return new Optimizer.Options(size, OptimizerTest::pictures, EngineOptions.standard().withThreads(1));
    }

    private static String counts(Graph graph) {
        return graph.nodes().stream().map(node -> node.operation().type())
                .collect(Collectors.groupingBy(type -> type, TreeMap::new, Collectors.counting())).toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
            "mask2former-labels-free; 64x96; deformable attention=2 attention=6 rows that are wholly masked=3 semantic inference=1 group normalisation=5",
            "mask2former-raw-dynamo; ; deformable attention=2 attention=6 rows that are wholly masked=3 group normalisation=5",
            "maskformer-scores-opset16; ; attention=3 layer normalisation=6 semantic inference=1 group normalisation=7"})
    void saysTheSameInFewerNodes(String name, String size, String expected) {
        Watching watching = new Watching();
        Path target = folder.resolve("optimised.onnx");
        Optimizer.Result result = Optimizer.optimise(export(name), target,
                options(Optional.ofNullable(size).map(text -> new Size(64, 96))), watching);
        result.check().forEach(likeness -> System.out.println(name + ", " + likeness));
        System.out.println(name + ": " + result.read().nodes().size() + " -> " + result.optimised().nodes().size() + " nodes, "
                + counts(result.optimised()));
        Map<String, Integer> recognised = watching.recognised();
        for (String each : expected.split("(?<=[0-9]) ", -1)) {
            String pass = each.substring(0, each.indexOf('='));
            assertEquals(Integer.valueOf(each.substring(each.indexOf('=') + 1)), recognised.get(pass), pass + " of " + recognised);
        }
        assertTrue(result.isWritten());
        assertTrue(Files.exists(target));
        assertEquals(0, watching.shortfalls);
        assertTrue(result.optimised().nodes().size() < result.read().nodes().size());
        assertFalse(result.optimised().nodes().stream().anyMatch(node -> node.operation() instanceof Operation.Foreign));
        OnnxBorder border = OnnxReader.readBorder(target);
        assertEquals(List.copyOf(result.read().inputs()), List.copyOf(border.inputs().keySet()));
        assertEquals(result.read().outputs(), List.copyOf(border.outputs().keySet()));
        assertEquals(Version.current(), border.metadata().get("maskforge.optimized"));
    }

    /// Once optimised there is nothing left to find.
    @Test
    void whatIsOptimisedStaysWhatItIs() {
        Path once = folder.resolve("once.onnx");
        Path twice = folder.resolve("twice.onnx");
        Graph first = Optimizer.optimise(export("maskformer-scores-opset16"), once, options(Optional.empty()), new Watching()).optimised();
        Optimizer.Result second = Optimizer.optimise(once, twice, options(Optional.empty()), new Watching());
        assertTrue(second.isWritten());
        assertTrue(second.optimised().nodes().size() <= first.nodes().size(), counts(second.optimised()));
    }

    @Test
    void aFreeSizeIsReadAndKept() {
        Path target = folder.resolve("free.onnx");
        Optimizer.Result result = Optimizer.optimise(export("mask2former-labels-free"), target, options(Optional.empty()), new Watching());
        result.check().forEach(likeness -> System.out.println("free, " + likeness));
        assertTrue(result.isWritten());
        assertFalse(OnnxReader.readBorder(target).inputs().firstEntry().getValue().shape().isConstant());
    }

    @Test
    void nothingIsWrittenOverTheFileOrElsewhereThanToOnnx() throws IOException {
        Path file = Files.copy(export("maskformer-scores-opset16"), folder.resolve("model.onnx"));
        for (Path target : List.of(file, folder.resolve("model.data"), folder)) {
            MaskforgeException e = assertThrows(MaskforgeException.class,
                    () -> Optimizer.optimise(file, target, options(Optional.empty()), new Watching()));
            assertTrue(String.valueOf(e.getMessage()).startsWith("cannot write"), e.getMessage());
        }
        MaskforgeException size = assertThrows(MaskforgeException.class, () -> Optimizer.optimise(export("tensor-indexing"),
                folder.resolve("out.onnx"), options(Optional.of(new Size(64, 96))), new Watching()));
        assertTrue(String.valueOf(size.getMessage()).contains("leave '--size' out"), size.getMessage());
    }
}
