package dev.maskforge;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.Session;
import java.util.ArrayDeque;
import java.util.Deque;

/// Sessions of an engine, one for each caller at work, kept for the next one with the memory of its pictures.
final class SessionPool {
    private final Engine engine;
    private final Deque<Pooled> idle = new ArrayDeque<>();
    private int borrowed;
    private boolean closed;

    private record Pooled(Session session, PictureMemory memory) {}

    SessionPool(Engine engine) {
        this.engine = engine;
    }

    /// A session for the caller alone, until it closes the lease.
    synchronized Lease borrow() {
        if (closed) {
            throw new IllegalStateException("the segmenter is closed");
        }
        Pooled pooled = idle.isEmpty() ? new Pooled(engine.openSession(), new PictureMemory()) : idle.pop();
        borrowed++;
        return new Lease(this, pooled);
    }

    private synchronized void giveBack(Pooled pooled) {
        borrowed--;
        idle.push(pooled);
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
    private static void close(Pooled pooled) {
        try (PictureMemory _ = pooled.memory()) {
            pooled.session().close();
        } catch (RuntimeException e) {
            System.getLogger(SessionPool.class.getName()).log(System.Logger.Level.WARNING, "a session does not close", e);
        }
    }

    record Lease(SessionPool pool, Pooled pooled) implements AutoCloseable {
        Session session() {
            return pooled.session();
        }

        /// What was allocated in it lasts until the next run.
        PictureMemory memory() {
            return pooled.memory();
        }

        @Override
        public void close() {
            pool.giveBack(pooled);
        }
    }
}
