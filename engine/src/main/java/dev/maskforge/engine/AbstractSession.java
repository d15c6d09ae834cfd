package dev.maskforge.engine;

import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.InputSizes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiFunction;

/// What all sessions share: the checks before anything reaches a runtime, who may run when, and the end of runs that take
/// too long.
public abstract class AbstractSession implements Session {
    private enum State {
        IDLE, RUNNING, CLOSED
    }

    private final AbstractEngine engine;
    private final Object lock = new Object();
    private State state = State.IDLE;
    /// Counts the runs, so that a deadline that comes late does not end the run after its own.
    private long run;
    /// Why the present run was given up.
    private Optional<String> givenUp = Optional.empty();

    /// What the inputs of the last run were, and what followed from it.
    private Map<String, TensorType> checkedTypes = Map.of();
    private Map<String, Long> checkedSizes = Map.of();

    protected AbstractSession(AbstractEngine engine) {
        this.engine = engine;
    }

    /// Runs with inputs that have been checked.
    ///
    /// @param sizes of the symbols in the types of inputs and outputs
    /// @throws EngineException if the runtime fails, or soon after [#giveUp()]
    protected abstract SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Map<String, Long> sizes);

    /// Runs with inputs that have been checked, while the calling thread does something else: here before.
    protected SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Map<String, Long> sizes, Runnable meanwhile) {
        meanwhile.run();
        return run(inputs, sizes);
    }

    /// Runs layer by layer with inputs that have been checked.
    ///
    /// @param sizes of the symbols in the types of inputs and outputs
    /// @throws EngineException if the engine does not tell how long its layers take, as here, or fails
    protected List<LayerTime> layerTimes(Map<String, Tensor> inputs, Map<String, Long> sizes) {
        throw new EngineException("this engine does not tell how long its layers take; engines 'tensorrt' and 'reference' do");
    }

    /// Makes the present run end soon. Called on other threads, possibly before the runtime has begun.
    protected abstract void giveUp();

    /// Undoes [#giveUp()] when its run has ended.
    protected abstract void makeReady();

    /// Frees what the session holds; called once, never during a run.
    protected abstract void release();

    @Override
    public final SequencedMap<String, Tensor> run(Map<String, Tensor> inputs) {
        begin();
        return runAndEnd(inputs, this::run);
    }

    @Override
    public final SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Runnable meanwhile) {
        begin();
        return runAndEnd(inputs, (checked, sizes) -> run(checked, sizes, meanwhile));
    }

    @Override
    public final List<LayerTime> layerTimes(Map<String, Tensor> inputs) {
        begin();
        return runAndEnd(inputs, this::layerTimes);
    }

    @Override
    public final SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Duration atMost) {
        long present = begin();
        try (Deadlines.Deadline _ = deadline(present, atMost)) {
            return runAndEnd(inputs, this::run);
        }
    }

    /// Ends the run it is for if it cannot be set.
    private Deadlines.Deadline deadline(long present, Duration atMost) {
        try {
            String time = atMost.compareTo(Duration.ofDays(1)) < 0 ? atMost.toMillis() + " ms" : atMost.toString();
            return Deadlines.after(atMost, () -> giveUp(present, "the run was given up after " + time + ", as asked"));
        } catch (RuntimeException | Error e) {
            end();
            throw e;
        }
    }

    private <T> T runAndEnd(Map<String, Tensor> inputs, BiFunction<Map<String, Tensor>, Map<String, Long>, T> run) {
        try {
            Map<String, Long> sizes = sizes(inputs);
            inputs.forEach(AbstractSession::requireReadable);
            return run.apply(inputs, sizes);
        } catch (EngineException e) {
            throw explained(e);
        } finally {
            end();
        }
    }

    /// The sizes of the symbols, from the run before where the types are the same.
    private Map<String, Long> sizes(Map<String, Tensor> inputs) {
        if (!haveTypes(inputs, checkedTypes)) {
            checkedSizes = InputSizes.solve(engine.inputs(), inputs);
            checkedTypes = new HashMap<>();
            inputs.forEach((name, tensor) -> checkedTypes.put(name, tensor.type()));
        }
        return checkedSizes;
    }

    private static boolean haveTypes(Map<String, Tensor> inputs, Map<String, TensorType> types) {
        if (inputs.size() != types.size() || types.isEmpty()) {
            return false;
        }
        for (Map.Entry<String, TensorType> entry : types.entrySet()) {
            Tensor tensor = inputs.get(entry.getKey());
            if (tensor == null || !tensor.type().equals(entry.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static void requireReadable(String name, Tensor tensor) {
        if (!tensor.memory().scope().isAlive()) {
            throw new IllegalStateException("input '" + name + "' lies in memory that was freed; close its arena after the run");
        }
        if (!tensor.memory().isAccessibleBy(Thread.currentThread())) {
            throw new IllegalStateException("input '" + name + "' lies in another thread's confined arena; use a shared one");
        }
    }

    private EngineException explained(EngineException e) {
        synchronized (lock) {
            return givenUp.map(reason -> new EngineException(reason, e)).orElse(e);
        }
    }

    private long begin() {
        synchronized (lock) {
            if (state == State.CLOSED) {
                throw new IllegalStateException("the session is closed");
            }
            if (state == State.RUNNING) {
                throw new IllegalStateException("the session is running on another thread; open one for each thread");
            }
            state = State.RUNNING;
            run++;
            return run;
        }
    }

    private void end() {
        synchronized (lock) {
            state = State.IDLE;
            if (givenUp.isPresent()) {
                givenUp = Optional.empty();
                makeReady();
            }
        }
    }

    private void giveUp(long which, String reason) {
        synchronized (lock) {
            if (state == State.RUNNING && run == which && givenUp.isEmpty()) {
                givenUp = Optional.of(reason);
                giveUp();
            }
        }
    }

    @Override
    public final void cancel() {
        synchronized (lock) {
            giveUp(run, "the run was cancelled");
        }
    }

    @Override
    public final void close() {
        synchronized (lock) {
            if (state == State.CLOSED) {
                return;
            }
            if (state == State.RUNNING) {
                throw new IllegalStateException("the session is running; close it when the run is over");
            }
            state = State.CLOSED;
        }
        try {
            release();
        } finally {
            engine.sessionEnded();
        }
    }
}
