package dev.maskforge.engine;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// One thread that watches the time of all runs that have a limit, and goes when there are none. A virtual thread would
/// not do: runs in native code may hold all carriers.
final class Deadlines {
    private static final long LINGER_SECONDS = 10;
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private Deadlines() {
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1,
                task -> Thread.ofPlatform().daemon().name("maskforge-deadlines").unstarted(task));
        timer.setKeepAliveTime(LINGER_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /// Calls the action after a while, at once if that is over already, unless it is closed first.
    static Deadline after(Duration duration, Runnable action) {
        if (!duration.isPositive()) {
            action.run();
        }
        return new Deadline(TIMER.schedule(action, saturatedNanos(duration), TimeUnit.NANOSECONDS));
    }

    private static long saturatedNanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? 0 : Long.MAX_VALUE;
        }
    }

    record Deadline(Future<?> timer) implements AutoCloseable {
        @Override
        public void close() {
            timer.cancel(false);
        }
    }
}
