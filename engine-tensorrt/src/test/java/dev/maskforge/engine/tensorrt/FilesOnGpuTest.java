package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.LayerTime;
import dev.maskforge.engine.OutputError;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.onnx.OnnxWriter;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.graph.text.GraphText;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// ONNX files as TensorRT itself reads and builds them, and how long their layers take.
@WhereThereIsAGpu
class FilesOnGpuTest {
    @TempDir
    private Path folder;

    /// Sums of 64 products: float32 rounds to 2^-24, TF32 and float16 their inputs to 2^-11.
    @ParameterizedTest
    @CsvSource({"FP32, 1e-5", "TF32, 2e-3", "FP16, 4e-3"})
    void saysWhatTheInterpreterSays(Precision precision, double tolerance) throws IOException {
        Graph graph = GraphText.parse("""
                (x: float32[4, 64], w: float32[64, 32]) -> (y) {
                  p = MatMul(x, w)
                  y = Relu(p)
                }
                """);
        Path file = folder.resolve(precision + ".onnx");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            OnnxWriter.write(graph, "", channel);
        }
        Random random = new Random(7);
        Map<String, Tensor> inputs = Map.of("x", random(random, 4, 64), "w", random(random, 64, 32));
        TensorRtProvider provider = new TensorRtProvider();
        try (Engine engine = provider.open(file, new EngineOptions(1, precision)); Session session = engine.openSession()) {
            OutputError error = Comparator.errors(Interpreter.run(graph, inputs), session.run(inputs)).getFirst();
            System.out.println("a file in " + precision + ": error " + error.relative());
            assertTrue(error.relative() <= tolerance, error::toString);
            List<LayerTime> layers = session.layerTimes(inputs);
            System.out.println("its layers: " + layers);
            assertTrue(layers.stream().mapToLong(LayerTime::nanoseconds).sum() > 0, layers::toString);
            session.run(inputs);
            session.run(inputs);
            assertEquals(error, Comparator.errors(Interpreter.run(graph, inputs), session.run(inputs)).getFirst());
        }
    }

    private static Tensor random(Random random, int rows, int columns) {
        float[] elements = new float[rows * columns];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) random.nextGaussian();
        }
        return Tensor.of(Shape.of(rows, columns), elements);
    }
}
