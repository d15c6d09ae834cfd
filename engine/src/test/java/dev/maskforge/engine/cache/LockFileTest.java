package dev.maskforge.engine.cache;

import dev.maskforge.engine.Child;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
class LockFileTest {
    @TempDir
    private Path folder;

    @Test
    void aThreadWaitsForAnother() throws IOException, InterruptedException {
        Path file = folder.resolve("a.lock");
        AtomicInteger waited = new AtomicInteger();
        LockFile.Held held = LockFile.tryAcquire(file).orElseThrow();
        assertTrue(LockFile.tryAcquire(file).isEmpty());
        Thread other = Thread.ofPlatform().start(() -> {
            try (LockFile.Held _ = LockFile.acquire(file, waited::incrementAndGet, () -> false).orElseThrow()) {
                waited.addAndGet(10);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        while (waited.get() == 0) {
            Thread.onSpinWait();
        }
        assertEquals(1, waited.get());
        held.close();
        other.join();
        assertEquals(11, waited.get());
        held.close();
        LockFile.tryAcquire(file).orElseThrow().close();
    }

    @Test
    void anotherProcessHoldsItUntilItDies() throws IOException, InterruptedException {
        Path file = folder.resolve("b.lock");
        Process child = Child.start(LockHolder.class, file.toString());
        try (var says = child.inputReader()) {
            assertEquals("locked", says.readLine());
            assertTrue(LockFile.tryAcquire(file).isEmpty());
            AtomicInteger asked = new AtomicInteger();
            Optional<LockFile.Held> none = LockFile.acquire(file, () -> {
                // at first it is another's
            }, () -> asked.incrementAndGet() > 2);
            assertTrue(none.isEmpty(), "waiting is given up");
            child.destroyForcibly().waitFor();
            try (LockFile.Held _ = LockFile.tryAcquire(file).orElseThrow()) {
                assertTrue(LockFile.tryAcquire(file).isEmpty());
            }
        } finally {
            child.destroyForcibly();
        }
    }
}
