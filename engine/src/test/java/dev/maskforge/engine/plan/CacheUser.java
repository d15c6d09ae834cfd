package dev.maskforge.engine.plan;

import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.cache.CacheFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A program that asks for one plan and builds it if it is not there, slowly; each build is a line in a file.
final class CacheUser {
    private CacheUser() {
    }

    public static void main(String[] arguments) {
        use(new PlanCache(new CacheFolder(Path.of(arguments[0])), CacheFolder.LIMIT), Path.of(arguments[1]));
    }

    static void use(PlanCache cache, Path builds) {
        Path plan = cache.path(Plans.PROVIDER.name(), Plans.PROVIDER.target(), Plans.source());
        cache.use(plan, BuildProgress.NONE, path -> {
            try {
                if (PlanFile.refusal(path, Plans.source(), Plans.PROVIDER).isPresent()) {
                    Files.writeString(builds, "built\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    Thread.sleep(300);
                    Plans.write(path);
                }
                return path;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
