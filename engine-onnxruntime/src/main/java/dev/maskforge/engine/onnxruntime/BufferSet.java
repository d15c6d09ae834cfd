package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// Named tensors in native memory, and ONNX Runtime's views of them.
final class BufferSet implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> views = new LinkedHashMap<>();

    private BufferSet() {
    }

    /// Tensors of these types, at these sizes of their symbols.
    static BufferSet allocate(SequencedMap<String, TensorType> types, Map<String, Long> sizes) throws OrtException {
        BufferSet set = new BufferSet();
        try {
            for (Map.Entry<String, TensorType> entry : types.entrySet()) {
                TensorType type = entry.getValue();
                Tensor tensor = Tensor.allocate(type.dataType(), type.shape().with(sizes), set.arena);
                set.tensors.put(entry.getKey(), tensor);
                set.views.put(entry.getKey(), OnnxTensors.share(OnnxRuntimeEngine.environment(), tensor));
            }
            return set;
        } catch (OrtException | RuntimeException | OutOfMemoryError e) {
            set.close();
            throw e;
        }
    }

    SequencedMap<String, Tensor> tensors() {
        return Collections.unmodifiableSequencedMap(tensors);
    }

    Map<String, OnnxTensor> views() {
        return views;
    }

    void fill(String name, Tensor source) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("there is no buffer '" + name + "'");
        }
        tensor.memory().copyFrom(source.memory());
    }

    @Override
    public void close() {
        views.values().forEach(OnnxTensor::close);
        arena.close();
    }
}
