package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.binding.TensorRt;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.engine.tensorrt.cuda.DriverModules;
import dev.maskforge.engine.tensorrt.plan.BuildSettings;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.plan.ShapeRange;
import dev.maskforge.engine.tensorrt.plan.SizeRange;
import dev.maskforge.engine.tensorrt.prepare.AttentionForm;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.OnnxBytes;
import dev.maskforge.engine.tensorrt.prepare.Preparation;
import dev.maskforge.engine.tensorrt.steps.ChannelsLast;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// From a graph to a plan's bytes.
///
/// @param optimised whether the rewrites come first that a graph as authored gains by
/// @param precision of the arithmetic
/// @param options   the rest
/// @param progress  is told, and asked whether to go on
record PlanBuilding(boolean optimised, Precision precision, TensorRtOptions options, BuildProgress progress) {
    static PlanBuilding of(boolean optimised, Precision precision, TensorRtOptions options, BuildProgress progress) {
        return new PlanBuilding(optimised, precision, options, progress);
    }

    /// A plan.
    ///
    /// @param bytes          of its container
    /// @param queriesRefusal why the kernel of queries does not take what it might, the first reason of all; empty if there is none
    record Built(MemorySegment bytes, Optional<String> queriesRefusal) {}

    /// Builds a plan: one of TensorRT's for each segment between kernels of ours.
    ///
    /// @param arena where it goes
    Built build(Graph graph, Arena arena) {
        try (TensorRt.Kept _ = TensorRt.instance().keepBuilder()) {
            return buildInSteps(graph, arena);
        }
    }

    private Built buildInSteps(Graph graph, Arena arena) {
        step("preparing the graph", 0, 0);
        Preparation preparation = preparation(graph);
        Preparation.Prepared prepared = prepared(preparation, graph);
        Partition partition = Partition.ofNodes(prepared.graph(), preparation.cuts(prepared.graph()));
        Set<String> channelsLast = ChannelsLast.of(partition.steps().stream()
                .flatMap(step -> step instanceof Partition.Step.Kernel kernel ? Stream.of(kernel) : Stream.empty()));
        try (Arena scratch = Arena.ofConfined()) {
            PlanContainer container = container(graph, prepared.graph(), partition, segment -> plan(segment, channelsLast, scratch));
            return new Built(container.write(arena), prepared.queriesRefusal());
        }
    }

    /// What is written as a plan.
    ///
    /// @param graph     before it was prepared
    /// @param partition of the prepared graph
    /// @param plan      what TensorRT makes of a segment
    PlanContainer container(Graph graph, Graph prepared, Partition partition, Function<Graph, MemorySegment> plan) {
        PlanValues values = PlanValues.of(partition, prepared);
        List<PlanContainer.Part> parts = new ArrayList<>();
        for (Partition.Step step : partition.steps()) {
            step("building", parts.size(), partition.steps().size());
            parts.add(switch (step) {
                case Partition.Step.Segment(Graph segment) -> new PlanContainer.Part.Segment(plan.apply(segment));
                case Partition.Step.Kernel kernel -> new PlanContainer.Part.Kernel(kernel);
            });
        }
        return new PlanContainer(types(graph, graph.inputs()), types(graph, graph.outputs()), values.between(), values.constants(), parts);
    }

    private Preparation preparation(Graph graph) {
        return new Preparation(optimised, precision, forms().with(form(graph)), options.ranges());
    }

    private DeviceForms forms() {
        return new DeviceForms(options.forms(), precision, architecture());
    }

    /// The form that is asked for, or else the fastest that is right here.
    DeformableAttentionForm form(Graph graph) {
        return options.forms().deformable().or(() -> FormTrial.of(graph, precision, options).map(this::choose))
                .orElse(DeformableAttentionForm.PLUGIN);
    }

    /// What computes attention of few queries.
    AttentionForm attention() {
        return forms().attention();
    }

    private static Architecture architecture() {
        DriverCuda.open().useOnThisThread();
        return new DriverModules().architecture();
    }

    private DeformableAttentionForm choose(FormTrial trial) {
        step("choosing the form of deformable attention", 0, 0);
        String key = trial.key(DriverCuda.open().describe().toString(), TensorRt.instance().versionText());
        return new FormChooser(FormCache.ofUser(), trial::open, line -> step(line, 0, 0)).choose(key);
    }

    private MemorySegment plan(Graph segment, Set<String> channelsLast, Arena scratch) {
        try (Arena onnx = Arena.ofConfined()) {
            return TensorRt.instance().build(OnnxBytes.of(segment, onnx), settings(segment, channelsLast), progress, scratch);
        }
    }

    private void step(String name, int step, int steps) {
        if (progress.isCancelled()) {
            throw new EngineException("the build was cancelled");
        }
        progress.phase(name, step, steps);
    }

    private static Preparation.Prepared prepared(Preparation preparation, Graph graph) {
        try {
            return preparation.apply(graph);
        } catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException e) {
            throw new EngineException("the graph cannot be prepared for TensorRT: " + e.getMessage(), e);
        }
    }

    private BuildSettings settings(Graph graph, Set<String> channelsLast) {
        TensorRtOptions.Search search = options.search();
        return new BuildSettings(BuildSettings.Typing.NETWORK, search.level(), search.workspace(), search.timingCache(),
                precision != Precision.FP32, options.named(), shapes(graph), channelsLast);
    }

    /// The ranges of those inputs that have free dimensions.
    private SequencedMap<String, ShapeRange> shapes(Graph graph) {
        SequencedMap<String, ShapeRange> shapes = new LinkedHashMap<>();
        for (String input : graph.inputs()) {
            TensorType type = graph.type(input);
            if (!type.shape().isConstant()) {
                Map<String, SizeRange> symbols = new HashMap<>();
                type.shape().dimensions().forEach(dimension -> dimension.symbols()
                        .forEach(symbol -> symbols.put(symbol, options.sizes().of(symbol))));
                shapes.put(input, ShapeRange.of(type.shape(), symbols));
            }
        }
        return shapes;
    }

    private static SequencedMap<String, TensorType> types(Graph graph, Iterable<String> names) {
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        names.forEach(name -> types.put(name, graph.type(name)));
        return types;
    }
}
