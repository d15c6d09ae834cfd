package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.Binding;
import dev.maskforge.kernels.Kernel;
import dev.maskforge.kernels.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One session's memory at some sizes, and the steps over it: what one writes, the next reads where it lies.
///
/// Inputs and outputs of the engine have memory of their own; what goes between steps shares a block, in which a value's
/// place is free again after the last step that takes it.
final class SessionPlan implements AutoCloseable {
    private final Map<String, Long> sizes;
    private final Arena arena = Arena.ofShared();
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final Map<String, OnnxTensor> views = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();

    /// A step over this memory.
    sealed interface Step {
        /// Of ONNX Runtime.
        ///
        /// @param unpinned outputs whose sizes only running tells
        record Segment(OrtSession session, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs, Set<String> unpinned)
                implements
                    Step {}

        /// Of ours.
        record OwnKernel(String node, Kernel kernel) implements Step {}
    }

    private SessionPlan(Map<String, Long> sizes) {
        this.sizes = sizes;
    }

    /// @param sizes of the symbols in the engine's inputs
    /// @throws EngineException if the size of a value between steps only follows from running
    static SessionPlan of(OnnxRuntimeEngine engine, Map<String, Long> sizes) throws OrtException {
        SessionPlan plan = new SessionPlan(sizes);
        try {
            plan.allocate(engine);
            plan.bind(engine);
            return plan;
        } catch (OrtException | RuntimeException | OutOfMemoryError e) {
            plan.close();
            throw e;
        }
    }

    private void allocate(OnnxRuntimeEngine engine) {
        tensors.putAll(engine.constants());
        engine.inputs().forEach((name, type) -> tensors.put(name, Tensor.allocate(type.dataType(), type.shape().with(sizes), arena)));
        Map<String, TensorType> between = new LinkedHashMap<>();
        for (EngineStep step : engine.steps()) {
            step.outputs().forEach((name, type) -> typeOf(engine, name, type).ifPresent(known -> {
                if (engine.outputs().containsKey(name)) {
                    tensors.put(name, Tensor.allocate(known.dataType(), known.shape(), arena));
                } else {
                    between.put(name, known);
                }
            }));
        }
        Places places = Places.of(engine.steps(), between);
        MemorySegment block = arena.allocate(Math.max(1, places.bytes()), BufferLayout.ALIGNMENT);
        between.forEach((name, type) -> tensors.put(name, new Tensor(type, block.asSlice(places.offset(name), Places.bytes(type)))));
    }

    /// The type of what a step gives, if it follows from the sizes.
    private Optional<TensorType> typeOf(OnnxRuntimeEngine engine, String name, TensorType symbolic) {
        TensorType type = new TensorType(symbolic.dataType(), symbolic.shape().with(sizes));
        if (type.shape().isConstant()) {
            return Optional.of(type);
        }
        if (!engine.outputs().containsKey(name) || engine.steps().size() > 1) {
            throw new EngineException("only running tells the size of '" + name + "', " + type
                    + ", which lies between a kernel of ours and ONNX Runtime; use the engine without kernels of its own");
        }
        return Optional.empty();
    }

    private void bind(OnnxRuntimeEngine engine) throws OrtException {
        Scratch scratch = new Scratch();
        for (EngineStep step : engine.steps()) {
            switch (step) {
                case EngineStep.Segment segment -> steps.add(bind(segment));
                case EngineStep.OwnKernel(var node, var prepared, _, _) -> {
                    Operation operation = Binding.bind(node.operation(), sizes);
                    List<Tensor> inputs = node.inputs().stream().map(this::tensor).toList();
                    Kernel kernel = prepared.bind(operation, inputs, tensor(node.output()), scratch);
                    steps.add(new Step.OwnKernel(node.name(), kernel));
                }
            }
        }
    }

    private Step.Segment bind(EngineStep.Segment segment) throws OrtException {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        for (String name : segment.inputs().keySet()) {
            inputs.put(name, view(name));
        }
        Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
        Set<String> unpinned = new HashSet<>();
        for (String name : segment.outputs().keySet()) {
            if (tensors.containsKey(name)) {
                outputs.put(name, view(name));
            } else {
                unpinned.add(name);
            }
        }
        return new Step.Segment(segment.session(), inputs, outputs, unpinned);
    }

    private OnnxTensor view(String name) throws OrtException {
        OnnxTensor view = views.get(name);
        if (view == null) {
            view = OnnxTensors.share(OnnxRuntimeEngine.environment(), tensor(name));
            views.put(name, view);
        }
        return view;
    }

    /// The memory of a value, or of a constant that is taken between steps or given as an output.
    ///
    /// @throws IllegalArgumentException if it has none
    Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("there is no buffer '" + name + "'");
        }
        return tensor;
    }

    Map<String, Long> sizes() {
        return sizes;
    }

    List<Step> steps() {
        return steps;
    }

    @Override
    public void close() {
        views.values().forEach(OnnxTensor::close);
        arena.close();
    }
}
