package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.maskforge.engine.AbstractEngine;
import dev.maskforge.engine.AbstractSession;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Precision;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.OnnxWriter;
import dev.maskforge.kernels.Kernels;
import dev.maskforge.kernels.Workers;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// A model in ONNX Runtime, and in kernels of ours between.
///
/// A run uses the threads of the options, of which the caller's is one, and none beside them: at any time those of one
/// segment's session, or the engine's for kernels. ONNX Runtime's spin for a short while between the nodes of a segment,
/// which with 2 threads is worth some percent of latency and costs a neighbour on the same cores as much, and rest when
/// their segment has ended.
///
/// For integers, processors whose products of uint8 and int8 overflow 16 bits (AVX2 and AVX-512 without VNNI) compute with
/// uint8 weights instead, slower and right.
final class OnnxRuntimeEngine extends AbstractEngine {
    /// It would take the conversion to integers before the pooling, where ONNX Runtime pools floats many times as fast.
    private static final String WITHOUT_FOR_INTEGERS = "QDQPropagationTransformer";
    private static final String STOP_SPINNING = "session.force_spinning_stop";

    private final List<EngineStep> steps;
    private final SharedWeights weights;
    /// The graph's constants that are taken between steps.
    private final Map<String, Tensor> constants;
    private final KernelThreads threads;

    private OnnxRuntimeEngine(List<EngineStep> steps, SharedWeights weights, Map<String, Tensor> constants, int threads,
            SequencedMap<String, TensorType> inputs, SequencedMap<String, TensorType> outputs) {
        super(inputs, outputs);
        this.steps = List.copyOf(steps);
        this.weights = weights;
        this.constants = Map.copyOf(constants);
        this.threads = new KernelThreads(steps.stream().anyMatch(EngineStep.OwnKernel.class::isInstance) ? threads : 1);
    }

    /// The graph's weights stay where the graph has them wherever they can be read there.
    static OnnxRuntimeEngine of(Graph authored, Execution execution, EngineOptions options) throws OrtException {
        Graph graph = execution.fuse(authored, options.precision());
        return of(Partition.ofNodes(graph, execution.own(graph, options.precision())), graph, options);
    }

    private static OnnxRuntimeEngine of(Partition partition, Graph graph, EngineOptions options) throws OrtException {
        SharedWeights weights = new SharedWeights();
        List<EngineStep> steps = new ArrayList<>();
        try (SharedArena arena = SharedArena.open()) {
            Map<String, Tensor> constants = new HashMap<>();
            for (Partition.Step step : partition.steps()) {
                switch (step) {
                    case Partition.Step.Segment(Graph segment) -> steps.add(segment(segment, weights, options, arena));
                    case Partition.Step.Kernel(var node, _, _) -> {
                        addConstants(graph, node.inputs(), weights, constants);
                        Kernels.Prepared prepared = Kernels.best().prepare(node.operation(),
                                node.inputs().stream().map(name -> Optional.ofNullable(constants.get(name))).toList());
                        steps.add(new EngineStep.OwnKernel(node, prepared, types(graph, node.inputs()), types(graph, node.outputs())));
                    }
                }
            }
            addConstants(graph, graph.outputs(), weights, constants);
            return new OnnxRuntimeEngine(steps, weights, constants, options.threads(), types(graph, graph.inputs()),
                    types(graph, graph.outputs()));
        } catch (OrtException | RuntimeException | Error e) {
            close(steps, weights, e);
            throw e;
        }
    }

    private static void addConstants(Graph graph, List<String> names, SharedWeights weights, Map<String, Tensor> constants) {
        for (String name : names) {
            Tensor constant = graph.initializers().get(name);
            if (constant != null) {
                constants.put(name, weights.inNativeMemory(name, constant));
            }
        }
    }

    private static EngineStep.Segment segment(Graph graph, SharedWeights weights, EngineOptions options, SharedArena arena)
            throws OrtException {
        OnnxWriter.Model model = OnnxWriter.inMemory(graph, "");
        try (SessionOptions sessionOptions = sessionOptions(options)) {
            arena.use(sessionOptions);
            sessionOptions.addExternalInitializers(weights.views(model.initializers()));
            OrtSession session = environment().createSession(model.bytes().toArray(ValueLayout.JAVA_BYTE), sessionOptions);
            return new EngineStep.Segment(session, types(graph, graph.inputs()), types(graph, graph.outputs()));
        }
    }

    /// ONNX Runtime reads the file itself, external data beside it too.
    static OnnxRuntimeEngine of(Path file, EngineOptions options) throws OrtException {
        try (SessionOptions sessionOptions = sessionOptions(options)) {
            OrtSession session = environment().createSession(file.toString(), sessionOptions);
            try {
                FileTypes types = FileTypes.of(session);
                EngineStep step = new EngineStep.Segment(session, types.inputs(), types.outputs());
                return new OnnxRuntimeEngine(List.of(step), new SharedWeights(), Map.of(), options.threads(), types.inputs(),
                        types.outputs());
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
            if (options.precision() == Precision.INT8) {
                sessionOptions.addConfigEntry("optimization.disable_specified_optimizers", WITHOUT_FOR_INTEGERS);
                if (!IntegerProducts.areWide()) {
                    sessionOptions.addConfigEntry("session.x64quantprecision", "1");
                }
            }
            sessionOptions.addConfigEntry(STOP_SPINNING, "1");
            return sessionOptions;
        } catch (OrtException e) {
            sessionOptions.close();
            throw e;
        }
    }

    private static SequencedMap<String, TensorType> types(Graph graph, Iterable<String> names) {
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        names.forEach(name -> types.put(name, graph.type(name)));
        return types;
    }

    List<EngineStep> steps() {
        return steps;
    }

    Map<String, Tensor> constants() {
        return constants;
    }

    /// Those that kernels may use.
    Workers workers() {
        return threads.workers();
    }

    @Override
    protected AbstractSession newSession() {
        try {
            return new OnnxRuntimeSession(this);
        } catch (OrtException e) {
            throw OnnxRuntimeProvider.failure("ONNX Runtime opens no session", e);
        }
    }

    @Override
    protected void release() {
        threads.close();
        OrtException failure = new OrtException("all is closed");
        close(steps, weights, failure);
        if (failure.getSuppressed().length > 0) {
            throw OnnxRuntimeProvider.failure("ONNX Runtime fails to close", (OrtException) failure.getSuppressed()[0]);
        }
    }

    /// Closes everything, whatever fails; failures are noted with the one that there is already.
    private static void close(List<EngineStep> steps, SharedWeights weights, Throwable failure) {
        for (EngineStep step : steps) {
            try {
                step.close();
            } catch (OrtException e) {
                failure.addSuppressed(e);
            }
        }
        weights.close();
    }
}
