package dev.maskforge.engine.tensorrt.binding;

import dev.maskforge.engine.BuildProgress;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What TensorRT is at, from the lines of its log.
final class BuildPhases implements Consumer<String> {
    private static final List<Map.Entry<String, String>> PHASES = List.of(
            Map.entry("[MemUsageChange] Init builder", "loading the kernels"),
            Map.entry("ONNX", "reading the network"),
            Map.entry("Graph optimization", "optimising the network"),
            Map.entry("timing cache", "timing kernels"),
            Map.entry("Compiler backend is used during engine build", "compiling kernels"),
            Map.entry("Total Activation Memory", "laying out memory"),
            Map.entry("Engine generation completed", "writing the plan"));

    private final BuildProgress progress;
    private int last = -1;

    BuildPhases(BuildProgress progress) {
        this.progress = progress;
    }

    @Override
    public synchronized void accept(String line) {
        for (int i = last + 1; i < PHASES.size(); i++) {
            if (line.contains(PHASES.get(i).getKey())) {
                last = i;
                progress.phase(PHASES.get(i).getValue(), i, PHASES.size());
                return;
            }
        }
    }
}
