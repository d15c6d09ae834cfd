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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/// Buffers for one thread's runs: inputs are copied into them, so that nobody can free what native code is reading, and
/// outputs are written into them. They stay as long as the sizes do.
///
/// Outputs whose shape does not follow from the inputs' (in files of others) are copied from what ONNX Runtime allocates.
final class OnnxRuntimeSession extends AbstractSession {
    private final OrtSession session;
    private final RunOptions options = new RunOptions();
    private final SequencedMap<String, TensorType> inputTypes;
    private final SequencedMap<String, TensorType> outputTypes;
    private final SequencedMap<String, TensorType> pinnedTypes = new LinkedHashMap<>();
    private final Set<String> unpinned;
    private Optional<Buffers> buffers = Optional.empty();

    OnnxRuntimeSession(OnnxRuntimeEngine engine, OrtSession session) throws OrtException {
        super(engine);
        this.session = session;
        this.inputTypes = engine.inputs();
        this.outputTypes = engine.outputs();
        Set<String> known = inputTypes.values().stream().flatMap(type -> symbols(type).stream()).collect(Collectors.toSet());
        outputTypes.forEach((name, type) -> {
            if (known.containsAll(symbols(type))) {
                pinnedTypes.put(name, type);
            }
        });
        this.unpinned = outputTypes.keySet().stream().filter(name -> !pinnedTypes.containsKey(name)).collect(Collectors.toSet());
        options.setLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    }

    private static Set<String> symbols(TensorType type) {
        return type.shape().dimensions().stream().flatMap(dimension -> dimension.symbols().stream()).collect(Collectors.toSet());
    }

    @Override
    protected SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Map<String, Long> sizes) {
        try {
            Buffers present = buffers(sizes);
            inputs.forEach(present.inputs()::fill);
            try (OrtSession.Result result = session.run(present.inputs().views(), unpinned, present.outputs().views(), options)) {
                return outputs(present, result);
            }
        } catch (OrtException e) {
            throw OnnxRuntimeProvider.failure("ONNX Runtime fails to run", e);
        } catch (OutOfMemoryError e) {
            throw new EngineException("there is no memory for inputs and outputs at " + sizes + "; use a smaller picture or batch", e);
        }
    }

    private Buffers buffers(Map<String, Long> sizes) throws OrtException {
        if (buffers.isPresent() && buffers.get().sizes().equals(sizes)) {
            return buffers.get();
        }
        free();
        BufferSet inputs = BufferSet.allocate(inputTypes, sizes);
        try {
            Buffers fresh = new Buffers(sizes, inputs, BufferSet.allocate(pinnedTypes, sizes));
            buffers = Optional.of(fresh);
            return fresh;
        } catch (OrtException | RuntimeException | OutOfMemoryError e) {
            inputs.close();
            throw e;
        }
    }

    /// Inputs and outputs for some sizes of the symbols.
    private record Buffers(Map<String, Long> sizes, BufferSet inputs, BufferSet outputs) {}

    private SequencedMap<String, Tensor> outputs(Buffers present, OrtSession.Result result) throws OrtException {
        if (unpinned.isEmpty()) {
            return present.outputs().tensors();
        }
        SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
        for (String name : outputTypes.keySet()) {
            Tensor pinned = present.outputs().tensors().get(name);
            outputs.put(name, pinned == null ? copy(name, result.get(name)) : pinned);
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
        buffers.ifPresent(present -> {
            present.inputs().close();
            present.outputs().close();
        });
        buffers = Optional.empty();
    }

    @Override
    protected void giveUp() {
        setTerminate(true);
    }

    @Override
    protected void makeReady() {
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
