package dev.maskforge.engine.tensorrt.kernels.head;

import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import java.util.List;

/// From class and mask logits to labels at the network's size ([dev.maskforge.graph.Operation.SemanticLabels]): resized
/// masks, their sigmoid, the mix of classes and its largest in one kernel, after a small one for class probabilities.
///
/// Masks that become four times as high and wide, as networks have them, go through the matrix units from Ampere on; all others do
/// not.
public final class HeadKernel implements AutoCloseable {
    private final LabelProgram program;

    private HeadKernel(LabelProgram program) {
        this.program = program;
    }

    /// Compiles the kernels for a layout, unless they have been, and loads them.
    ///
    /// @throws dev.maskforge.engine.EngineException if there is no compiler or the device refuses
    public static HeadKernel load(KernelLoader loader, HeadLayout layout) {
        return QuadProgram.takes(layout, loader.driver().architecture())
                ? load(loader, layout, QuadProgram.Tuning.standard(layout))
                : load(loader, layout, SemanticInferenceProgram.Tuning.standard(SemanticInferenceProgram.Form.LABELS));
    }

    static HeadKernel load(KernelLoader loader, HeadLayout layout, QuadProgram.Tuning tuning) {
        return loader.load(List.of(QuadProgram.source(layout, tuning)),
                modules -> new HeadKernel(new QuadProgram(layout, tuning, modules.getFirst())));
    }

    static HeadKernel load(KernelLoader loader, HeadLayout layout, SemanticInferenceProgram.Tuning tuning) {
        SemanticInferenceProgram.Form form = SemanticInferenceProgram.Form.LABELS;
        return loader.load(List.of(SemanticInferenceProgram.source(layout, form, tuning)),
                modules -> new HeadKernel(SemanticInferenceProgram.of(layout, form, tuning, modules.getFirst())));
    }

    /// What a run needs beside its inputs and outputs.
    public long workspaceBytes() {
        return program.workspaceBytes();
    }

    /// Puts one run into a stream. Addresses are the device's.
    ///
    /// @param workspace of [#workspaceBytes()], at a multiple of 16
    /// @param labels    `[N, network height, network width]` of the layout's label type
    public void enqueue(HeadLogits logits, long workspace, long labels, long stream) {
        program.enqueue(logits, workspace, labels, stream);
    }

    @Override
    public void close() {
        program.close();
    }
}
