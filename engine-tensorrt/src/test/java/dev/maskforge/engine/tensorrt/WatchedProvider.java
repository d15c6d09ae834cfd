package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Availability;
import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.PlanCompiler;
import dev.maskforge.engine.PlanTarget;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// TensorRT, counting the plans that are handed to it.
record WatchedProvider(TensorRtProvider tensorRt, AtomicInteger opened) implements EngineProvider {
    @Override
    public String name() {
        return tensorRt.name();
    }

    @Override
    public Availability availability() {
        return tensorRt.availability();
    }

    @Override
    public Set<Class<? extends Operation>> nativeOperations() {
        return tensorRt.nativeOperations();
    }

    @Override
    public Engine build(Graph graph, EngineOptions options) {
        return tensorRt.build(graph, options);
    }

    @Override
    public Optional<PlanCompiler> planCompiler() {
        return tensorRt.planCompiler().map(compiler -> new Watched(compiler, opened));
    }

    private record Watched(PlanCompiler compiler, AtomicInteger opened) implements PlanCompiler {
        @Override
        public PlanTarget target() {
            return compiler.target();
        }

        @Override
        public Optional<String> unfit(PlanTarget made) {
            return compiler.unfit(made);
        }

        @Override
        public Compiled compile(Graph graph, BuildOptions options, BuildProgress progress, Path plan) {
            return compiler.compile(graph, options, progress, plan);
        }

        @Override
        public BuildOptions alike(BuildOptions options, Compiled compiled) {
            return compiler.alike(options, compiled);
        }

        @Override
        public Engine open(MemorySegment plan, EngineOptions options) {
            opened.incrementAndGet();
            return compiler.open(plan, options);
        }
    }
}
