package dev.maskforge.engine.build;

import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.GraphHash;
import dev.maskforge.engine.PlanCompiler;
import dev.maskforge.engine.PlanCompiler.Compiled;
import dev.maskforge.graph.Graph;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The program that [ChildBuild] starts: compiles the graph in a folder and says on standard output how it goes. It ends
/// when its standard input does, which is when the caller is no more.
final class CompilerProcess {
    static final String PLAN = "plan";
    private static final int ORPHANED = 3;

    private CompilerProcess() {
    }

    /// Compiles, says how it went, and ends.
    ///
    /// @param arguments the folder
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        // A terminal's Ctrl-C reaches this process too; what libraries print goes the same way, and bears no token.
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BuildRequest request = BuildRequest.read(folder);
        Thread.ofPlatform().daemon().name("maskforge-caller").start(CompilerProcess::endWithCaller);
        Message outcome = outcome(folder, request, message -> say(out, message, request.token()));
        say(out, outcome, request.token());
        // Threads that native code left would keep the virtual machine alive.
        Runtime.getRuntime().halt(outcome instanceof Message.Done ? 0 : 1);
    }

    private interface Listener {
        void hear(Message message);
    }

    private static void say(PrintStream out, Message message, String token) {
        out.println(message.line(token));
    }

    private static void endWithCaller() {
        try {
            while (System.in.read() >= 0) {
                // nothing is said to this process
            }
        } catch (IOException e) {
            System.getLogger(CompilerProcess.class.getName()).log(System.Logger.Level.DEBUG, "standard input fails", e);
        }
        Runtime.getRuntime().halt(ORPHANED);
    }

    private static Message outcome(Path folder, BuildRequest request, Listener listener) {
        try (Arena arena = Arena.ofShared()) {
            PlanCompiler compiler = Engines.named(request.engine()).planCompiler()
                    .orElseThrow(() -> new EngineException("engine '" + request.engine() + "' compiles no plans"));
            Graph graph = GraphFolder.read(folder, arena);
            Path plan = folder.resolve(PLAN);
            BuildProgress progress = (name, step, steps) -> listener.hear(new Message.Phase(name, step, steps));
            Compiled compiled = compiler.compile(graph, request.options(), progress, plan);
            compiled.facts().forEach((name, text) -> listener.hear(new Message.Fact(name, text)));
            return new Message.Done(Files.size(plan), GraphHash.of(plan));
        } catch (EngineException e) {
            return new Message.Failed(String.valueOf(e.getMessage()), true);
        } catch (IOException e) {
            return new Message.Failed("its files fail: " + e + "; check the free space", true);
        } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
            return new Message.Failed(e.toString().strip().replaceAll("\\s*\\R\\s*", " "), false);
        }
    }
}
