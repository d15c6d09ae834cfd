package dev.maskforge.kernels;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The threads that work on one picture: the caller's, and up to `threads - 1` that an executor of the caller lends.
///
/// The caller's thread never waits for work that has not begun, so an executor that is busy, or is the one the caller
/// runs on, delays nothing and blocks nothing.
///
/// @param executor asked for the other threads
/// @param threads  at least 1; the caller's thread is one of them
public record Workers(Executor executor, int threads) {
    /// About as long as a thread that sleeps takes to be woken.
    private static final long SPIN_NANOSECONDS = 50_000;

    /// Of whom it is asked whether they may touch a memory; it never runs.
    private static final Thread OTHER = Thread.ofVirtual().unstarted(() -> {
    });

    public Workers {
        if (threads < 1) {
            throw new IllegalArgumentException("work takes at least one thread, not " + threads);
        }
    }

    /// An executor to be asked: a fixed number of threads, each made when it is first needed, and woken by whoever brings work.
    /// Where a queue has one lock for all who wait, as that of `Executors.newFixedThreadPool`, they wake one another, in a row.
    ///
    /// @param count at least 1
    public static ExecutorService lent(int count, ThreadFactory factory) {
        return new ThreadPoolExecutor(count, count, 0, TimeUnit.SECONDS, new LinkedTransferQueue<>(), factory);
    }

    /// These, or the caller's thread alone where others may not touch a memory, such as that of its confined arena.
    public Workers touching(MemorySegment... memories) {
        for (MemorySegment memory : memories) {
            if (!memory.isAccessibleBy(OTHER)) {
                return callerOnly();
            }
        }
        return this;
    }

    /// The caller's thread alone.
    public static Workers callerOnly() {
        return new Workers(Runnable::run, 1);
    }

    /// What one thread does with a range of rows. A worker has its own, so it may keep scratch memory in it.
    public interface Band {
        void rows(int from, int to);
    }

    /// Cuts rows into bands of `bandRows` and has each done once; returns when all are done. What a band throws ends the
    /// work and is thrown here.
    public void forEachBand(int rows, int bandRows, Supplier<Band> workers) {
        Progress progress = new Progress(rows, bandRows);
        int helpers = Math.min(threads, Math.ceilDiv(rows, bandRows)) - 1;
        try {
            for (int helper = 0; helper < helpers; helper++) {
                executor.execute(() -> progress.help(workers));
            }
        } catch (RejectedExecutionException busy) {
            // The caller's thread does what nobody else has time for.
        }
        progress.finish(workers);
    }

    private static final class Progress {
        private final int rows;
        private final int bandRows;
        private int next;
        /// Changed only with the lock held.
        private volatile int helping;
        private final List<Throwable> failures = new ArrayList<>();

        Progress(int rows, int bandRows) {
            this.rows = rows;
            this.bandRows = bandRows;
        }

        /// The first row of a band that nobody has taken, or `rows`.
        private synchronized int take() {
            int from = next;
            next = Math.min(rows, from + bandRows);
            return from;
        }

        private synchronized boolean enter() {
            if (next == rows) {
                return false;
            }
            helping++;
            return true;
        }

        private void help(Supplier<Band> workers) {
            if (!enter()) {
                return;
            }
            try {
                work(workers);
            } finally {
                leave();
            }
        }

        private synchronized void leave() {
            helping--;
            notifyAll();
        }

        private void work(Supplier<Band> workers) {
            try {
                int from = take();
                if (from == rows) {
                    return;
                }
                Band band = workers.get();
                for (; from < rows; from = take()) {
                    band.rows(from, Math.min(rows, from + bandRows));
                }
            } catch (RuntimeException | Error failure) {
                stop(failure);
            }
        }

        private synchronized void stop(Throwable failure) {
            failures.add(failure);
            next = rows;
        }

        /// Works along, then waits for the helpers that have begun. An interrupt does not cut that short: they write into
        /// the caller's memory.
        void finish(Supplier<Band> workers) {
            work(workers);
            spin();
            if (awaitHelpers()) {
                Thread.currentThread().interrupt();
            }
            for (Throwable failure : failures) {
                if (failure instanceof Error error) {
                    throw error;
                }
                if (failure instanceof RuntimeException exception) {
                    throw exception;
                }
            }
        }

        /// Who has begun is often done before this thread would be asleep and woken again.
        private void spin() {
            long begin = System.nanoTime();
            while (helping > 0 && System.nanoTime() - begin < SPIN_NANOSECONDS) {
                Thread.onSpinWait();
            }
        }

        private synchronized boolean awaitHelpers() {
            boolean interrupted = false;
            while (helping > 0) {
                try {
                    wait();
                } catch (InterruptedException interrupt) {
                    interrupted = true;
                }
            }
            return interrupted;
        }
    }
}
