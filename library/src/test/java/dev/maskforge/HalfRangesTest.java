package dev.maskforge;

import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.Engines;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.models.CheckpointModel;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.precision.Ranges;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What the default engine sees of a network against what the interpreter does.
class HalfRangesTest {
    private static final Path SAMPLES = Path.of(System.getProperty("maskforge.samples"));
    /// Low enough that many of the sample's values exceed it.
    private static final float BOUND = 5;

    @Test
    void theLargestValuesAreThoseOfTheInterpreter() {
        RgbImage street = ImageFile.read(SAMPLES.resolve("street.jpg"));
        ResizeRule rule = new ResizeRule.FitInside(64, 128);
        try (ModelFile model = ModelFile.open(SAMPLES.resolve("models").resolve("maskformer-resnet-cityscapes.pkl"), ModelOptions.none())) {
            Ranges seen = new HalfRanges(model, Engines.named("onnxruntime"), Engines.named("onnxruntime"), BuildProfile.fixed(1, 64, 128))
                    .measure(CalibrationOptions.of(CalibrationPictures.of("a street", List.of(street))), 1, BOUND);
            Graph graph = Engines.named("onnxruntime").optimisation().passes()
                    .run(model.graph(InputShape.ofSize(64, 128).withBatch(1), Output.RAW)).graph();
            Tensor image = InputValues.RGB.input(street, model.preprocessing(Optional.of(rule)), Arena.ofAuto());
            Ranges wanted = Ranges.measure(graph, List.of(Map.of(CheckpointModel.IMAGE, image))).beyond(BOUND);
            assertTrue(wanted.largest().size() > 5, wanted::toString);
            assertEquals(wanted.largest().keySet(), seen.largest().keySet());
            // The interpreter agrees with ONNX Runtime within 1e-5 of a value's largest.
            wanted.largest()
                    .forEach((name, magnitude) -> assertEquals(magnitude, seen.largest().getOrDefault(name, 0f), 1e-4 * magnitude, name));
        }
    }
}
