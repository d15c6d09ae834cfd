package dev.maskforge;

import dev.maskforge.engine.EngineOptions;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.OnnxBorder;
import dev.maskforge.graph.onnx.OnnxReader;
import dev.maskforge.graph.onnx.OnnxWriter;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.recognise.Recognition;
import dev.maskforge.passes.rewrite.ConvolveMasks;
import dev.maskforge.passes.rewrite.Optimisation;
import dev.maskforge.vision.AtomicFile;
import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.lang.foreign.Arena;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;

/// Makes ONNX files faster, ours and other people's, without changing what they say.
///
/// What exporters took apart is recognised, rewritten, and written again in the operators of opset 17, so that any runtime
/// runs it. The result is held against the file in ONNX Runtime before it is written.
public final class Optimizer {
    private Optimizer() {
    }

    /// How a file is optimised.
    ///
    /// @param size     of the pictures, where the file leaves it free: much more is recognised at a fixed size
    /// @param pictures to try it with, asked for when it has been read
    /// @param engine   threads of ONNX Runtime
    public record Options(Optional<Size> size, Supplier<List<RgbImage>> pictures, EngineOptions engine) {}

    /// What became of it.
    ///
    /// @param file      where it was written, or would have been
    /// @param read      the graph as it was read
    /// @param optimised the graph as it is written
    /// @param extent    which passes it went through
    /// @param steps     what each of these did
    /// @param check     how like the file it is, output by output
    public record Result(Path file, Graph read, Graph optimised, Extent extent, List<Pipeline.Step> steps, List<Likeness> check) {
        public Result {
            steps = List.copyOf(steps);
            check = List.copyOf(check);
        }

        /// Whether it says the same as the file; if not, nothing was written.
        public boolean isWritten() {
            return check.stream().allMatch(Likeness::isEnough);
        }
    }

    /// How much is changed.
    public enum Extent {
        /// All that is equal over real numbers.
        REWRITTEN,
        /// Nothing that takes sums in another order before a mask is cut at its threshold: where a logit lies within
        /// rounding of it, a query would see another pixel, and say something else.
        RECOGNISED;

        /// The passes: other people's words into ours, then what makes it faster, then ours into ONNX's.
        Pipeline pipeline() {
            Pipeline lowering = Pipeline.of(new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE))
                    .then(new Pipeline(Recognition.tidying())).then(new Pipeline(Recognition.tidying()));
            return switch (this) {
                case REWRITTEN -> Recognition.pipeline().then(Optimisation.fewerOperations().passes())
                        .then(Pipeline.of(new ConvolveMasks())).then(lowering);
                case RECOGNISED -> Recognition.pipeline().then(lowering);
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Sees what happens.
    public interface Observer extends Pipeline.Observer {
        /// A first result said something else, and less is changed now.
        void fellShort(List<Likeness> check);
    }

    /// Optimises a file. The new one appears when it is whole, and only if it says the same.
    ///
    /// @throws dev.maskforge.graph.onnx.OnnxException       if the file is damaged or unknown to us
    /// @throws dev.maskforge.engine.EngineException         if ONNX Runtime is missing or refuses the file
    /// @throws MaskforgeException                           if it cannot be written, would replace the file that it is made
    ///                                                      of, or takes no pictures of this size
    public static Result optimise(Path source, Path target, Options options, Observer observer) {
        requireOnnx(target);
        Targets.requireFree(target, source, "the file to optimise");
        try (Arena arena = Arena.ofShared()) {
            Graph read = read(source, arena, options.size());
            ProbeInputs inputs = new ProbeInputs(read, options.pictures().get());
            Result result = attempt(Extent.REWRITTEN, source, target, inputs, options, observer);
            if (!result.isWritten()) {
                observer.fellShort(result.check());
                result = attempt(Extent.RECOGNISED, source, target, inputs, options, observer);
            }
            if (result.isWritten()) {
                write(result.optimised(), target);
            }
            return result;
        }
    }

    /// Other names may be those of a model's external data.
    private static void requireOnnx(Path target) {
        if (!String.valueOf(target.getFileName()).toLowerCase(Locale.ROOT).endsWith(".onnx")) {
            throw new MaskforgeException(
                    "cannot write '" + target + "': it is to be an ONNX file; name it " + target.getFileName() + ".onnx");
        }
    }

    private static Graph read(Path source, Arena arena, Optional<Size> size) {
        return OnnxReader.read(source, arena, size.map(wanted -> fixed(source, wanted)).orElse(Map.of()));
    }

    private static Result attempt(Extent extent, Path source, Path target, ProbeInputs inputs, Options options, Observer observer) {
        Graph read = inputs.graph();
        Pipeline.Result passed = extent.pipeline().run(read, observer);
        Graph optimised = passed.graph().withMetadata(metadata(passed.graph(), source));
        List<Likeness> check = new OptimizationCheck(source, read, optimised, inputs, options.engine()).run();
        return new Result(target, read, optimised, extent, passed.steps(), check);
    }

    /// The shape of the input of pictures, at a size.
    private static Map<String, Shape> fixed(Path source, Size size) {
        OnnxBorder border = OnnxReader.readBorder(source);
        Map<String, Shape> fixed = new LinkedHashMap<>();
        border.inputs().forEach((name, type) -> {
            if (ProbeInputs.isPicture(type)) {
                fixed.put(name, fixed(type, size));
            }
        });
        if (fixed.isEmpty()) {
            throw new MaskforgeException(source + " takes " + OnnxNetwork.ports(border.inputs())
                    + ", no pictures (float32[N, 3, H, W]) whose size could be fixed; leave '--size' out");
        }
        return fixed;
    }

    private static Shape fixed(TensorType type, Size size) {
        long batch = type.shape().get(0).isConstant() ? type.shape().get(0).size() : 1;
        return Shape.of(batch, 3, size.height(), size.width());
    }

    private static SequencedMap<String, String> metadata(Graph graph, Path source) {
        SequencedMap<String, String> metadata = new LinkedHashMap<>(graph.metadata());
        metadata.put("maskforge.optimized", Version.current());
        metadata.putIfAbsent("maskforge.source", String.valueOf(source.getFileName()));
        return metadata;
    }

    private static void write(Graph graph, Path target) {
        try {
            AtomicFile.write(target, output -> OnnxWriter.write(graph, Version.current(), Channels.newChannel(output)));
        } catch (ImageException e) {
            throw new MaskforgeException(String.valueOf(e.getMessage()), e);
        }
    }
}
