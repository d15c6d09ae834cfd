package dev.maskforge.engine.plan;

import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.PlanTarget;
import dev.maskforge.engine.cache.CacheFolder;
import dev.maskforge.engine.cache.LockFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// Plans that were built once, by what they were built of. Many processes may use it at once: one builds, the others wait
/// for it and find it built.
///
/// @param cache that plans are a part of
/// @param limit on the whole cache, in bytes; plans that were not used for longest go first
public record PlanCache(CacheFolder cache, long limit) {
    public static final String KIND = "plans";
    private static final int DIGITS = 24;
    /// What a killed process left of its work is deleted when it is older than any build.
    private static final Duration LEFT_BEHIND = Duration.ofDays(1);

    public static PlanCache ofUser() {
        return new PlanCache(CacheFolder.ofUser(), CacheFolder.LIMIT);
    }

    /// Where the plan of a source lies on this engine and machine, whether it is there or not.
    public Path path(String engine, PlanTarget target, PlanSource source) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(source.text(engine, target).getBytes(StandardCharsets.UTF_8));
            return cache.folder(KIND).resolve(engine + "-" + source.options().precision() + "-"
                    + HexFormat.of().formatHex(digest).substring(0, DIGITS) + PlanFile.ENDING);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /// Uses the plan at a path of the cache, or makes it, while nobody else does either. Afterwards it counts as just used, and
    /// others make room if there are too many.
    ///
    /// @param use      opens the plan, or makes and opens it; what it leaves beside the plan under other names is its own
    /// @param progress is told when others have to be waited for, and asked whether to go on
    /// @throws PlanException   if the cache cannot be written to
    /// @throws EngineException if waiting was given up
    public <T> T use(Path plan, BuildProgress progress, Function<Path, T> use) {
        try {
            Files.createDirectories(cache.folder(KIND));
            Optional<LockFile.Held> lock = LockFile.acquire(LockFile.of(plan),
                    () -> progress.phase("waiting for another build of the same plan", 0, 0), progress::isCancelled);
            if (lock.isEmpty()) {
                throw new EngineException("the build was cancelled while it waited for another one of the same plan");
            }
            try (LockFile.Held _ = lock.get()) {
                T used = use.apply(plan);
                markUsed(plan);
                makeRoom(plan);
                return used;
            }
        } catch (IOException e) {
            throw new PlanException(PlanException.Reason.UNWRITABLE, "the cache '" + cache.root() + "' cannot be written to: " + e
                    + "; check its rights and its disk, or name another place in XDG_CACHE_HOME", e);
        }
    }

    private static void markUsed(Path plan) throws IOException {
        if (Files.exists(plan)) {
            Files.setLastModifiedTime(plan, FileTime.from(Instant.now()));
        }
    }

    /// Deletes plans until the whole cache is within its limit, but not the one in use, nor those that others have locked.
    private void makeRoom(Path inUse) throws IOException {
        long bytes = cache.bytes();
        for (Path plan : leastRecentlyUsedFirst()) {
            if (bytes <= limit) {
                return;
            }
            if (!plan.equals(inUse)) {
                bytes -= evict(plan);
            }
        }
    }

    private static long evict(Path plan) throws IOException {
        Optional<LockFile.Held> lock = LockFile.tryAcquire(LockFile.of(plan));
        if (lock.isEmpty()) {
            return 0;
        }
        try (LockFile.Held _ = lock.get()) {
            long bytes = size(plan) + size(PlanFile.record(plan));
            PlanFile.delete(plan);
            return bytes;
        }
    }

    private static long size(Path file) throws IOException {
        return Files.isRegularFile(file) ? Files.size(file) : 0;
    }

    private record Used(Path plan, FileTime when) {}

    private List<Path> leastRecentlyUsedFirst() throws IOException {
        List<Used> plans = new ArrayList<>();
        try (Stream<Path> files = Files.list(cache.folder(KIND))) {
            for (Path file : files.toList()) {
                if (PlanFile.isPlan(file) && Files.isRegularFile(file)) {
                    plans.add(new Used(file, Files.getLastModifiedTime(file)));
                } else if (file.toString().endsWith(".tmp") && isLeftBehind(file)) {
                    Files.deleteIfExists(file);
                }
            }
        }
        return plans.stream().sorted(Comparator.comparing(Used::when)).map(Used::plan).toList();
    }

    private static boolean isLeftBehind(Path file) throws IOException {
        return Files.isRegularFile(file) && Files.getLastModifiedTime(file).toInstant().isBefore(Instant.now().minus(LEFT_BEHIND));
    }
}
