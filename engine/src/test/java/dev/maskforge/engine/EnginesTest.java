package dev.maskforge.engine;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class EnginesTest {
    @Test
    void anUnknownEngineIsToldWhatThereIs() {
        assertEquals("there is no engine 'tensorflow'; there is reference",
                assertThrows(EngineException.class, () -> Engines.named("tensorflow")).getMessage());
    }

    @Test
    void anEngineWithoutFilesSaysSo() {
        assertEquals("engine 'reference' opens no files such as model.onnx; use onnxruntime for .onnx files",
                assertThrows(EngineException.class, () -> Engines.named("reference").open(Path.of("model.onnx"), EngineOptions.standard()))
                        .getMessage());
    }
}
