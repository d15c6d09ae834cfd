package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.TensorInfo;
import dev.maskforge.engine.AbstractSession;
import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// One thread's runs, step after step: inputs are copied into buffers, so that nobody can free what native code is reading,
/// and outputs are written into them. They stay as long as the sizes do.
///
/// Outputs whose shape does not follow from the inputs' (in files of others) are copied from what ONNX Runtime allocates.
final class OnnxRuntimeSession extends AbstractSession {
    private final OnnxRuntimeEngine engine;
    private final RunOptions options = new RunOptions();
    private Optional<SessionPlan> plan = Optional.empty();
    private volatile boolean givenUp;

    OnnxRuntimeSession(OnnxRuntimeEngine engine) throws OrtException {
        super(engine);
        this.engine = engine;
        options.setLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    }

    @Override
    protected SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Map<String, Long> sizes) {
        try {
            SessionPlan present = plan(sizes);
            inputs.forEach((name, tensor) -> present.tensor(name).memory().copyFrom(tensor.memory()));
            Map<String, Tensor> allocated = new HashMap<>();
            for (SessionPlan.Step step : present.steps()) {
                run(step, allocated);
            }
            return outputs(present, allocated);
        } catch (OrtException e) {
            throw OnnxRuntimeProvider.failure("ONNX Runtime fails to run", e);
        } catch (OutOfMemoryError e) {
            throw new EngineException("there is no memory for what is computed at " + sizes
                    + "; use a smaller picture or batch, or give Java a larger heap (-Xmx), where kernels have their weights", e);
        }
    }

    private void run(SessionPlan.Step step, Map<String, Tensor> allocated) throws OrtException {
        switch (step) {
            case SessionPlan.Step.Segment(var session, var inputs, var outputs, var unpinned) -> {
                try (OrtSession.Result result = session.run(inputs, unpinned, outputs, options)) {
                    for (String name : unpinned) {
                        allocated.put(name, copy(name, result.get(name)));
                    }
                }
            }
            case SessionPlan.Step.OwnKernel(String node, var kernel) -> {
                if (givenUp) {
                    throw new EngineException("the run stopped before node '" + node + "'");
                }
                kernel.run(engine.workers());
            }
        }
    }

    private SessionPlan plan(Map<String, Long> sizes) throws OrtException {
        if (plan.isPresent() && plan.get().sizes().equals(sizes)) {
            return plan.get();
        }
        free();
        SessionPlan fresh = SessionPlan.of(engine, sizes);
        plan = Optional.of(fresh);
        return fresh;
    }

    private SequencedMap<String, Tensor> outputs(SessionPlan present, Map<String, Tensor> allocated) {
        SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
        for (String name : engine.outputs().keySet()) {
            Tensor own = allocated.get(name);
            outputs.put(name, own == null ? present.tensor(name) : own);
        }
        return outputs;
    }

    private static Tensor copy(String name, Optional<OnnxValue> value) throws OrtException {
        if (value.isEmpty() || !(value.get() instanceof OnnxTensor tensor)) {
            throw new EngineException("output '" + name + "' is not a tensor");
        }
        TensorInfo info = tensor.getInfo();
        TensorType type = new TensorType(OnnxTensors.dataType(info.type), Shape.of(info.getShape()));
        return new Tensor(type, MemorySegment.ofBuffer(tensor.getByteBuffer()));
    }

    private void free() {
        plan.ifPresent(SessionPlan::close);
        plan = Optional.empty();
    }

    @Override
    protected void giveUp() {
        givenUp = true;
        setTerminate(true);
    }

    @Override
    protected void makeReady() {
        givenUp = false;
        setTerminate(false);
    }

    private void setTerminate(boolean terminate) {
        try {
            options.setTerminate(terminate);
        } catch (OrtException e) {
            throw OnnxRuntimeProvider.failure("ONNX Runtime does not take back a run", e);
        }
    }

    @Override
    protected void release() {
        free();
        options.close();
    }
}
