package dev.maskforge.engine;

import dev.maskforge.graph.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// What all engines share: their types, and that nothing is freed while a session may need it.
public abstract class AbstractEngine implements Engine {
    private final SequencedMap<String, TensorType> inputs;
    private final SequencedMap<String, TensorType> outputs;
    private int openSessions;
    private boolean closed;

    protected AbstractEngine(SequencedMap<String, TensorType> inputs, SequencedMap<String, TensorType> outputs) {
        this.inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
        this.outputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputs));
    }

    /// Makes a session; called only while the engine is open.
    protected abstract AbstractSession newSession();

    /// Frees what the engine holds; called once, when no session is open.
    protected abstract void release();

    @Override
    public final SequencedMap<String, TensorType> inputs() {
        return inputs;
    }

    @Override
    public final SequencedMap<String, TensorType> outputs() {
        return outputs;
    }

    @Override
    public final synchronized Session openSession() {
        if (closed) {
            throw new IllegalStateException("the engine is closed");
        }
        Session session = newSession();
        openSessions++;
        return session;
    }

    final synchronized void sessionEnded() {
        openSessions--;
    }

    @Override
    public final synchronized void close() {
        if (closed) {
            return;
        }
        if (openSessions > 0) {
            throw new IllegalStateException(
                    "the engine has " + openSessions + " open session" + (openSessions == 1 ? "" : "s") + "; close what runs on it first");
        }
        closed = true;
        release();
    }
}
