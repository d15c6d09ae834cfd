package dev.maskforge.checkpoint;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

/// That reading neither hangs nor takes time that grows with the square of a file: not how fast it is.
final class Soon {
    /// Of the processor, so that it does not depend on what else the machine does. The largest files take a second or two of it
    /// beside other work; work that grows with the square of what they hold would take more than this, mostly minutes.
    static final Duration PATIENCE = Duration.ofSeconds(20);
    /// Of the clock: what never ends is given up.
    private static final Duration HANGS = Duration.ofMinutes(5);
    /// A thread that is done takes the next file, since there are tens of thousands; one that hangs ends with the JVM.
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());

    private Soon() {
    }

    /// The result of work that is done in time.
    static <T> T soon(Callable<T> work) {
        try {
            return THREADS.submit(() -> inTime(work)).get(HANGS.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return fail("hangs", e);
        } catch (ExecutionException | InterruptedException e) {
            return fail(e.getCause() instanceof AssertionError failure ? failure : e);
        }
    }

    private static <T> T inTime(Callable<T> work) throws Exception {
        long started = processorTime();
        T result = work.call();
        Duration taken = Duration.ofNanos(processorTime() - started);
        assertTrue(taken.compareTo(PATIENCE) < 0, () -> "took " + taken.toMillis() + " ms of processor time");
        return result;
    }

    /// Of this thread.
    static long processorTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
