package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.maskforge.engine.AbstractEngine;
import dev.maskforge.engine.AbstractSession;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.OnnxWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// A model in ONNX Runtime.
///
/// A run uses the threads of the options, of which the caller's is one, and none beside them. They spin for a short while
/// between nodes, as ONNX Runtime does by default: with 2 threads that is worth some percent of latency, and costs a
/// neighbour on the same cores as much.
final class OnnxRuntimeEngine extends AbstractEngine {
    private final OrtSession session;
    private final Weights weights;

    private OnnxRuntimeEngine(OrtSession session, Weights weights, SequencedMap<String, TensorType> inputs,
            SequencedMap<String, TensorType> outputs) {
        super(inputs, outputs);
        this.session = session;
        this.weights = weights;
    }

    /// The graph's weights stay where the graph has them wherever ONNX Runtime can read them there.
    static OnnxRuntimeEngine of(Graph graph, EngineOptions options) throws OrtException {
        OnnxWriter.Model model = OnnxWriter.inMemory(graph, "");
        Weights weights = new Weights();
        try (SessionOptions sessionOptions = sessionOptions(options)) {
            weights.share(model.initializers());
            sessionOptions.addExternalInitializers(weights.tensors());
            OrtSession session = environment().createSession(model.bytes().toArray(ValueLayout.JAVA_BYTE), sessionOptions);
            return new OnnxRuntimeEngine(session, weights, types(graph, graph.inputs()), types(graph, graph.outputs()));
        } catch (OrtException | RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    /// ONNX Runtime reads the file itself, external data beside it too.
    static OnnxRuntimeEngine of(Path file, EngineOptions options) throws OrtException {
        try (SessionOptions sessionOptions = sessionOptions(options)) {
            OrtSession session = environment().createSession(file.toString(), sessionOptions);
            try {
                FileTypes types = FileTypes.of(session);
                return new OnnxRuntimeEngine(session, new Weights(), types.inputs(), types.outputs());
            } catch (OrtException | RuntimeException e) {
                session.close();
                throw e;
            }
        }
    }

    static OrtEnvironment environment() {
        return OrtEnvironment.getEnvironment();
    }

    @SuppressWarnings("MustBeClosedChecker") // callers close it
    private static SessionOptions sessionOptions(EngineOptions options) throws OrtException {
        SessionOptions sessionOptions = new SessionOptions();
        try {
            sessionOptions.setIntraOpNumThreads(options.threads());
            sessionOptions.setInterOpNumThreads(1);
            sessionOptions.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
            sessionOptions.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
            return sessionOptions;
        } catch (OrtException e) {
            sessionOptions.close();
            throw e;
        }
    }

    /// The weights as ONNX Runtime sees them, which must live as long as its session.
    private static final class Weights implements AutoCloseable {
        private final Arena copies = Arena.ofShared();
        private final Map<String, OnnxTensor> tensors = new HashMap<>();

        void share(SequencedMap<String, Tensor> initializers) throws OrtException {
            for (Map.Entry<String, Tensor> entry : initializers.entrySet()) {
                tensors.put(entry.getKey(), OnnxTensors.share(environment(), OnnxTensors.inNativeMemory(entry.getValue(), copies)));
            }
        }

        Map<String, OnnxTensorLike> tensors() {
            return new HashMap<>(tensors);
        }

        @Override
        public void close() {
            tensors.values().forEach(OnnxTensor::close);
            copies.close();
        }
    }

    private static SequencedMap<String, TensorType> types(Graph graph, Iterable<String> names) {
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        names.forEach(name -> types.put(name, graph.type(name)));
        return types;
    }

    @Override
    protected AbstractSession newSession() {
        try {
            return new OnnxRuntimeSession(this, session);
        } catch (OrtException e) {
            throw OnnxRuntimeProvider.failure("ONNX Runtime opens no session", e);
        }
    }

    @Override
    protected void release() {
        try {
            session.close();
        } catch (OrtException e) {
            throw OnnxRuntimeProvider.failure("ONNX Runtime fails to close", e);
        } finally {
            weights.close();
        }
    }
}
