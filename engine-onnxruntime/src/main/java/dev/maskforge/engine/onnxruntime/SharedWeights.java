package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.SequencedMap;

/// The weights as ONNX Runtime and kernels see them, which must live as long as what runs with them: where the graph has
/// them if they can be read there, else copied, once, whoever takes them.
final class SharedWeights implements AutoCloseable {
    private final Arena copies = Arena.ofShared();
    private final Map<String, Tensor> readable = new HashMap<>();
    private final Map<String, OnnxTensor> views = new HashMap<>();

    /// A weight in native memory.
    Tensor inNativeMemory(String name, Tensor weight) {
        return readable.computeIfAbsent(name, _ -> OnnxTensors.inNativeMemory(weight, copies));
    }

    /// ONNX Runtime's views of some weights.
    Map<String, OnnxTensorLike> views(SequencedMap<String, Tensor> weights) throws OrtException {
        Map<String, OnnxTensorLike> wanted = new HashMap<>();
        for (Map.Entry<String, Tensor> entry : weights.entrySet()) {
            OnnxTensor view = views.get(entry.getKey());
            if (view == null) {
                view = OnnxTensors.share(OnnxRuntimeEngine.environment(), inNativeMemory(entry.getKey(), entry.getValue()));
                views.put(entry.getKey(), view);
            }
            wanted.put(entry.getKey(), view);
        }
        return wanted;
    }

    @Override
    public void close() {
        views.values().forEach(OnnxTensor::close);
        copies.close();
    }
}
