package dev.maskforge;

import dev.maskforge.kernels.Workers;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/// A fixed number of threads, possibly none, that end with their owner and do not keep the JVM alive.
final class ThreadPool implements Executor, AutoCloseable {
    private final Optional<ExecutorService> service;

    ThreadPool(int threads) {
        this.service = threads == 0
                ? Optional.empty()
                : Optional.of(Workers.lent(threads, Thread.ofPlatform().daemon().name("maskforge-", 0).factory()));
    }

    @Override
    public void execute(Runnable work) {
        service.ifPresentOrElse(present -> present.execute(work), work);
    }

    @Override
    public void close() {
        service.ifPresent(ExecutorService::close);
    }
}
