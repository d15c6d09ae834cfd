package dev.maskforge.kernels;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
class WorkersTest {
    private static ExecutorService lent(int threads) {
        return Workers.lent(threads, Thread.ofPlatform().daemon().factory());
    }

    /// Does rows with plain memory, which is looked at when all are said to be done.
    private static void assertEachRowOnce(Workers workers, int rows, int bandRows) {
        int[] times = new int[rows];
        workers.forEachBand(rows, bandRows, () -> (from, to) -> {
            for (int row = from; row < to; row++) {
                times[row]++;
            }
        });
        for (int row = 0; row < rows; row++) {
            assertEquals(1, times[row], "row " + row);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,1", "1,7", "7,7", "8,7", "97,1", "1000,3"})
    void eachRowIsDoneOnce(int rows, int bandRows) {
        assertEachRowOnce(Workers.callerOnly(), rows, bandRows);
        assertEachRowOnce(new Workers(Runnable::run, 5), rows, bandRows);
        for (int threads : new int[]{2, 3, 8}) {
            try (ExecutorService executor = lent(threads - 1)) {
                for (int run = 0; run < 200; run++) {
                    assertEachRowOnce(new Workers(executor, threads), rows, bandRows);
                }
            }
        }
    }

    /// Each waits for all the others, so all are needed.
    @Test
    void allCome() {
        int threads = 8;
        CountDownLatch all = new CountDownLatch(threads);
        try (ExecutorService executor = lent(threads - 1)) {
            new Workers(executor, threads).forEachBand(threads, 1, () -> (_, _) -> {
                all.countDown();
                try {
                    assertTrue(all.await(30, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
        }
        assertEquals(0, all.getCount());
    }

    @Test
    void whoIsTurnedAwayIsNotNeeded() {
        Workers rejected = new Workers(_ -> {
            throw new RejectedExecutionException("busy");
        }, 4);
        assertEachRowOnce(rejected, 50, 3);
        Workers neverServed = new Workers(_ -> {
        }, 4);
        assertEachRowOnce(neverServed, 50, 3);
        AtomicInteger tasks = new AtomicInteger();
        try (ExecutorService executor = lent(3)) {
            Workers twoComeAndTheThirdIsTurnedAway = new Workers(task -> {
                if (tasks.incrementAndGet() > 2) {
                    throw new RejectedExecutionException("busy");
                }
                executor.execute(task);
            }, 8);
            assertEachRowOnce(twoComeAndTheThirdIsTurnedAway, 5000, 1);
        }
    }

    @Test
    void helpersAreWaitedForThoughTheCallerIsInterrupted() {
        Thread caller = Thread.currentThread();
        CountDownLatch both = new CountDownLatch(2);
        int[] done = new int[2];
        try (ExecutorService executor = lent(1)) {
            new Workers(executor, 2).forEachBand(2, 1, () -> (from, _) -> {
                try {
                    both.countDown();
                    both.await();
                    if (Thread.currentThread() != caller) {
                        Thread.sleep(20);
                        caller.interrupt();
                        Thread.sleep(20);
                    }
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                done[from] = 1;
            });
        }
        assertTrue(Thread.interrupted(), "the interrupt is handed on");
        assertEquals(2, done[0] + done[1]);
    }

    @Test
    void whatIsThrownEndsTheWorkAndComesOutWhenNobodyRunsAnyMore() {
        try (ExecutorService executor = lent(3)) {
            Workers workers = new Workers(executor, 4);
            for (int run = 0; run < 100; run++) {
                AtomicInteger running = new AtomicInteger();
                IllegalStateException failure = assertThrows(IllegalStateException.class,
                        () -> workers.forEachBand(1000, 1, () -> (from, _) -> {
                            running.incrementAndGet();
                            try {
                                if (from == 500) {
                                    throw new IllegalStateException("row " + from);
                                }
                            } finally {
                                running.decrementAndGet();
                            }
                        }));
                assertEquals("row 500", failure.getMessage());
                assertEquals(0, running.get());
            }
        }
    }
}
