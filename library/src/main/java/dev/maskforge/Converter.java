package dev.maskforge;

import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Precision;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.onnx.OnnxWriter;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.models.Task;
import dev.maskforge.passes.FoldConstants;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.rewrite.Optimisation;
import dev.maskforge.vision.AtomicFile;
import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.Size;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// From a checkpoint to an ONNX file that any runtime runs.
public final class Converter {
    /// The key under which a file says that it computes with integers.
    public static final String PRECISION = "maskforge.precision";

    private Converter() {
    }

    /// What the file is to be.
    ///
    /// @param input               batch and size; by default any batch, at the dataset's native size or else any size
    /// @param output              by default labels, and raw for panoptic and instance models
    /// @param deformableAttention its expansion, which matters to Mask2Former only
    /// @param graphForm           whether the graph is written optimised or as authored
    /// @param calibration         pictures for int8, whose QuantizeLinear and DequantizeLinear any runtime understands; without
    ///                            them the file is float32
    public record Options(Optional<InputShape> input, Optional<Output> output, Lowering.DeformableAttention deformableAttention,
            GraphForm graphForm, Optional<CalibrationOptions> calibration) {
        /// In float32.
        public Options(Optional<InputShape> input, Optional<Output> output, Lowering.DeformableAttention deformableAttention,
                GraphForm graphForm) {
            this(input, output, deformableAttention, graphForm, Optional.empty());
        }

        /// The same in int8, of the optimised graph.
        public Options inInt8(CalibrationOptions ranges) {
            return new Options(input, output, deformableAttention, GraphForm.OPTIMISED, Optional.of(ranges));
        }

        /// Of the optimised graph.
        public Options(Optional<InputShape> input, Optional<Output> output, Lowering.DeformableAttention deformableAttention) {
            this(input, output, deformableAttention, GraphForm.OPTIMISED);
        }

        /// The defaults.
        public static Options standard() {
            return new Options(Optional.empty(), Optional.empty(), Lowering.DeformableAttention.GRID_SAMPLE, GraphForm.OPTIMISED);
        }
    }

    /// What became of it.
    ///
    /// @param file  where it was written
    /// @param graph as it was written
    /// @param quantization what int8 made of it, if that is its precision
    public record Result(Path file, Graph graph, Optional<Quantization> quantization) {}

    /// Any batch, at the dataset's native size or else any size.
    public static InputShape standardInput(ModelFile model) {
        Optional<Size> size = model.dataset().nativeSize();
        return size.isPresent() ? InputShape.ofSize(size.get().height(), size.get().width()) : model.freeInput();
    }

    /// Labels for semantic models; what panoptic and instance models say is raw until it is put together.
    public static Output standardOutput(Task task) {
        return task == Task.SEMANTIC ? Output.LABELS : Output.RAW;
    }

    /// Writes the model as ONNX. The file appears when it is whole.
    ///
    /// @throws MaskforgeException if it cannot be written, would replace the checkpoint, or the checkpoint's tensors do not
    ///                            fit its model
    public static Result convert(ModelFile model, Path target, Options options) {
        Targets.requireFree(target, model.path(), "the checkpoint");
        InputShape input = options.input().orElseGet(() -> standardInput(model));
        Graph authored = model.graph(input, options.output().orElseGet(() -> standardOutput(model.task())));
        Lowering lowering = new Lowering(Set.of(), options.deformableAttention());
        Optional<Quantizer.Quantized> quantized = options.calibration()
                .map(calibration -> quantizer(model, input, options, calibration).quantize(authored));
        Pipeline folded = Pipeline.of(new FoldConstants(), new RemoveUnused());
        Graph graph = quantized.map(each -> Pipeline.of(lowering).then(folded).run(marked(each.graph())))
                .orElseGet(() -> options.graphForm().pipeline(Optimisation.fewerOperations(), lowering).then(folded).run(authored)).graph();
        try {
            AtomicFile.write(target, output -> OnnxWriter.write(graph, Version.current(), Channels.newChannel(output)));
        } catch (ImageException e) {
            throw new MaskforgeException(String.valueOf(e.getMessage()), e);
        }
        return new Result(target, graph, quantized.map(Quantizer.Quantized::quantization));
    }

    /// Measured on the default engine, with pictures in the frame that the file takes.
    private static Quantizer quantizer(ModelFile model, InputShape input, Options options, CalibrationOptions calibration) {
        Optional<ResizeRule> rule = input.height().isConstant() && input.width().isConstant()
                ? Optional.of(new ResizeRule.FitInside(Math.toIntExact(input.height().size()), Math.toIntExact(input.width().size())))
                : Optional.empty();
        Segmenter.Options run = Segmenter.Options.standard().inInt8(calibration).withDeformableAttention(options.deformableAttention());
        return new Quantizer(model, Engines.named(run.engine()), model.preprocessing(rule), run, CalibrationCache.ofUser());
    }

    private static Graph marked(Graph graph) {
        SequencedMap<String, String> metadata = new LinkedHashMap<>(graph.metadata());
        metadata.put(PRECISION, Precision.INT8.toString());
        return graph.withMetadata(metadata);
    }
}
