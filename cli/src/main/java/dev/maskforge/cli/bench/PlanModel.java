package dev.maskforge.cli.bench;

import dev.maskforge.OnnxNetwork;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.engine.plan.PlanRecord;
import dev.maskforge.measure.GraphCost;
import dev.maskforge.measure.HighWaterMark;
import dev.maskforge.measure.Preparation;
import dev.maskforge.vision.Size;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A plan, on the engine that made it, in the precision that it was made in.
public final class PlanModel implements BenchModel {
    private final Path file;
    private final PlanRecord plan;

    private PlanModel(Path file, PlanRecord plan) {
        this.file = file;
        this.plan = plan;
    }

    /// Reads what is known of a plan.
    ///
    /// @throws dev.maskforge.engine.plan.PlanException if nothing is
    public static PlanModel open(Path file) {
        return new PlanModel(file, PlanFile.describe(file));
    }

    @Override
    public Path file() {
        return file;
    }

    /// Of the graph as authored, so that plans and checkpoints of one model are seen to be that.
    @Override
    public String hash() {
        return plan.graph();
    }

    @Override
    public List<String> engines(List<String> asked) {
        return List.of(plan.engine());
    }

    @Override
    public Precision precision(String engine, Precision asked) {
        return plan.options().precision();
    }

    @Override
    public boolean takes(RunShape shape) {
        BuildProfile profile = plan.options().profile();
        return profile.batch().holds(shape.batch()) && profile.height().holds(shape.size().height())
                && profile.width().holds(shape.size().width());
    }

    @Override
    public ImageNetwork open(String engine, EngineOptions options, RunShape shape) {
        OnnxNetwork network = OnnxNetwork.read(file, Optional.empty(), shape.batch());
        return ImageNetwork.over(PlanFile.open(file, options).engine(), ImageNetwork.Ports.of(network, network.readiest()), shape,
                options.threads());
    }

    @Override
    public Preparation preparation(double seconds, HighWaterMark memory) {
        return new Preparation(plan.bytes(), Optional.empty(), Optional.of(seconds), memory.sinceStart());
    }

    /// What a compiler made of the graph is not known.
    @Override
    public Optional<GraphCost> cost(RunShape shape) {
        return Optional.empty();
    }

    /// A plan is what is held against others.
    @Override
    public Optional<Reference> reference(EngineOptions options, Size size) {
        return Optional.empty();
    }

    @Override
    public void close() {
        // What is known of it is on the heap.
    }
}
