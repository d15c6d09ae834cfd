package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.Resources;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.plan.ExecutionContext;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.steps.ChannelsLast;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Plans of segments and kernels of ours between them, as one plan. Values between the steps lie in device memory that a
/// context owns, constants of kernels in some that the plan owns; everything goes into one stream, so that all of it is one CUDA
/// graph.
final class SegmentedPlan implements LoadedPlan {
    private final PlanContainer container;
    private final List<Step> steps;
    private final Map<String, Long> constants;
    private final Cuda cuda;
    private final Supplier<KernelLoader> kernels;
    private final Resources resources;

    private SegmentedPlan(PlanContainer container, List<Step> steps, Map<String, Long> constants, Cuda cuda,
            Supplier<KernelLoader> kernels, Resources resources) {
        this.container = container;
        this.steps = steps;
        this.constants = constants;
        this.cuda = cuda;
        this.kernels = kernels;
        this.resources = resources;
    }

    /// A step, on the device or to be compiled for it.
    sealed interface Step {
        record Segment(LoadedPlan plan) implements Step {}

        record Kernel(Partition.Step.Kernel step) implements Step {}
    }

    /// Loads all segments and constants; if one fails, none stays. The device must be the calling thread's.
    ///
    /// @param load    TensorRT
    /// @param kernels asked for only if there is a kernel
    static LoadedPlan load(PlanContainer container, Function<MemorySegment, LoadedPlan> load, Cuda cuda, Supplier<KernelLoader> kernels) {
        Resources resources = new Resources();
        List<Step> steps = new ArrayList<>();
        Map<String, Long> constants;
        Set<String> channelsLast = ChannelsLast.of(container.parts().stream()
                .flatMap(part -> part instanceof PlanContainer.Part.Kernel(Partition.Step.Kernel step) ? Stream.of(step) : Stream.empty()));
        try {
            for (PlanContainer.Part part : container.parts()) {
                switch (part) {
                    case PlanContainer.Part.Segment(MemorySegment bytes) -> {
                        LoadedPlan plan = load.apply(bytes);
                        resources.add(plan::close);
                        plan.ports().forEach((name, segmentPort) -> requirePort(container, channelsLast, name, segmentPort));
                        steps.add(new Step.Segment(plan));
                    }
                    case PlanContainer.Part.Kernel(Partition.Step.Kernel step) -> steps.add(new Step.Kernel(step));
                }
            }
            constants = DeviceConstants.load(container.constants(), cuda, resources);
        } catch (RuntimeException | Error e) {
            try {
                resources.close();
            } catch (RuntimeException secondary) {
                e.addSuppressed(secondary);
            }
            throw e;
        }
        return new SegmentedPlan(container, List.copyOf(steps), constants, cuda, kernels, resources);
    }

    /// TensorRT reads and writes as much as the segment says, in memory that is as large as the container says.
    private static void requirePort(PlanContainer container, Set<String> channelsLast, String name, Port port) {
        if (!port.isInput() && (container.constants().containsKey(name) || container.inputs().containsKey(name))) {
            throw new EngineException("a segment of the plan gives '" + name + "', which is "
                    + (container.inputs().containsKey(name) ? "an input" : "a constant") + "; build it anew");
        }
        TensorType type = container.type(name).orElseThrow(() -> new EngineException("a segment of the plan "
                + (port.isInput() ? "takes" : "gives") + " '" + name + "', which the plan does not describe; build it anew"));
        if (!port.fits(type)) {
            throw new EngineException("a segment of the plan " + (port.isInput() ? "takes" : "gives") + " '" + name + "' as " + port
                    + ", which is " + type + "; build it anew");
        }
        Layout wanted = channelsLast.contains(name) ? Layout.CHANNELS_LAST : Layout.OF_AXES;
        if (port.layout() != wanted) {
            throw new EngineException("a segment of the plan " + (port.isInput() ? "takes" : "gives") + " '" + name + "' as " + port
                    + ", and its other steps have it " + (wanted == Layout.OF_AXES ? "in the order of its axes" : "with channels last")
                    + "; build it anew");
        }
    }

    @Override
    public SequencedMap<String, Port> ports() {
        SequencedMap<String, Port> ports = new LinkedHashMap<>();
        container.inputs().forEach((name, type) -> ports.put(name, port(type, true)));
        container.outputs().forEach((name, type) -> ports.put(name, port(type, false)));
        return ports;
    }

    private static Port port(TensorType type, boolean isInput) {
        return new Port(type.dataType(),
                type.shape().dimensions().stream().map(dimension -> dimension.isConstant() ? dimension.size() : -1).toList(), isInput);
    }

    @Override
    public String layers() {
        StringBuilder layers = new StringBuilder("[");
        for (Step step : steps.stream().filter(each -> !isSelection(each)).toList()) {
            layers.append(layers.length() == 1 ? "" : ",\n").append(switch (step) {
                case Step.Segment(LoadedPlan plan) -> plan.layers();
                case Step.Kernel(Partition.Step.Kernel kernel) -> "{\"kernel\": \"" + KernelSteps.name(kernel.node()) + "\"}";
            });
        }
        return layers.append(']').toString();
    }

    /// Whether nothing runs: columns of a matrix lie where it lies.
    private static boolean isSelection(Step step) {
        return step instanceof Step.Kernel(Partition.Step.Kernel kernel) && kernel.node().operation() instanceof Operation.Slice;
    }

    @Override
    public ExecutionContext newContext() {
        return SegmentedContext.of(container, steps, constants, cuda, kernels);
    }

    @Override
    public void close() {
        resources.close();
    }
}
