package dev.maskforge;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.Session;
import java.util.ArrayDeque;
import java.util.Deque;

/// Sessions of an engine, one for each caller at work, kept for the next one.
final class SessionPool {
    private final Engine engine;
    private final Deque<Session> idle = new ArrayDeque<>();
    private int borrowed;
    private boolean closed;

    SessionPool(Engine engine) {
        this.engine = engine;
    }

    /// A session for the caller alone, until it closes the lease.
    synchronized Lease borrow() {
        if (closed) {
            throw new IllegalStateException("the segmenter is closed");
        }
        Session session = idle.isEmpty() ? engine.openSession() : idle.pop();
        borrowed++;
        return new Lease(this, session);
    }

    private synchronized void giveBack(Session session) {
        borrowed--;
        idle.push(session);
    }

    /// Closes the sessions.
    ///
    /// @return whether they were open until now
    /// @throws IllegalStateException if one is borrowed
    synchronized boolean close() {
        if (borrowed > 0) {
            throw new IllegalStateException("the segmenter is at work; close it when all pictures are done");
        }
        if (closed) {
            return false;
        }
        closed = true;
        while (!idle.isEmpty()) {
            close(idle.pop());
        }
        return true;
    }

    /// A session that fails to close keeps neither the others nor the engine open.
    private static void close(Session session) {
        try {
            session.close();
        } catch (RuntimeException e) {
            System.getLogger(SessionPool.class.getName()).log(System.Logger.Level.WARNING, "a session does not close", e);
        }
    }

    record Lease(SessionPool pool, Session session) implements AutoCloseable {
        @Override
        public void close() {
            pool.giveBack(session);
        }
    }
}
