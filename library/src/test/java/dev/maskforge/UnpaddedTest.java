package dev.maskforge;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.models.Task;
import dev.maskforge.passes.Lowering.DeformableAttention;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

/// MaskFormer's configurations for COCO do not pad (`SIZE_DIVISIBILITY: 0`): their graphs take any size.
class UnpaddedTest {
    /// A graph for any size says at a size that needs no padding bit for bit what the graph for multiples of 32 says.
    @ParameterizedTest
    @ValueSource(strings = {"maskformer-r50", "maskformer-encoder-r50", "maskformer-panoptic-swin-w7"})
    void saysTheSameWhereNothingIsPadded(String model) {
        Dataset coco = Dataset.named("coco").orElseThrow();
        try (Original original = Original.open(model, "32x96");
                ModelFile file = ModelFile.open(Original.checkpoint(model),
                        ModelOptions.none().trainedFor(Task.PANOPTIC).trainedOn(coco))) {
            assertEquals(InputShape.unpadded(), file.freeInput());
            Map<String, Tensor> unpadded = run(file, file.freeInput(), original);
            Map<String, Tensor> padded = run(file, InputShape.free(), original);
            for (String output : padded.keySet()) {
                double error = ParityTest.relativeError(requireNonNull(unpadded.get(output)), requireNonNull(padded.get(output)));
                System.out.printf("%s %s: unpadded differs by %.1e%n", model, output, error);
                assertEquals(0, error);
            }
        }
    }

    private static Map<String, Tensor> run(ModelFile file, InputShape input, Original original) {
        Graph graph = file.graph(input, Output.RAW);
        return ParityTest.run("onnxruntime", ParityTest.lowered("onnxruntime", graph,
                DeformableAttention.GRID_SAMPLE), original.input());
    }
}
