package dev.maskforge.cli.bench;

import dev.maskforge.InputValues;
import dev.maskforge.OnnxOutput;
import dev.maskforge.PictureInput;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.LayerTime;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.vision.SemanticInference.Resampled;
import dev.maskforge.vision.Size;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/// What a network holds is freed, whatever fails.
class ImageNetworkTest {
    private static final ImageNetwork.Ports PORTS = new ImageNetwork.Ports(Path.of("model.onnx"),
            new PictureInput.Planes("image", InputValues.RGB),
            new OnnxOutput.Labels("labels"), Resampled.CLASS_SCORES);

    private final List<String> diary = new ArrayList<>();

    /// Writes into the diary what is closed.
    private record FakeEngine(List<String> diary, Supplier<Session> session) implements Engine {
        @Override
        public SequencedMap<String, TensorType> inputs() {
            return new LinkedHashMap<>();
        }

        @Override
        public SequencedMap<String, TensorType> outputs() {
            return new LinkedHashMap<>();
        }

        @Override
        public Session openSession() {
            return session.get();
        }

        @Override
        public void close() {
            diary.add("engine");
        }
    }

    private record FakeSession(Runnable closing) implements Session {
        @Override
        public SequencedMap<String, Tensor> run(Map<String, Tensor> inputs) {
            return new LinkedHashMap<>();
        }

        @Override
        public SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Runnable meanwhile) {
            return new LinkedHashMap<>();
        }

        @Override
        public SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Duration atMost) {
            return new LinkedHashMap<>();
        }

        @Override
        public List<LayerTime> layerTimes(Map<String, Tensor> inputs) {
            return List.of();
        }

        @Override
        public void cancel() {
        }

        @Override
        public void close() {
            closing.run();
        }
    }

    private ImageNetwork open(Supplier<Session> session, Size size) {
        return ImageNetwork.over(new FakeEngine(diary, session), PORTS, RunShape.single(size), 2);
    }

    @Test
    void anEngineThatOpensNoSessionIsClosed() {
        assertThrows(EngineException.class, () -> open(() -> {
            throw new EngineException("no memory");
        }, new Size(32, 64)));
        assertEquals(List.of("engine"), diary);
    }

    @Test
    void aSessionIsClosedIfThereIsNoRoomForItsInput() {
        Session session = new FakeSession(() -> diary.add("session"));
        assertThrows(OutOfMemoryError.class, () -> open(() -> session, new Size(1 << 20, 1 << 20)));
        assertEquals(List.of("session", "engine"), diary);
    }

    @Test
    void theSessionGoesFirstAndTheEngineWhateverItSays() {
        ImageNetwork network = open(() -> new FakeSession(() -> {
            diary.add("session");
            throw new IllegalStateException("running");
        }), new Size(32, 64));
        assertThrows(IllegalStateException.class, network::close);
        assertEquals(List.of("session", "engine"), diary);
    }
}
