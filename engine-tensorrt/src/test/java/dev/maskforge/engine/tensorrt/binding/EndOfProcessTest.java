package dev.maskforge.engine.tensorrt.binding;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// Processes that end while a thread is inside a library, whose destructors would fall.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class EndOfProcessTest {
    /// 128 and the number of SIGABRT.
    private static final int ABORTED = 134;

    @TempDir
    private Path folder;

    private record Ended(int code, List<String> lines) {}

    private Ended run(String where) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), "--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-XX:-CreateCoredumpOnCrash",
                EndsInside.class.getName(), where).directory(folder.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<String> lines = process.inputReader().readAllLines();
        return new Ended(process.waitFor(), lines);
    }

    @Test
    void destructorsAreLeftOutUnderAThreadThatIsInside() throws IOException, InterruptedException {
        assertEquals(new Ended(EndsInside.CODE, List.of("in C's buffer")), run("inside"));
    }

    @Test
    void andAreCalledWhereNoneIs() throws IOException, InterruptedException {
        assertEquals(ABORTED, run("outside").code());
    }

    @Test
    @Timeout(60)
    void whoComesWhileTheProcessEndsIsNotKeptWaiting() throws IOException, InterruptedException {
        assertEquals(new Ended(EndsInside.CODE, List.of("closed", "in C's buffer")), run("late"));
    }
}
