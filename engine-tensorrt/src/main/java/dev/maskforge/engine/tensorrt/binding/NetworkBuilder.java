package dev.maskforge.engine.tensorrt.binding;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Resources;
import dev.maskforge.engine.tensorrt.plan.BuildSettings;
import dev.maskforge.engine.tensorrt.plan.BuildSettings.Typing;
import dev.maskforge.engine.tensorrt.plan.ShapeRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.tensorrt.global.nvinfer.BuilderFlag;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.global.nvinfer.MemoryPoolType;
import org.bytedeco.tensorrt.global.nvinfer.NetworkDefinitionCreationFlag;
import org.bytedeco.tensorrt.global.nvinfer.OptProfileSelector;
import org.bytedeco.tensorrt.global.nvinfer.ProfilingVerbosity;
import org.bytedeco.tensorrt.global.nvinfer.TensorFormat;
import org.bytedeco.tensorrt.global.nvonnxparser;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.INoCopy;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;
import org.bytedeco.tensorrt.nvinfer.ITensor;
import org.bytedeco.tensorrt.nvonnxparser.IParser;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;

/// One build: ONNX, network, plan. A network of ours is strongly typed; what others exported is built as TensorRT does it.
final class NetworkBuilder {
    /// Channels of float16 that TensorRT's format keeps together.
    private static final int EIGHT = 8;

    private final TensorRt tensorRt;
    private final Resources resources;

    private NetworkBuilder(TensorRt tensorRt, Resources resources) {
        this.tensorRt = tensorRt;
        this.resources = resources;
    }

    /// @param builder that outlives the build
    static MemorySegment build(TensorRt tensorRt, IBuilder builder, MemorySegment onnx, BuildSettings settings, Arena arena) {
        try (Resources resources = new Resources()) {
            return new NetworkBuilder(tensorRt, resources).run(builder, onnx, settings, arena);
        }
    }

    private MemorySegment run(IBuilder builder, MemorySegment onnx, BuildSettings settings, Arena arena) {
        INetworkDefinition network = owned("a network",
                () -> builder.createNetworkV2(
                        settings.typing() == Typing.NETWORK ? 1 << NetworkDefinitionCreationFlag.kSTRONGLY_TYPED.value : 0));
        parse(network, onnx);
        lay(network, settings.channelsLast());
        IBuilderConfig config = owned("a configuration", builder::createBuilderConfig);
        configure(config, settings);
        profile(builder, config, settings);
        IHostMemory plan = timed(config, settings,
                () -> owned("building the plan", () -> builder.buildSerializedNetwork(network, config)));
        return arena.allocate(plan.size(), 256).copyFrom(Native.memory(plan.data(), plan.size()));
    }

    private <T extends INoCopy> T owned(String what, Supplier<T> make) {
        T made = tensorRt.required(what, make);
        resources.add(() -> Native.delete(made));
        return made;
    }

    private void parse(INetworkDefinition network, MemorySegment onnx) {
        IParser parser = tensorRt.required("a parser", () -> nvonnxparser.createParser(network, tensorRt.log()));
        resources.add(() -> Native.delete(parser));
        if (!parser.parse(Native.at(onnx), onnx.byteSize(), (String) null)) {
            throw refusal(parser);
        }
    }

    private EngineException refusal(IParser parser) {
        if (parser.getNbErrors() == 0) {
            return tensorRt.failure("reading the network");
        }
        IParserError error = parser.getError(0);
        String where = error.nodeName() == null || error.nodeName().isEmpty() ? "the network" : "node '" + error.nodeName() + "'";
        return new EngineException("TensorRT " + tensorRt.versionText() + " refuses " + where + ": "
                + String.valueOf(error.desc()).strip().replaceAll("\\s*\\R\\s*", " "));
    }

    /// Ports that are not named lie as their types say, which is what TensorRT takes them for.
    private static void lay(INetworkDefinition network, Set<String> channelsLast) {
        for (int i = 0; i < network.getNbInputs(); i++) {
            lay(network.getInput(i), channelsLast);
        }
        for (int i = 0; i < network.getNbOutputs(); i++) {
            lay(network.getOutput(i), channelsLast);
        }
    }

    private static void lay(ITensor port, Set<String> channelsLast) {
        if (channelsLast.contains(port.getName())) {
            boolean isHalf = port.getType().intern() == DataType.kHALF;
            if (isHalf && Dimensions.sizes(port.getDimensions()).get(1) % EIGHT != 0) {
                throw new EngineException("'" + port.getName() + "' is to have its channels last, which would leave gaps in "
                        + Dimensions.sizes(port.getDimensions())
                        + "; build with --setting group-normalization=network and --setting masks=network");
            }
            TensorFormat format = isHalf ? TensorFormat.kHWC8 : TensorFormat.kHWC;
            port.setAllowedFormats(1 << format.value);
        }
    }

    private static void configure(IBuilderConfig config, BuildSettings settings) {
        config.setBuilderOptimizationLevel(settings.level());
        settings.workspace().ifPresent(bytes -> config.setMemoryPoolLimit(MemoryPoolType.kWORKSPACE, bytes));
        if (settings.tf32()) {
            config.setFlag(BuilderFlag.kTF32);
        } else {
            config.clearFlag(BuilderFlag.kTF32);
        }
        if (settings.typing() == Typing.NETWORK) {
            // Waits between streams cost more inside a CUDA graph than what they let run side by side.
            config.setMaxAuxStreams(0);
        }
        if (settings.typing() == Typing.BUILDER_WITH_HALF) {
            config.setFlag(BuilderFlag.kFP16);
        }
        if (settings.named()) {
            config.setProfilingVerbosity(ProfilingVerbosity.kDETAILED);
        }
    }

    private void profile(IBuilder builder, IBuilderConfig config, BuildSettings settings) {
        if (settings.inputs().isEmpty()) {
            return;
        }
        IOptimizationProfile profile = tensorRt.required("a profile", builder::createOptimizationProfile);
        settings.inputs().forEach((input, range) -> set(profile, input, range));
        tensorRt.require("the profile " + settings.inputs(), profile.isValid() && config.addOptimizationProfile(profile) == 0);
    }

    private void set(IOptimizationProfile profile, String input, ShapeRange range) {
        tensorRt.require("the sizes of input '" + input + "'",
                profile.setDimensions(input, OptProfileSelector.kMIN, Dimensions.of(range.smallest()))
                        && profile.setDimensions(input, OptProfileSelector.kOPT, Dimensions.of(range.usual()))
                        && profile.setDimensions(input, OptProfileSelector.kMAX, Dimensions.of(range.largest())));
    }

    private IHostMemory timed(IBuilderConfig config, BuildSettings settings, Supplier<IHostMemory> build) {
        if (settings.timingCache().isEmpty()) {
            return build.get();
        }
        TimingCache cache = new TimingCache(tensorRt, settings.timingCache().get());
        cache.give(config, resources);
        IHostMemory plan = build.get();
        cache.keep(config);
        return plan;
    }
}
