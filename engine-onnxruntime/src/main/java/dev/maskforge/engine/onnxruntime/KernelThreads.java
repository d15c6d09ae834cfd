package dev.maskforge.engine.onnxruntime;

import dev.maskforge.kernels.Workers;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The threads that an engine's kernels run on beside the caller's. They rest between kernels, and end with the engine.
final class KernelThreads implements AutoCloseable {
    private final ThreadPoolExecutor executor;
    private final Workers workers;

    /// @param threads the caller's among them
    KernelThreads(int threads) {
        int lent = Math.max(1, threads - 1);
        this.executor = new ThreadPoolExecutor(lent, lent, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("maskforge-kernels-", 0).factory());
        executor.allowCoreThreadTimeOut(true);
        this.workers = threads == 1 ? Workers.callerOnly() : new Workers(executor, threads);
    }

    Workers workers() {
        return workers;
    }

    @Override
    public void close() {
        executor.close();
    }
}
