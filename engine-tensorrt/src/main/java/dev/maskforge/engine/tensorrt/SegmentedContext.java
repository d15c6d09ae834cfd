package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.LayerTime;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.Resources;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.plan.ExecutionContext;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.steps.KernelStep;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Runs segments and kernels one after the other in one stream. What depends on sizes (memory between the steps, kernels
/// made for them) is made ready at the first run after they were set.
final class SegmentedContext implements ExecutionContext {
    private static final long SMALLEST = 256;
    private static final int TIMED_RUNS = 10;

    private final PlanContainer container;
    private final Cuda cuda;
    private final Supplier<KernelLoader> kernels;
    private final Resources lifetime = new Resources();
    private final Map<SegmentedPlan.Step.Segment, ExecutionContext> contexts = new LinkedHashMap<>();
    private final List<SegmentedPlan.Step> steps;
    private final Map<String, Long> constants;
    private final Map<String, Shape> shapes = new HashMap<>();
    private final Map<String, Long> addresses = new HashMap<>();
    private Resources forSizes = new Resources();
    private List<Run> runs = List.of();

    private SegmentedContext(PlanContainer container, List<SegmentedPlan.Step> steps, Map<String, Long> constants, Cuda cuda,
            Supplier<KernelLoader> kernels) {
        this.container = container;
        this.steps = steps;
        this.constants = constants;
        this.cuda = cuda;
        this.kernels = kernels;
    }

    /// Makes a context for each segment; if that fails, none stays.
    ///
    /// @param constants where they lie on the device, as long as the context lives
    static SegmentedContext of(PlanContainer container, List<SegmentedPlan.Step> steps, Map<String, Long> constants, Cuda cuda,
            Supplier<KernelLoader> kernels) {
        SegmentedContext context = new SegmentedContext(container, steps, constants, cuda, kernels);
        try {
            for (SegmentedPlan.Step step : steps) {
                if (step instanceof SegmentedPlan.Step.Segment segment) {
                    ExecutionContext own = segment.plan().newContext();
                    context.lifetime.add(own::close);
                    context.contexts.put(segment, own);
                }
            }
            return context;
        } catch (RuntimeException | Error e) {
            context.closeAfter(e);
            throw e;
        }
    }

    private void closeAfter(Throwable cause) {
        try {
            close();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    /// A step that is ready to be enqueued.
    private interface Run {
        void enqueue(long stream);

        List<LayerTime> layerTimes(long stream);
    }

    /// TensorRT's.
    private record SegmentRun(ExecutionContext context) implements Run {
        @Override
        public void enqueue(long stream) {
            context.enqueue(stream);
        }

        @Override
        public List<LayerTime> layerTimes(long stream) {
            return context.layerTimes(stream);
        }
    }

    /// A kernel of ours.
    private final class KernelRun implements Run {
        private final String node;
        private final LongConsumer kernel;

        KernelRun(String node, LongConsumer kernel) {
            this.node = node;
            this.kernel = kernel;
        }

        @Override
        public void enqueue(long stream) {
            kernel.accept(stream);
        }

        /// Several runs in a row, since one would be over before the host has started it.
        @Override
        public List<LayerTime> layerTimes(long stream) {
            try (Resources events = new Resources()) {
                long begin = event(events);
                long end = event(events);
                kernel.accept(stream);
                cuda.record(begin, stream);
                for (int run = 0; run < TIMED_RUNS; run++) {
                    kernel.accept(stream);
                }
                cuda.record(end, stream);
                cuda.synchronize(stream);
                return List.of(new LayerTime(node, List.of(node), (long) (cuda.milliseconds(begin, end) * 1e6 / TIMED_RUNS)));
            }
        }

        private long event(Resources events) {
            long event = cuda.newEvent();
            events.add(() -> cuda.destroyEvent(event));
            return event;
        }
    }

    @Override
    public void setShape(String input, Shape shape) {
        forget();
        shapes.put(input, shape);
    }

    @Override
    public List<Long> sizes(String output) {
        TensorType type = container.type(output)
                .orElseThrow(() -> new IllegalArgumentException("the plan has no output '" + output + "'"));
        return sizes(bound(output, type, sizes()));
    }

    @Override
    public void setAddress(String port, long address) {
        forget();
        addresses.put(port, address);
    }

    private void forget() {
        runs = List.of();
        Resources old = forSizes;
        forSizes = new Resources();
        old.close();
    }

    @Override
    public void enqueue(long stream) {
        ready().forEach(run -> run.enqueue(stream));
    }

    @Override
    public List<LayerTime> layerTimes(long stream) {
        List<LayerTime> times = new ArrayList<>();
        ready().forEach(run -> times.addAll(run.layerTimes(stream)));
        return times;
    }

    private List<Run> ready() {
        if (runs.isEmpty()) {
            try {
                runs = prepare();
            } catch (RuntimeException | Error e) {
                forgetAfter(e);
                throw e;
            }
        }
        return runs;
    }

    private void forgetAfter(Throwable cause) {
        try {
            forget();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    private List<Run> prepare() {
        Map<String, Long> sizes = sizes();
        Map<String, Long> places = new HashMap<>(constants);
        places.putAll(addresses);
        container.between().forEach((name, type) -> places.put(name, allocate(bytes(bound(name, type, sizes)))));
        Map<String, Integer> strides = new HashMap<>();
        List<Run> ready = new ArrayList<>();
        for (SegmentedPlan.Step step : steps) {
            switch (step) {
                case SegmentedPlan.Step.Segment segment -> ready.add(new SegmentRun(segment(segment, sizes, places)));
                case SegmentedPlan.Step.Kernel(Partition.Step.Kernel node) when node.node().operation() instanceof Operation.Slice slice ->
                    select(node, slice, places, strides);
                case SegmentedPlan.Step.Kernel(Partition.Step.Kernel node) -> {
                    KernelStep kernel = KernelSteps.prepare(kernels.get(), node, sizes, strides);
                    forSizes.add(kernel::close);
                    long workspace = kernel.workspaceBytes() == 0 ? 0 : allocate(kernel.workspaceBytes());
                    ready.add(new KernelRun(node.node().name(),
                            stream -> kernel.enqueue(name -> place(places, name), workspace, stream)));
                }
            }
        }
        return List.copyOf(ready);
    }

    /// Columns of a matrix lie where the matrix lies; nothing is copied.
    private static void select(Partition.Step.Kernel node, Operation.Slice slice, Map<String, Long> places,
            Map<String, Integer> strides) {
        TensorType whole = node.inputs().getFirst();
        String output = node.node().output();
        places.put(output, place(places, node.node().inputs().getFirst()) + slice.start().size() * whole.dataType().bytes());
        strides.put(output, Math.toIntExact(whole.shape().get(-1).size()));
    }

    private ExecutionContext segment(SegmentedPlan.Step.Segment segment, Map<String, Long> sizes, Map<String, Long> places) {
        ExecutionContext context = contexts.get(segment);
        if (context == null) {
            throw new IllegalStateException("a segment has no context");
        }
        Map<String, List<Long>> outputs = new LinkedHashMap<>();
        segment.plan().ports().forEach((name, port) -> {
            TensorType type = container.type(name).map(each -> bound(name, each, sizes))
                    .orElseThrow(() -> new IllegalStateException("a segment was loaded whose '" + name + "' nothing describes"));
            // Where the plan leaves a size to symbols, the segment may not.
            if (!port.fits(type)) {
                throw new EngineException("a segment of the plan has '" + name + "' as " + port + ", which is " + type
                        + " at these sizes; build it anew");
            }
            if (port.isInput()) {
                context.setShape(name, type.shape());
            } else {
                outputs.put(name, sizes(type));
            }
            context.setAddress(name, place(places, name));
        });
        outputs.forEach((name, wanted) -> requireSizes(name, context.sizes(name), wanted));
        return context;
    }

    /// What a segment makes of its inputs may have sizes that neither it nor the plan says before.
    private static void requireSizes(String name, List<Long> given, List<Long> wanted) {
        boolean areSame = given.size() == wanted.size()
                && IntStream.range(0, given.size()).allMatch(axis -> given.get(axis) < 0 || given.get(axis).equals(wanted.get(axis)));
        if (!areSame) {
            throw new EngineException("a segment of the plan gives '" + name + "' with the sizes " + given + " where there is room for "
                    + wanted + "; build it anew");
        }
    }

    private static long place(Map<String, Long> places, String value) {
        Long place = places.get(value);
        if (place == null) {
            throw new EngineException("the plan's steps speak of '" + value + "', which it does not describe; build it anew");
        }
        return place;
    }

    private Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>();
        container.inputs().forEach((name, type) -> {
            Shape shape = shapes.get(name);
            if (shape == null) {
                throw new IllegalStateException("input '" + name + "' has no shape yet");
            }
            sizes.putAll(type.shape().solve(shape));
        });
        return sizes;
    }

    private static TensorType bound(String name, TensorType type, Map<String, Long> sizes) {
        Shape shape = type.shape().with(sizes);
        if (!shape.dimensions().stream().allMatch(size -> size.isConstant() && size.size() >= 0)) {
            throw new EngineException("the plan's '" + name + "' is " + type + ", which is no size at " + new TreeMap<>(sizes)
                    + "; build it anew");
        }
        return new TensorType(type.dataType(), shape);
    }

    private static List<Long> sizes(TensorType type) {
        return type.shape().dimensions().stream().map(Dimension::size).toList();
    }

    private static long bytes(TensorType type) {
        return Math.multiplyExact(type.shape().elementCount(), (long) type.dataType().bytes());
    }

    private long allocate(long bytes) {
        long address = cuda.allocate(Math.max(SMALLEST, bytes));
        forSizes.add(() -> cuda.free(address));
        return address;
    }

    @Override
    public void close() {
        try (Resources _ = lifetime; Resources _ = forSizes) {
            runs = List.of();
        }
    }
}
