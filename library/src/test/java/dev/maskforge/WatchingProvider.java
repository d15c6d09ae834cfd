package dev.maskforge;

import dev.maskforge.engine.Availability;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.LayerTime;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// The default engine, watched: where what it is given lies, run after run.
public final class WatchingProvider implements EngineProvider {
    static final String NAME = "watching";
    /// Of all its engines.
    static final List<MemorySegment> SEEN = new CopyOnWriteArrayList<>();

    private static EngineProvider watched() {
        return Engines.named(Segmenter.DEFAULT_ENGINE);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Availability availability() {
        return watched().availability();
    }

    @Override
    public Set<Class<? extends Operation>> nativeOperations() {
        return watched().nativeOperations();
    }

    @Override
    public Engine build(Graph graph, EngineOptions options) {
        return new Watched(watched().build(graph, options));
    }

    private record Watched(Engine engine) implements Engine {
        @Override
        public SequencedMap<String, TensorType> inputs() {
            return engine.inputs();
        }

        @Override
        public SequencedMap<String, TensorType> outputs() {
            return engine.outputs();
        }

        @Override
        public Session openSession() {
            return new WatchedSession(engine.openSession());
        }

        @Override
        public void close() {
            engine.close();
        }
    }

    private record WatchedSession(Session session) implements Session {
        private static Map<String, Tensor> seen(Map<String, Tensor> inputs) {
            inputs.values().forEach(tensor -> SEEN.add(tensor.memory()));
            return inputs;
        }

        @Override
        public SequencedMap<String, Tensor> run(Map<String, Tensor> inputs) {
            return session.run(seen(inputs));
        }

        @Override
        public SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Runnable meanwhile) {
            return session.run(seen(inputs), meanwhile);
        }

        @Override
        public SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Duration atMost) {
            return session.run(seen(inputs), atMost);
        }

        @Override
        public List<LayerTime> layerTimes(Map<String, Tensor> inputs) {
            return session.layerTimes(seen(inputs));
        }

        @Override
        public void cancel() {
            session.cancel();
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
