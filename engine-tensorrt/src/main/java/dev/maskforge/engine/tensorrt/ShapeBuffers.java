package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.Resources;
import dev.maskforge.engine.tensorrt.plan.ExecutionContext;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// Everything that a session holds for one set of sizes: buffers, and a whole run (copies in, network, copies out) as one CUDA
/// graph, with marks between its stages.
final class ShapeBuffers implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(ShapeBuffers.class.getName());

    private final Map<String, Long> sizes;
    private final Cuda cuda;
    private final HostCopy copy;
    private final ExecutionContext context;
    private final StageMarks marks;
    private final Resources resources = new Resources();
    private final SequencedMap<String, DeviceBuffer> inputs = new LinkedHashMap<>();
    private final SequencedMap<String, DeviceBuffer> outputs = new LinkedHashMap<>();
    private final SequencedMap<String, Tensor> results = new LinkedHashMap<>();
    private boolean hasRun;
    private boolean cannotBeCaptured;
    private OptionalLong graph = OptionalLong.empty();

    private ShapeBuffers(Map<String, Long> sizes, TensorRtEngine engine, ExecutionContext context, StageMarks marks) {
        this.sizes = sizes;
        this.cuda = engine.cuda();
        this.copy = engine.copy();
        this.context = context;
        this.marks = marks;
    }

    /// Takes the memory and tells the context of it.
    static ShapeBuffers of(Map<String, Long> sizes, TensorRtEngine engine, ExecutionContext context, StageMarks marks) {
        ShapeBuffers buffers = new ShapeBuffers(sizes, engine, context, marks);
        try {
            engine.inputs().forEach((name, type) -> {
                DeviceBuffer buffer = DeviceBuffer.pinned(buffers.atSizes(type), buffers.cuda, buffers.resources);
                context.setShape(name, buffer.host().shape());
                context.setAddress(name, buffer.address());
                buffers.inputs.put(name, buffer);
            });
            engine.outputs().forEach((name, type) -> {
                DeviceBuffer buffer = DeviceBuffer.pinned(buffers.atSizes(type), buffers.cuda, buffers.resources);
                context.setAddress(name, buffer.address());
                buffers.outputs.put(name, buffer);
                buffers.results.put(name, buffer.host());
            });
            return buffers;
        } catch (RuntimeException | Error e) {
            closeAfter(e, buffers);
            throw e;
        }
    }

    private static void closeAfter(Throwable cause, ShapeBuffers buffers) {
        try {
            buffers.close();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    private TensorType atSizes(TensorType type) {
        return new TensorType(type.dataType(), type.shape().with(sizes));
    }

    boolean areFor(Map<String, Long> wanted) {
        return sizes.equals(wanted);
    }

    void fill(String name, Tensor source) {
        DeviceBuffer buffer = inputs.get(name);
        if (buffer == null) {
            throw new IllegalArgumentException("there is no buffer '" + name + "'");
        }
        copy.copy(source.memory(), buffer.host().memory());
    }

    void copyIn(long stream) {
        inputs.values().forEach(buffer -> cuda.copyIn(buffer.host().memory(), buffer.address(), stream));
    }

    /// The outputs on the host, as the last run left them.
    SequencedMap<String, Tensor> results() {
        return Collections.unmodifiableSequencedMap(results);
    }

    /// Puts one run behind what the stream has to do. The first time TensorRT makes things ready that must
    /// not lie in a graph; the second time it is written down, and from then on replayed.
    void enqueue(long stream) {
        if (graph.isEmpty() && hasRun && !cannotBeCaptured) {
            capture(stream);
        }
        if (graph.isPresent()) {
            cuda.launch(graph.getAsLong(), stream);
        } else {
            put(stream, cuda::record);
        }
        hasRun = true;
    }

    /// How a mark is put into a stream.
    @FunctionalInterface
    private interface Marking {
        void put(long event, long stream);
    }

    private void put(long stream, Marking marking) {
        marking.put(marks.started(), stream);
        copyIn(stream);
        marking.put(marks.copiedIn(), stream);
        context.enqueue(stream);
        marking.put(marks.computed(), stream);
        outputs.values().forEach(buffer -> cuda.copyOut(buffer.address(), buffer.host().memory(), stream));
        marking.put(marks.copiedOut(), stream);
    }

    /// Whether runs are one CUDA graph.
    boolean isCaptured() {
        return graph.isPresent();
    }

    private void capture(long stream) {
        try {
            long captured = captured(stream);
            resources.add(() -> cuda.destroyGraph(captured));
            graph = OptionalLong.of(captured);
        } catch (EngineException e) {
            cannotBeCaptured = true;
            LOGGER.log(System.Logger.Level.WARNING, "the network runs kernel by kernel, not as one CUDA graph: " + e.getMessage());
        }
    }

    private long captured(long stream) {
        cuda.beginCapture(stream);
        try {
            put(stream, cuda::recordInGraph);
        } catch (RuntimeException | Error e) {
            endAfter(e, stream);
            throw e;
        }
        return cuda.endCapture(stream);
    }

    /// The stream stays in its capture until that is ended.
    private void endAfter(Throwable cause, long stream) {
        try {
            cuda.destroyGraph(cuda.endCapture(stream));
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        resources.close();
    }
}
