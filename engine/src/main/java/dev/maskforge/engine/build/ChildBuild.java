package dev.maskforge.engine.build;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.GraphHash;
import dev.maskforge.engine.PlanCompiler.Compiled;
import dev.maskforge.graph.Graph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.UUID;

/// Compiles a plan in a process of its own, on the same Java with the same class path. It is ended, and its half files are
/// deleted, when the build is cancelled, the thread interrupted, the time over, or this process ends; a fault in native code
/// that fells it is an exception here. One serves many builds, also at
/// once.
public final class ChildBuild {
    /// Longer than any build that was seen; who waits can cancel.
    public static final Duration STANDARD_LIMIT = Duration.ofHours(2);
    /// How often cancelling is looked for.
    private static final Duration AGAIN = Duration.ofMillis(50);

    private final JavaLauncher launcher;
    private final Duration atMost;

    /// @param launcher how Java is started
    /// @param atMost   how long a build may take
    ChildBuild(JavaLauncher launcher, Duration atMost) {
        this.launcher = launcher;
        this.atMost = atMost;
    }

    /// As this process was started, with time enough.
    public static ChildBuild standard() {
        return new ChildBuild(JavaLauncher.likeThis(), STANDARD_LIMIT);
    }

    /// The same with another limit.
    public ChildBuild withLimit(Duration limit) {
        return new ChildBuild(launcher, limit);
    }

    /// Compiles a graph.
    ///
    /// @param engine   the name of an engine on the class path, which must be able to run
    /// @param graph    as authored
    /// @param progress is told the phases on another thread, and asked whether to go on
    /// @param plan     the file to write, whole or not at all; its folder must be there and take the graph's constants for
    ///                 the while
    /// @throws EngineException if the engine refuses the graph or an option, fails, falls, takes too long or is cancelled
    public Compiled run(String engine, Graph graph, BuildOptions options, BuildProgress progress, Path plan) {
        Path folder = plan.resolveSibling(plan.getFileName() + "." + UUID.randomUUID() + ".build");
        try (WorkFolder work = WorkFolder.make(folder)) {
            BuildRequest request = new BuildRequest(engine, options, "maskforge-" + UUID.randomUUID());
            progress.phase("handing the graph over", 0, 0);
            GraphFolder.write(graph, folder);
            request.write(folder);
            return run(request, work, progress, plan);
        } catch (IOException e) {
            throw new EngineException("the build's files in '" + plan.toAbsolutePath().getParent() + "' fail: " + e
                    + "; check the free space and the folder's rights", e);
        }
    }

    private Compiled run(BuildRequest request, WorkFolder work, BuildProgress progress, Path plan) throws IOException {
        ChildOutput output = new ChildOutput(request.token(), progress);
        Process process = launcher.start(CompilerProcess.class, work.path());
        int exit = exit(process, output, work, progress);
        Message outcome = output.outcome().orElseThrow(() -> new EngineException("the process that builds for engine '" + request.engine()
                + "' " + new Death(exit, work.path()).describe(output.lastWords())));
        return switch (outcome) {
            case Message.Done done -> {
                moveIfWhole(work.path().resolve(CompilerProcess.PLAN), done, plan);
                yield new Compiled(facts(output));
            }
            case Message.Failed(String reason, boolean expected) -> throw new EngineException(expected
                    ? reason
                    : "engine '" + request.engine() + "' fails unexpectedly: " + reason + "; this is a fault in Maskforge");
            case Message.Phase _,Message.Fact _ -> throw new IllegalStateException(outcome + " is no outcome");
        };
    }

    private int exit(Process process, ChildOutput output, WorkFolder work, BuildProgress progress) {
        try (AutoEnd _ = new AutoEnd(process, work)) {
            output.listen(process);
            int exit = await(process, progress);
            output.await();
            return exit;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("the build was interrupted", e);
        }
    }

    private static SequencedMap<String, String> facts(ChildOutput output) {
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        output.facts().forEach(fact -> facts.put(fact.name(), fact.text()));
        return facts;
    }

    private int await(Process process, BuildProgress progress) throws InterruptedException {
        long start = System.nanoTime();
        while (!process.waitFor(AGAIN)) {
            if (progress.isCancelled()) {
                throw new EngineException("the build was cancelled");
            }
            if (System.nanoTime() - start > atMost.toNanos()) {
                throw new EngineException("the build was given up after " + atMost.toSeconds() + " s; allow more, or a lower level");
            }
        }
        return process.exitValue();
    }

    private static void moveIfWhole(Path built, Message.Done done, Path plan) throws IOException {
        long bytes = Files.isRegularFile(built) ? Files.size(built) : 0;
        if (bytes != done.bytes() || !GraphHash.of(built).equals(done.sha256())) {
            throw new EngineException("the plan is not whole: " + bytes + " bytes arrived of " + done.bytes()
                    + "; check the free space and the disk, and build again");
        }
        Files.move(built, plan, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// Ends a process with its own, however its block is left; and when this process ends.
    private static final class AutoEnd implements AutoCloseable {
        private final Process process;
        private final Thread hook;

        AutoEnd(Process process, WorkFolder work) {
            this.process = process;
            this.hook = Thread.ofPlatform().name("maskforge-ends-build").unstarted(() -> {
                end();
                work.close();
            });
            Runtime.getRuntime().addShutdownHook(hook);
        }

        private void end() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            // Until it is gone, it may write.
            process.onExit().join();
        }

        @Override
        public void close() {
            end();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException _) {
                // It runs already, as this process ends.
            }
        }
    }
}
