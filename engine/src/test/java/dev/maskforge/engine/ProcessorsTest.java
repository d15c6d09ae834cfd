package dev.maskforge.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ProcessorsTest {
    @TempDir
    private Path root;

    private void processor(int number, String siblings) throws IOException {
        Path topology = root.resolve("sys/devices/system/cpu/cpu" + number + "/topology");
        Files.createDirectories(topology);
        Files.writeString(topology.resolve("thread_siblings_list"), siblings + "\n");
    }

    private void allowed(String list) throws IOException {
        Files.createDirectories(root.resolve("proc/self"));
        Files.writeString(root.resolve("proc/self/status"), "Name:\tjava\nCpus_allowed:\tff\nCpus_allowed_list:\t" + list + "\n");
    }

    @Test
    void threadsOfOneCoreCountOnce() throws IOException {
        for (int i = 0; i < 4; i++) {
            processor(i, i % 2 + "," + (i % 2 + 2));
        }
        allowed("0-3");
        assertEquals(2, Processors.physicalCores(root, 4));
        allowed("0,2");
        assertEquals(1, Processors.physicalCores(root, 2));
        allowed("0-1,3");
        assertEquals(2, Processors.physicalCores(root, 3));
    }

    @Test
    void aContainersLimitHolds() throws IOException {
        processor(0, "0");
        processor(1, "1");
        allowed("0-1");
        assertEquals(1, Processors.physicalCores(root, 1));
    }

    @Test
    void withoutATopologyTheJvmsCountHolds() throws IOException {
        assertEquals(8, Processors.physicalCores(root, 8));
        allowed("0-1");
        assertEquals(8, Processors.physicalCores(root, 8));
        allowed("nonsense");
        assertEquals(8, Processors.physicalCores(root, 8));
    }

    @Test
    void theStandardIsWithinTheMachine() {
        int threads = EngineOptions.standard().threads();
        assertTrue(threads >= 1 && threads <= Runtime.getRuntime().availableProcessors());
        assertThrows(IllegalArgumentException.class, () -> EngineOptions.standard().withThreads(0));
    }
}
