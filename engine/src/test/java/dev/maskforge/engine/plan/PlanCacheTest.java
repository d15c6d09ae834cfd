package dev.maskforge.engine.plan;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Child;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.PlanTarget;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.cache.CacheFolder;
import dev.maskforge.engine.cache.LockFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(120)
class PlanCacheTest {
    @TempDir
    private Path folder;

    private PlanCache cache(long limit) {
        return new PlanCache(new CacheFolder(folder.resolve("maskforge")), limit);
    }

    @Test
    void whatDecidesAboutThePlanDecidesAboutItsPlace() {
        PlanCache cache = cache(1);
        PlanSource source = Plans.source();
        PlanTarget target = Plans.PROVIDER.target();
        BuildOptions options = source.options();
        Set<Path> places = new HashSet<>();
        List<PlanSource> sources = List.of(source, new PlanSource("maskforge 0.2", source.graph(), options),
                new PlanSource(source.tool(), "1".repeat(64), options),
                new PlanSource(source.tool(), source.graph(), options.withPrecision(Precision.FP16)),
                new PlanSource(source.tool(), source.graph(), options.withWorkspaceBytes(1 << 25)),
                new PlanSource(source.tool(), source.graph(), options.withOptimisationLevel(5)),
                new PlanSource(source.tool(), source.graph(), options.withSetting("a", "b")));
        sources.forEach(each -> places.add(cache.path("stand-in", target, each)));
        places.add(cache.path("other", target, source));
        places.add(cache.path("stand-in", target.withDriver(Optional.of("560")), source));
        places.add(cache.path("stand-in", new PlanTarget(target.libraries(), "elsewhere", target.driver(), target.computeCapability()),
                source));
        assertEquals(sources.size() + 3, places.size());
        PlanSource withMoreThreads = new PlanSource(source.tool(), source.graph(), options.withThreads(64));
        assertEquals(cache.path("stand-in", target, source), cache.path("stand-in", target, withMoreThreads));
        assertTrue(cache.path("stand-in", target, source).getFileName().toString().matches("stand-in-fp32-[0-9a-f]{24}\\.plan"));
    }

    @Test
    void manyProcessesAndThreadsBuildOnce() throws IOException, InterruptedException {
        Path root = folder.resolve("maskforge");
        Path builds = folder.resolve("builds");
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            processes.add(Child.start(CacheUser.class, root.toString(), builds.toString()));
        }
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            threads.add(Thread.ofPlatform().start(() -> CacheUser.use(cache(CacheFolder.LIMIT), builds)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        for (Process process : processes) {
            assertEquals(0, process.waitFor());
        }
        assertEquals(List.of("built"), Files.readAllLines(builds));
    }

    private static Path put(PlanCache cache, String name, int bytes, Instant used) throws IOException {
        Path plan = Files.createDirectories(cache.cache().folder(PlanCache.KIND)).resolve(name + PlanFile.ENDING);
        Files.write(plan, new byte[bytes]);
        Files.write(PlanFile.record(plan), new byte[10]);
        Files.setLastModifiedTime(plan, FileTime.from(used));
        return plan;
    }

    @Test
    void whatWasNotUsedForLongestGoesFirst() throws IOException {
        PlanCache cache = cache(2500);
        Instant now = Instant.now();
        Path oldest = put(cache, "oldest", 1000, now.minusSeconds(300));
        Path older = put(cache, "older", 1000, now.minusSeconds(200));
        Path old = put(cache, "old", 1000, now.minusSeconds(100));
        // Using it makes it the latest.
        cache.use(oldest, BuildProgress.NONE, Path::getFileName);
        assertTrue(Files.exists(oldest));
        assertFalse(Files.exists(older));
        assertFalse(Files.exists(PlanFile.record(older)));
        assertTrue(Files.exists(old));
    }

    @Test
    void whatIsInUseStaysHoweverLarge() throws IOException {
        PlanCache cache = cache(10);
        Path locked = put(cache, "locked", 1000, Instant.now().minusSeconds(300));
        Path used = cache.cache().folder(PlanCache.KIND).resolve("used.plan");
        try (LockFile.Held _ = LockFile.tryAcquire(LockFile.of(locked)).orElseThrow()) {
            cache.use(used, BuildProgress.NONE, path -> written(path));
        }
        assertTrue(Files.exists(locked));
        assertTrue(Files.exists(used));
    }

    private static Path written(Path path) {
        try {
            return Files.write(path, new byte[5000]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatAKilledProcessLeftIsClearedAwayAfterADay() throws IOException {
        PlanCache cache = cache(CacheFolder.LIMIT);
        Path plans = Files.createDirectories(cache.cache().folder(PlanCache.KIND));
        Path left = Files.write(plans.resolve("a.plan.1.tmp"), new byte[10]);
        Path fresh = Files.write(plans.resolve("b.plan.2.tmp"), new byte[10]);
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(25 * 3600)));
        cache.use(plans.resolve("c.plan"), BuildProgress.NONE, Path::getFileName);
        assertFalse(Files.exists(left));
        assertTrue(Files.exists(fresh));
    }

    @Test
    void waitingCanBeGivenUp() throws IOException {
        PlanCache cache = cache(CacheFolder.LIMIT);
        Path plan = Files.createDirectories(cache.cache().folder(PlanCache.KIND)).resolve("a.plan");
        List<String> phases = new ArrayList<>();
        BuildProgress impatient = new BuildProgress() {
            @Override
            public void phase(String name, int step, int steps) {
                phases.add(name);
            }

            @Override
            public boolean isCancelled() {
                return true;
            }
        };
        try (LockFile.Held _ = LockFile.tryAcquire(LockFile.of(plan)).orElseThrow()) {
            assertTrue(String.valueOf(assertThrows(EngineException.class, () -> cache.use(plan, impatient, Path::getFileName)).getMessage())
                    .startsWith("the build was cancelled while it waited"));
        }
        assertEquals(List.of("waiting for another build of the same plan"), phases);
    }
}
