package dev.maskforge.engine.tensorrt.kernels.head;

import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.KernelModule;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import java.util.List;
import java.util.Optional;

/// From class and mask logits to labels in the geometry of the pictures that went in: what lies in the padding is cropped,
/// and the rest resized, before the largest score is taken.
///
/// Each picture of a batch has sizes of its own, which the device reads, so that one CUDA graph serves pictures of any size up
/// to the largest.
public final class PictureHeadKernel implements AutoCloseable {
    private static final int THREADS = 256;

    private final SemanticInferenceProgram program;
    private final HeadLayout.Size largest;
    private final Optional<ScoreLabels> scoreLabels;

    private PictureHeadKernel(SemanticInferenceProgram program, HeadLayout.Size largest, Optional<ScoreLabels> scoreLabels) {
        this.program = program;
        this.largest = largest;
        this.scoreLabels = scoreLabels;
    }

    /// What is resized to a picture's size.
    public enum Resized {
        /// Mask logits, before classes are mixed: models trained for panoptic or instance output.
        MASKS,
        /// Class scores, after classes are mixed: models trained for semantic output.
        SCORES
    }

    /// The second kernel where scores are resized.
    private record ScoreLabels(KernelModule module, Kernel kernel) {}

    /// Compiles the kernels for a layout, unless they have been, and loads them.
    ///
    /// @param largest picture that there may be
    /// @throws dev.maskforge.engine.EngineException if there is no compiler or the device refuses
    public static PictureHeadKernel load(KernelLoader loader, HeadLayout layout, HeadLayout.Size largest, Resized resized) {
        largest.requireExactPositions(layout.network());
        SemanticInferenceProgram.Form form = form(resized);
        SemanticInferenceProgram.Tuning tuning = SemanticInferenceProgram.Tuning.standard(form);
        KernelSource inference = SemanticInferenceProgram.source(layout, form, tuning);
        return switch (resized) {
            case MASKS -> loader.load(List.of(inference), modules -> new PictureHeadKernel(
                    SemanticInferenceProgram.of(layout, form, tuning, modules.getFirst()), largest, Optional.empty()));
            case SCORES -> loader.load(List.of(inference, scoreLabels(layout)), modules -> new PictureHeadKernel(
                    SemanticInferenceProgram.of(layout, form, tuning, modules.getFirst()), largest,
                    Optional.of(new ScoreLabels(modules.getLast(), modules.getLast().kernel("score_labels")))));
        };
    }

    private static SemanticInferenceProgram.Form form(Resized resized) {
        return switch (resized) {
            case MASKS -> SemanticInferenceProgram.Form.PICTURE_LABELS;
            case SCORES -> SemanticInferenceProgram.Form.SCORES;
        };
    }

    static KernelSource scoreLabels(HeadLayout layout) {
        return KernelSource.of("score_labels.cu", "values.cuh", "resize.cuh")
                .with("LABEL", layout.labelName()).with("CLASSES", layout.classes());
    }

    /// What a run needs beside its inputs and outputs.
    public long workspaceBytes() {
        HeadLayout layout = program.layout();
        return layout.probabilityBytes() + (scoreLabels.isPresent() ? layout.scoreBytes() : 0);
    }

    /// Puts one run into a stream. Addresses are the device's.
    ///
    /// @param sizes     int32 `[N, 4]`: height and width of what lies in the network's input of each picture, from the upper
    ///                  left corner, and height and width of the picture; larger ones than there can be are cut to them
    /// @param workspace of [#workspaceBytes()], a multiple of 16
    /// @param labels    `[N, largest height, largest width]` of the layout's label type; beyond a picture they stay as they were
    public void enqueue(HeadLogits logits, long sizes, long workspace, long labels, long stream) {
        ValueTypes.requireAligned(sizes, Integer.BYTES, "sizes");
        if (scoreLabels.isEmpty()) {
            program.enqueue(logits, sizes, workspace, labels, largest, stream);
            return;
        }
        HeadLayout layout = program.layout();
        ValueTypes.requireAligned(labels, layout.labelType().bytes(), "labels");
        long scores = workspace + layout.probabilityBytes();
        program.enqueue(logits, 0, workspace, scores, layout.network(), stream);
        KernelArguments arguments = new KernelArguments().address(scores).address(sizes).address(labels)
                .int32(layout.network().height()).int32(layout.network().width()).int32(largest.height()).int32(largest.width());
        LaunchGeometry geometry = new LaunchGeometry(Math.ceilDiv(largest.width(), THREADS), largest.height(), layout.pictures(), THREADS,
                1);
        scoreLabels.get().kernel().launch(geometry, stream, arguments);
    }

    @Override
    public void close() {
        try {
            program.close();
        } finally {
            scoreLabels.ifPresent(labels -> labels.module().close());
        }
    }
}
