package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/// What NVRTC makes of kernels, where it is.
public final class Compilations {
    private Compilations() {
    }

    /// The compiler; a test that asks for it is not run where there is none.
    public static NvrtcCompiler compiler() {
        assumeTrue(NvrtcLibrary.find().isPresent(),
                "not run: libnvrtc is not here; put its folder into LD_LIBRARY_PATH or its path into -D" + NvrtcLibrary.PROPERTY);
        return NvrtcCompiler.open();
    }

    /// Compiles kernels, each for some architectures: of those that are of interest, the oldest is 75 and the newest 90.
    public static void requireMachineCode(List<KernelSource> sources, int... architectures) {
        NvrtcCompiler compiler = compiler();
        long bytes = 0;
        for (KernelSource source : sources) {
            for (int architecture : architectures) {
                byte[] image = compiler.compile(source, new Architecture(architecture));
                assertTrue(image.length > 100 && image[1] == 'E' && image[2] == 'L' && image[3] == 'F', source + " is no machine code");
                bytes += image.length;
            }
        }
        System.out.println(compiler.version() + ": " + sources.size() + " of " + sources.getFirst().name() + ", " + bytes / 1024 + " KiB");
    }
}
