package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Availability;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Device;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.PlanCompiler;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.cuda.CudaDevice;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.passes.rewrite.Optimisation;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// NVIDIA's TensorRT on the first GPU. Nothing native is loaded before [#availability()] or a build asks for it.
public final class TensorRtProvider implements EngineProvider {
    private final TensorRtOptions options;

    /// With the [usual options][TensorRtOptions#standard()].
    public TensorRtProvider() {
        this(TensorRtOptions.standard());
    }

    /// With options for [#build(Graph, EngineOptions)].
    public TensorRtProvider(TensorRtOptions options) {
        this.options = options;
    }

    @Override
    public String name() {
        return "tensorrt";
    }

    @Override
    public Availability availability() {
        return Looked.AVAILABILITY;
    }

    /// Looks once: the JVM names the true reason of a failure only the first time.
    private static final class Looked {
        static final Availability AVAILABILITY = Discovery.look(new InstalledLibraries());
    }

    @Override
    public Device device() {
        if (availability() instanceof Availability.Missing) {
            return Device.processor();
        }
        CudaDevice device = DriverCuda.open().describe();
        return new Device(Device.Kind.GPU, device.name(),
                Optional.of(DriverVersion.find().map(version -> version + ", ").orElse("") + "CUDA " + device.driverVersion()),
                Optional.empty());
    }

    /// All: what TensorRT lacks is expanded here, once precisions are settled.
    @Override
    public Set<Class<? extends Operation>> nativeOperations() {
        return Set.of(Operation.Linear.class, Operation.GroupNormalization.class, Operation.Attention.class,
                Operation.DeformableAttention.class, Operation.SemanticInference.class, Operation.SemanticLabels.class,
                Operation.Pixels.class, Operation.FusedConv.class, Operation.FeedForward.class);
    }

    @Override
    public Set<Precision> precisions() {
        return EnumSet.of(Precision.FP32, Precision.TF32, Precision.FP16);
    }

    /// Each product is a kernel to be launched, so the fewer the better.
    @Override
    public Optimisation optimisation() {
        return Optimisation.fewestProducts();
    }

    /// Builds a plan in this process and opens it: tens of seconds to minutes. [#planCompiler()] keeps plans.
    @Override
    public Engine build(Graph graph, EngineOptions engineOptions) {
        requireLibraries();
        requirePrecision(engineOptions.precision());
        try (Arena arena = Arena.ofConfined()) {
            return PlanOpening
                    .open(PlanBuilding.of(false, engineOptions.precision(), options, BuildProgress.NONE).build(graph, arena).bytes(),
                            engineOptions.threads());
        }
    }

    /// Builds an ONNX file as TensorRT itself does: read by its own parser, weakly typed, with the builder's flags for the
    /// precision, its usual level and all the workspace it wants. The plan is kept in the cache; making it takes minutes, in
    /// this process. TensorRT's parser is native code and no sandbox: open files that you trust.
    @Override
    public Engine open(Path file, EngineOptions engineOptions) {
        requireLibraries();
        requirePrecision(engineOptions.precision());
        DriverCuda.open().useOnThisThread();
        try (Arena arena = Arena.ofConfined()) {
            return PlanOpening.open(FilePlans.standard(options.named()).plan(file, engineOptions.precision(), arena),
                    engineOptions.threads());
        }
    }

    @Override
    public boolean decidesPrecisionOfFiles() {
        return true;
    }

    void requirePrecision(Precision precision) {
        if (!precisions().contains(precision)) {
            throw new EngineException("engine 'tensorrt' has no " + precision + "; take one of " + precisions());
        }
    }

    void requireLibraries() {
        if (availability() instanceof Availability.Missing(String reason, String cure)) {
            throw new EngineException("TensorRT cannot run: " + reason + "; " + cure);
        }
    }

    @Override
    public Optional<PlanCompiler> planCompiler() {
        return Optional.of(new TensorRtCompiler(this, options));
    }
}
