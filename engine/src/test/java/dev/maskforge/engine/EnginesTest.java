package dev.maskforge.engine;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class EnginesTest {
    @Test
    void anUnknownEngineIsToldWhatThereIs() {
        assertEquals("there is no engine 'tensorflow'; there is stand-in, reference",
                assertThrows(EngineException.class, () -> Engines.named("tensorflow")).getMessage());
    }

    /// One that leaves reading files to others, as EngineProvider does by default.
    private static final class WithoutFiles implements EngineProvider {
        @Override
        public String name() {
            return "plain";
        }

        @Override
        public Availability availability() {
            return new Availability.Available("1", "here");
        }

        @Override
        public Set<Class<? extends Operation>> nativeOperations() {
            return Set.of();
        }

        @Override
        public Engine build(Graph graph, EngineOptions options) {
            throw new EngineException("never");
        }
    }

    @Test
    void anEngineWithoutFilesSaysSo() {
        assertEquals("engine 'plain' opens no files such as model.onnx; use onnxruntime for .onnx files",
                assertThrows(EngineException.class, () -> new WithoutFiles().open(Path.of("model.onnx"), EngineOptions.standard()))
                        .getMessage());
    }
}
