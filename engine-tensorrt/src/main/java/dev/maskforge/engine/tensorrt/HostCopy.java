package dev.maskforge.engine.tensorrt;

import dev.maskforge.kernels.Workers;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/// Copies what a run takes into pinned memory, much of it with the help of threads of its own, which are made when they are first
/// needed: one core copies 5 to 12 GB in a second, and memory has many times that.
final class HostCopy implements AutoCloseable {
    /// More fill memory no sooner (docs/performance.md).
    private static final int MOST_THREADS = 8;

    /// Less is there no later by the caller alone: helpers have to be woken, and the device fetches more slowly what several cores
    /// have just written (docs/performance.md).
    private static final long LEAST_SHARED_BYTES = 1 << 21;

    /// So little that a helper who wakes late still finds work, and nobody waits long for the last.
    private static final int BAND_BYTES = 1 << 16;

    private final Optional<ExecutorService> helpers;
    private final Workers workers;

    private HostCopy(Optional<ExecutorService> helpers, Workers workers) {
        this.helpers = helpers;
        this.workers = workers;
    }

    /// By as many threads as help, the caller's among them.
    ///
    /// @param threads that may be used, at least 1
    static HostCopy by(int threads) {
        if (threads == 1) {
            return new HostCopy(Optional.empty(), Workers.callerOnly());
        }
        int used = Math.min(threads, MOST_THREADS);
        ExecutorService helpers = Workers.lent(used - 1, Thread.ofPlatform().daemon().name("maskforge-copy-", 0).factory());
        return new HostCopy(Optional.of(helpers), new Workers(helpers, used));
    }

    /// Whether several threads copy so many bytes, if they may touch them.
    boolean isShared(long bytes) {
        return workers.threads() > 1 && bytes >= LEAST_SHARED_BYTES;
    }

    private static int bands(long bytes) {
        return Math.toIntExact(Math.ceilDiv(bytes, (long) BAND_BYTES));
    }

    /// Copies all of one memory into another of the same size.
    void copy(MemorySegment from, MemorySegment to) {
        if (!isShared(from.byteSize())) {
            to.copyFrom(from);
            return;
        }
        long bytes = to.byteSize();
        workers.touching(from, to).forEachBand(bands(bytes), 1, () -> (first, last) -> {
            long begin = (long) first * BAND_BYTES;
            long end = Math.min((long) last * BAND_BYTES, bytes);
            MemorySegment.copy(from, begin, to, begin, end - begin);
        });
    }

    @Override
    public void close() {
        helpers.ifPresent(ExecutorService::close);
    }
}
