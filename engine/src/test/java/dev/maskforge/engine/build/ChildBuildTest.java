package dev.maskforge.engine.build;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.PlanCompiler.Compiled;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.StandInProvider;
import dev.maskforge.engine.StandInProvider.Misbehaviour;
import dev.maskforge.engine.ToyNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

/// Builds in processes that behave well and badly. After each, nothing is left but the plan.
@Timeout(120)
class ChildBuildTest {
    /// SIGINT, see signal(7).
    private static final int INTERRUPT = 2;
    private static final BuildOptions OPTIONS = BuildOptions.standard(BuildProfile.fixed(1, 32, 96)).withThreads(1)
            .withSetting("with blank", "a=b\tc");
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @AfterEach
    void behaveAgain() {
        System.clearProperty(StandInProvider.MISBEHAVIOUR);
    }

    private Path plan() {
        return folder.resolve("a model.plan");
    }

    private static JavaLauncher launcher(String... prefix) {
        return new JavaLauncher(List.of(prefix), System.getProperty("java.class.path"));
    }

    private Compiled build(JavaLauncher launcher, Duration limit, BuildProgress progress, Misbehaviour misbehaviour) {
        System.setProperty(StandInProvider.MISBEHAVIOUR, misbehaviour.name());
        return new ChildBuild(launcher, limit).run(StandInProvider.NAME, ToyNetwork.labels(), OPTIONS, progress, plan());
    }

    private String failure(JavaLauncher launcher, Duration limit, BuildProgress progress, Misbehaviour misbehaviour) throws IOException {
        String message = String
                .valueOf(assertThrows(EngineException.class, () -> build(launcher, limit, progress, misbehaviour)).getMessage());
        System.out.println(misbehaviour + ": " + message);
        assertEquals(1, message.lines().count(), message);
        assertEquals(List.of(), left());
        return message;
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void aPlanComesOutAsInThisProcess() throws IOException {
        List<String> phases = Collections.synchronizedList(new ArrayList<>());
        Compiled compiled = build(launcher(), LONG, (name, step, steps) -> phases.add(name + " " + step + "/" + steps), Misbehaviour.NONE);
        assertEquals(Compiled.of("grid_sample"), compiled);
        assertEquals(List.of("handing the graph over 0/0", "pretending 0/3", "pretending 1/3", "pretending 2/3"), phases);
        Path here = folder.resolve("here");
        new StandInProvider().compile(ToyNetwork.labels(), OPTIONS, BuildProgress.NONE, here);
        assertEquals(-1, Files.mismatch(plan(), here));
        Files.delete(here);
        assertEquals(List.of("a model.plan"), left());
    }

    @Test
    void whatItPrintsBesideIsNoMatter() throws IOException {
        build(launcher(), LONG, BuildProgress.NONE, Misbehaviour.PRINTS_GARBAGE);
        assertTrue(Files.size(plan()) > 100);
    }

    @Test
    void whatTheEngineRefusesIsSaidInItsWords() throws IOException {
        assertEquals("engine 'stand-in' refuses the graph; take another",
                failure(launcher(), LONG, BuildProgress.NONE, Misbehaviour.REFUSES));
    }

    @Test
    void aPrecisionThatItLacksIsRefused() {
        assertEquals("engine 'stand-in' has no int8, but fp16 and fp32", assertThrows(EngineException.class, () -> ChildBuild.standard()
                .run(StandInProvider.NAME, ToyNetwork.raw(), OPTIONS.withPrecision(Precision.INT8), BuildProgress.NONE, plan()))
                .getMessage());
    }

    @Test
    void aFaultOfOursIsCalledOne() throws IOException {
        assertEquals(
                "engine 'stand-in' fails unexpectedly: java.lang.IllegalStateException: a fault of two lines; this is a fault in Maskforge",
                failure(launcher(), LONG, BuildProgress.NONE, Misbehaviour.THROWS));
    }

    @Test
    void aHaltIsTold() throws IOException {
        assertTrue(failure(launcher(), LONG, BuildProgress.NONE, Misbehaviour.HALTS)
                .startsWith("the process that builds for engine 'stand-in' ended with code 42 and no answer"));
    }

    @Test
    void anotherEnginesNameIsTold() {
        assertTrue(String.valueOf(assertThrows(EngineException.class, () -> ChildBuild.standard().run("abacus", ToyNetwork.raw(), OPTIONS,
                BuildProgress.NONE, plan())).getMessage()).startsWith("there is no engine 'abacus'; there is "));
    }

    /// Does something as soon as the compiler is at work.
    private record AtWork(Runnable action) implements BuildProgress {
        @Override
        public void phase(String name, int step, int steps) {
            if (name.equals("pretending") && step == 2) {
                action.run();
            }
        }
    }

    @Test
    void aSignalIsNamed() throws IOException {
        BuildProgress kills = new AtWork(() -> ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly));
        String message = failure(launcher(), LONG, kills, Misbehaviour.HANGS);
        assertTrue(
                message.startsWith(
                        "the process that builds for engine 'stand-in' died of SIGKILL (killed, by somebody or for want of memory)"),
                message);
    }

    @Test
    void aNativeFaultIsNamed() throws IOException {
        // What the kernel does to a process that reads where nothing is.
        BuildProgress kills = new AtWork(() -> ProcessHandle.current().children().forEach(child -> signal("SEGV", child.pid())));
        String message = failure(launcher(), LONG, kills, Misbehaviour.HANGS);
        assertTrue(message.contains("died of SIGSEGV (memory fault) in lib"), message);
    }

    private static void signal(String name, long process) {
        try {
            assertEquals(0, new ProcessBuilder("kill", "-" + name, Long.toString(process)).inheritIO().start().waitFor());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void timeIsLimited() throws IOException {
        assertEquals("the build was given up after 2 s; allow more, or a lower level",
                failure(launcher(), Duration.ofSeconds(2), BuildProgress.NONE, Misbehaviour.HANGS));
        assertEquals(0, ProcessHandle.current().children().count());
    }

    @Test
    void isCancelled() throws IOException {
        BuildProgress cancels = new BuildProgress() {
            private volatile boolean cancelled;

            @Override
            public void phase(String name, int step, int steps) {
                cancelled = name.equals("pretending");
            }

            @Override
            public boolean isCancelled() {
                return cancelled;
            }
        };
        assertEquals("the build was cancelled", failure(launcher(), LONG, cancels, Misbehaviour.HANGS));
        assertEquals(0, ProcessHandle.current().children().count());
    }

    @Test
    void endsWithAnInterrupt() throws IOException, InterruptedException {
        AtomicReference<String> message = new AtomicReference<>("");
        Thread builder = Thread.ofPlatform().start(() -> {
            Thread self = Thread.currentThread();
            EngineException failure = assertThrows(EngineException.class,
                    () -> build(launcher(), LONG, new AtWork(self::interrupt), Misbehaviour.HANGS));
            message.set(failure.getMessage() + ", " + self.isInterrupted());
        });
        builder.join();
        assertEquals("the build was interrupted, true", message.get());
        assertEquals(List.of(), left());
    }

    @Test
    void aFullDiskIsTold() throws IOException {
        // Files of at most 512 KiB; the virtual machine makes a write beyond it fail.
        JavaLauncher limited = launcher("sh", "-c", "ulimit -f 1024; exec \"$@\"", "sh");
        String message = failure(limited, LONG, BuildProgress.NONE, Misbehaviour.FILLS_THE_DISK);
        assertTrue(message.startsWith("the plan cannot be written: ") && message.endsWith("; check the free space"), message);
    }

    @Test
    void halfAPlanIsNone() throws IOException {
        JavaLauncher cuts = launcher("sh", "-c", "\"$@\"; for last; do :; done; truncate -s 100 \"$last/plan\"", "sh");
        String message = failure(cuts, LONG, BuildProgress.NONE, Misbehaviour.NONE);
        assertTrue(message.startsWith("the plan is not whole: 100 bytes arrived of "), message);
    }

    @Test
    void aFolderThatIsNotThereIsTold() {
        assertTrue(
                String.valueOf(assertThrows(EngineException.class, () -> ChildBuild.standard().run(StandInProvider.NAME, ToyNetwork.raw(),
                        OPTIONS, BuildProgress.NONE, folder.resolve("missing/a.plan"))).getMessage()).contains("missing' fail: "));
    }

    private Process builder(Path target) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), "-Xmx128m", "-D" + StandInProvider.MISBEHAVIOUR + "=HANGS", Builds.class.getName(),
                target.toString());
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static ProcessHandle compilerOf(Process builder) throws IOException {
        String line = builder.inputReader().readLine();
        assertEquals("at work", line);
        return builder.children().findFirst().orElseThrow();
    }

    @Test
    void ctrlCLeavesNothing() throws IOException, InterruptedException {
        assumeFalse(interruptsAreIgnored(),
                "this JVM was started with interrupts ignored, as in a shell's background: so are its children's");
        Process builder = builder(plan());
        ProcessHandle compiler = compilerOf(builder);
        signal("INT", builder.pid());
        builder.waitFor();
        compiler.onExit().join();
        assertEquals(List.of(), left());
    }

    /// Whether Linux says so of this process; children inherit it.
    private static boolean interruptsAreIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status) && Files.readAllLines(status).stream().filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16) & 1L << INTERRUPT - 1) != 0);
    }

    @Test
    void theCompilerEndsWithACallerThatIsKilled() throws IOException {
        Process builder = builder(plan());
        ProcessHandle compiler = compilerOf(builder);
        builder.destroyForcibly();
        compiler.onExit().join();
    }
}
