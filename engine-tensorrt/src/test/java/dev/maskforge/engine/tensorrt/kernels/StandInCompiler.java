package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import java.nio.charset.StandardCharsets;

/// A compiler that gives the macros back, and counts.
public final class StandInCompiler implements KernelCompiler {
    private final String version;
    private int runs;
    private String last = "";

    public StandInCompiler(String version) {
        this.version = version;
    }

    public StandInCompiler() {
        this("stand-in 1");
    }

    int runs() {
        return runs;
    }

    /// What was compiled last.
    public String last() {
        return last;
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public byte[] compile(KernelSource source, Architecture architecture) {
        runs++;
        last = source.name() + " " + source.definitions() + " " + architecture;
        return last.getBytes(StandardCharsets.UTF_8);
    }
}
