package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.engine.tensorrt.kernels.KernelCache;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// Runs where there is a GPU, and says so where there is none.
@Tag("gpu")
class KernelsOnGpuTest {
    @TempDir
    private Path folder;

    @Test
    void kernelsAgreeWithTheReference() {
        DriverCuda cuda = device();
        KernelLoader ofUser = KernelLoader.standard();
        KernelLoader loader = new KernelLoader(ofUser.driver(), ofUser.compiler(), new KernelCache(folder));
        assertEquals(List.of(), KernelsOnGpu.check(cuda, loader));
    }

    private static DriverCuda device() {
        try {
            return DriverCuda.open();
        } catch (IllegalArgumentException | EngineException | ExceptionInInitializerError | NoClassDefFoundError e) {
            System.out.println("GPU suite NOT RUN: KernelsOnGpuTest: there is no NVIDIA driver or GPU here (" + e + ")");
            throw new TestAbortedException("not run: there is no NVIDIA driver or GPU here (" + e + ")");
        }
    }
}
