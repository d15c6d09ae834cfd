package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.AbstractSession;
import dev.maskforge.engine.DeviceTimes;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.LayerTime;
import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.Resources;
import dev.maskforge.engine.tensorrt.plan.ExecutionContext;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan;
import dev.maskforge.graph.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.locks.LockSupport;

/// One thread's runs of a plan: a stream and a context of its own, and buffers that stay as long as the sizes do.
///
/// Outputs lie in pinned memory that the next run writes again. A run that is given up goes on on the device, where nothing
/// can stop it; its results are not looked at, and the next run waits for its end.
final class TensorRtSession extends AbstractSession {
    /// For as long as a short run takes, asking again at once notices its end soonest; after that a nap does.
    private static final long SPIN_NANOSECONDS = 30_000_000;
    private static final long NAP_NANOSECONDS = 50_000;

    private final TensorRtEngine engine;
    private final Cuda cuda;
    private final Resources resources = new Resources();
    private final ExecutionContext context;
    private final long stream;
    private final StageMarks marks;
    /// Behind a run. Those within its graph happen anew only when the device comes to them.
    private final long finished;
    private Optional<ShapeBuffers> buffers = Optional.empty();
    /// Of the last run, once somebody asked: reading them takes calls, which a run is not to wait for.
    private Optional<DeviceTimes> times = Optional.empty();
    private boolean isTimed;
    private volatile boolean givenUp;
    private boolean isBusy;

    TensorRtSession(TensorRtEngine engine, LoadedPlan plan) {
        super(engine);
        this.engine = engine;
        this.cuda = engine.cuda();
        try {
            cuda.useOnThisThread();
            this.stream = cuda.newStream();
            resources.add(() -> cuda.destroyStream(stream));
            this.marks = StageMarks.make(cuda, resources);
            this.finished = StageMarks.event(cuda, resources);
            this.context = plan.newContext();
            resources.add(context::close);
        } catch (RuntimeException | Error e) {
            closeAfter(e);
            throw e;
        }
    }

    private void closeAfter(Throwable cause) {
        try {
            resources.close();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    protected SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Map<String, Long> sizes) {
        return run(inputs, sizes, () -> {
        });
    }

    @Override
    protected SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Map<String, Long> sizes, Runnable meanwhile) {
        times = Optional.empty();
        isTimed = false;
        cuda.useOnThisThread();
        finishOlder();
        ShapeBuffers present = buffers(sizes);
        inputs.forEach(present::fill);
        isBusy = true;
        present.enqueue(stream);
        cuda.record(finished, stream);
        meanwhile.run();
        await();
        isBusy = false;
        isTimed = true;
        return present.results();
    }

    /// Not as one CUDA graph, in which no layer can be told from the next.
    @Override
    protected List<LayerTime> layerTimes(Map<String, Tensor> inputs, Map<String, Long> sizes) {
        times = Optional.empty();
        isTimed = false;
        cuda.useOnThisThread();
        finishOlder();
        ShapeBuffers present = buffers(sizes);
        inputs.forEach(present::fill);
        isBusy = true;
        present.copyIn(stream);
        List<LayerTime> layers = context.layerTimes(stream);
        cuda.synchronize(stream);
        isBusy = false;
        if (givenUp) {
            throw new EngineException("the run was given up as it ended");
        }
        return layers;
    }

    /// A run that failed or was given up may still read and write the buffers.
    private void finishOlder() {
        if (isBusy) {
            cuda.synchronize(stream);
            isBusy = false;
        }
    }

    private ShapeBuffers buffers(Map<String, Long> sizes) {
        if (buffers.isPresent() && buffers.get().areFor(sizes)) {
            return buffers.get();
        }
        free();
        ShapeBuffers fresh = ShapeBuffers.of(sizes, engine, context, marks);
        buffers = Optional.of(fresh);
        return fresh;
    }

    private void free() {
        Optional<ShapeBuffers> old = buffers;
        buffers = Optional.empty();
        old.ifPresent(ShapeBuffers::close);
    }

    private void await() {
        long begin = System.nanoTime();
        while (!cuda.hasHappened(finished)) {
            if (givenUp) {
                throw new EngineException("the run was given up; the device finishes it on its own");
            }
            if (System.nanoTime() - begin < SPIN_NANOSECONDS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(NAP_NANOSECONDS);
            }
        }
        if (givenUp) {
            throw new EngineException("the run was given up as it ended");
        }
    }

    @Override
    public Optional<DeviceTimes> deviceTimes() {
        if (isTimed) {
            cuda.useOnThisThread();
            times = Optional.of(marks.read(cuda));
            isTimed = false;
        }
        return times;
    }

    /// Whether runs at the present sizes are replayed as one CUDA graph.
    boolean isCaptured() {
        return buffers.map(ShapeBuffers::isCaptured).orElse(false);
    }

    @Override
    protected void giveUp() {
        givenUp = true;
    }

    @Override
    protected void makeReady() {
        givenUp = false;
    }

    @Override
    protected void release() {
        isTimed = false;
        try (Resources _ = resources) {
            try {
                cuda.useOnThisThread();
                finishOlder();
            } finally {
                free();
            }
        }
    }
}
