package dev.maskforge;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.onnx.OnnxWriter;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.models.Task;
import dev.maskforge.passes.FoldConstants;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.vision.AtomicFile;
import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.Size;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// From a checkpoint to an ONNX file that any runtime runs.
public final class Converter {
    private Converter() {
    }

    /// What the file is to be.
    ///
    /// @param input               batch and size; by default any batch, at the dataset's native size or else any size
    /// @param output              by default labels, and raw for panoptic and instance models
    /// @param deformableAttention its expansion, which matters to Mask2Former only
    public record Options(Optional<InputShape> input, Optional<Output> output, Lowering.DeformableAttention deformableAttention) {
        /// The defaults.
        public static Options standard() {
            return new Options(Optional.empty(), Optional.empty(), Lowering.DeformableAttention.GRID_SAMPLE);
        }
    }

    /// What became of it.
    ///
    /// @param file  where it was written
    /// @param graph as it was written
    public record Result(Path file, Graph graph) {}

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
        requireFreeFor(target, model.path());
        InputShape input = options.input().orElseGet(() -> standardInput(model));
        Graph authored = model.graph(input, options.output().orElseGet(() -> standardOutput(model.task())));
        Lowering lowering = new Lowering(Set.of(), options.deformableAttention());
        Graph graph = Pipeline.of(lowering, new FoldConstants(), new RemoveUnused()).run(authored).graph();
        try {
            AtomicFile.write(target, output -> OnnxWriter.write(graph, Version.current(), Channels.newChannel(output)));
        } catch (ImageException e) {
            throw new MaskforgeException(String.valueOf(e.getMessage()), e);
        }
        return new Result(target, graph);
    }

    /// What stands at the target is replaced, so it must be nothing that the user would miss. Asked before the work, not
    /// after it.
    private static void requireFreeFor(Path target, Path checkpoint) {
        if (Files.isDirectory(target)) {
            throw new MaskforgeException("cannot write '" + target + "': it is a folder; name a file in it, such as "
                    + target.resolve("model.onnx"));
        }
        if (!Files.exists(target)) {
            return;
        }
        if (!Files.isRegularFile(target)) {
            throw new MaskforgeException("cannot write '" + target + "': it is a pipe or a device; name a file");
        }
        try {
            if (Files.isSameFile(target, checkpoint)) {
                throw new MaskforgeException("cannot write '" + target + "': it is the checkpoint itself; name another file");
            }
        } catch (IOException e) {
            throw new MaskforgeException("cannot write '" + target + "': it cannot be compared with the checkpoint; name another file", e);
        }
    }
}
