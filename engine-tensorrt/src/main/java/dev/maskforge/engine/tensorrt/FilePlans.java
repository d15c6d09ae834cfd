package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.GraphHash;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.plan.PlanCache;
import dev.maskforge.engine.tensorrt.binding.TensorRt;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.engine.tensorrt.plan.BuildSettings;
import dev.maskforge.engine.tensorrt.plan.BuildSettings.Typing;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan.Port;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.plan.ShapeRange;
import dev.maskforge.engine.tensorrt.plan.SizeRange;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.OnnxBorder;
import dev.maskforge.graph.onnx.OnnxException;
import dev.maskforge.graph.onnx.OnnxReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// Plans of ONNX files as TensorRT itself builds them: what ours are held against. They are kept by what they were made of.
///
/// @param cache       where they are kept
/// @param timingCache measured kernels
/// @param target      device and versions that they are made for
/// @param named       whether layers keep their names
/// @param compiler    TensorRT
record FilePlans(PlanCache cache, Path timingCache, String target, boolean named, Compiler compiler) {
    /// Batches of a file that leaves them free.
    private static final SizeRange BATCHES = new SizeRange(1, 1, 8);
    private static final int DIGITS = 24;

    /// What TensorRT does here.
    interface Compiler {
        /// Builds a plan.
        ///
        /// @param onnx a whole file
        MemorySegment build(MemorySegment onnx, BuildSettings settings, Arena arena);

        /// A plan's inputs and outputs.
        SequencedMap<String, Port> ports(MemorySegment plan);
    }

    /// TensorRT, the user's cache, this device.
    static FilePlans standard(boolean named) {
        TensorRt tensorRt = TensorRt.instance();
        String device = DriverCuda.open().describe().name();
        return new FilePlans(PlanCache.ofUser(), UserCache.timings("files " + device, tensorRt.versionText()),
                tensorRt.versionText() + ", " + DriverCuda.open().describe(), named, new Compiler() {
                    @Override
                    public MemorySegment build(MemorySegment onnx, BuildSettings settings, Arena arena) {
                        return tensorRt.build(onnx, settings, BuildProgress.NONE, arena);
                    }

                    @Override
                    public SequencedMap<String, Port> ports(MemorySegment plan) {
                        try (LoadedPlan loaded = tensorRt.load(plan)) {
                            return new LinkedHashMap<>(loaded.ports());
                        }
                    }
                });
    }

    /// The plan of a file, from the cache or built now.
    ///
    /// @param arena where it goes
    /// @throws EngineException if the file cannot be read, leaves more free than its batch, or TensorRT refuses it
    MemorySegment plan(Path file, Precision precision, Arena arena) {
        OnnxBorder border = border(file);
        Path kept = cache.cache().folder(PlanCache.KIND).resolve("tensorrt-file-" + precision + "-" + key(file, precision) + ".plan");
        return cache.use(kept, BuildProgress.NONE, path -> KeptPlan.read(path, arena).orElseGet(() -> {
            MemorySegment plan = build(file, border, precision, arena);
            KeptPlan.write(path, plan);
            return plan;
        }));
    }

    private static OnnxBorder border(Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new EngineException("there is no file to read at " + file + "; name an .onnx file");
        }
        try {
            return OnnxReader.readBorder(file);
        } catch (OnnxException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    private String key(Path file, Precision precision) {
        try {
            String text = String.join("\n", PlanContainer.FORMAT, GraphHash.of(file), precision.toString(),
                    Integer.toString(BuildOptions.STANDARD_LEVEL),
                    BATCHES.toString(), Boolean.toString(named), target);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
                    .substring(0, DIGITS);
        } catch (IOException e) {
            throw new EngineException(file + " cannot be read: " + e + "; check its rights", e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private MemorySegment build(Path file, OnnxBorder border, Precision precision, Arena arena) {
        try (Arena scratch = Arena.ofConfined(); FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Files.createDirectories(timingCache.toAbsolutePath().getParent());
            MemorySegment onnx = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), scratch);
            MemorySegment plan = built(file, onnx, settings(file, border, precision), scratch);
            SequencedMap<String, TensorType> inputs = new LinkedHashMap<>();
            SequencedMap<String, TensorType> outputs = new LinkedHashMap<>();
            compiler.ports(plan).forEach((name, port) -> (port.isInput() ? inputs : outputs).put(name, type(file, name, port, border)));
            return new PlanContainer(inputs, outputs, new LinkedHashMap<>(), List.of(new PlanContainer.Part.Segment(plan))).write(arena);
        } catch (IOException e) {
            throw new EngineException(file + " cannot be read: " + e + "; check its rights and the cache's", e);
        }
    }

    /// Builds, and says of which file it was where that fails.
    private MemorySegment built(Path file, MemorySegment onnx, BuildSettings settings, Arena scratch) {
        try {
            return compiler.build(onnx, settings, scratch);
        } catch (EngineException e) {
            throw new EngineException(file + " cannot be built as it is: " + e.getMessage()
                    + "; another engine may run it, and of checkpoints 'maskforge build' makes plans", e);
        }
    }

    private BuildSettings settings(Path file, OnnxBorder border, Precision precision) {
        SequencedMap<String, ShapeRange> ranges = new LinkedHashMap<>();
        border.inputs().forEach((name, type) -> range(file, name, type.shape()).ifPresent(range -> ranges.put(name, range)));
        return new BuildSettings(precision == Precision.FP16 ? Typing.BUILDER_WITH_HALF : Typing.BUILDER, BuildOptions.STANDARD_LEVEL,
                OptionalLong.empty(), Optional.of(timingCache), precision != Precision.FP32, named, ranges);
    }

    /// Plans of ranges of sizes are slower, so that they would be held against ours unfairly.
    private static Optional<ShapeRange> range(Path file, String input, Shape shape) {
        if (shape.isConstant()) {
            return Optional.empty();
        }
        Map<String, SizeRange> symbols = new HashMap<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            Dimension dimension = shape.get(axis);
            if (axis > 0 && !dimension.isConstant()) {
                throw new EngineException(file + " leaves the size of its input '" + input + "' free, " + shape
                        + ", and TensorRT builds files of one size here; export it at one, or make a plan of it with 'maskforge build'");
            }
            dimension.symbols().forEach(symbol -> symbols.put(symbol, BATCHES));
        }
        return Optional.of(ShapeRange.of(shape, symbols));
    }

    /// What the plan says, and where that leaves something free, what the file says.
    private static TensorType type(Path file, String name, Port port, OnnxBorder border) {
        if (port.sizes().stream().allMatch(size -> size >= 0)) {
            return new TensorType(port.dataType(), Shape.of(port.sizes().stream().mapToLong(Long::longValue).toArray()));
        }
        TensorType said = (port.isInput() ? border.inputs() : border.outputs()).get(name);
        if (said == null) {
            throw new EngineException(file + " does not say how large '" + name + "' is; export it with fixed sizes");
        }
        return new TensorType(port.dataType(), said.shape());
    }
}
