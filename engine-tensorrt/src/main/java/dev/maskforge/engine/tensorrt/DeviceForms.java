package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.kernels.attention.AttentionKernel;
import dev.maskforge.engine.tensorrt.kernels.masks.MasksKernel;
import dev.maskforge.engine.tensorrt.kernels.queries.QueriesKernel;
import dev.maskforge.engine.tensorrt.kernels.stem.StemKernel;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensKernel;
import dev.maskforge.engine.tensorrt.prepare.AttentionForm;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.MasksForm;
import dev.maskforge.engine.tensorrt.prepare.Preparation;
import dev.maskforge.engine.tensorrt.prepare.QueriesForm;
import dev.maskforge.engine.tensorrt.prepare.SettledForms;
import dev.maskforge.engine.tensorrt.prepare.StemForm;
import dev.maskforge.engine.tensorrt.prepare.TokensForm;

/// The forms that are asked for or, where none is, our kernels where the device can run them.
///
/// @param asked        what is asked for
/// @param precision    of the arithmetic
/// @param architecture of the device
record DeviceForms(TensorRtOptions.Forms asked, Precision precision, Architecture architecture) {
    /// All of them.
    ///
    /// @param deformable of deformable attention, which is measured, not told by the architecture
    /// @throws EngineException if a kernel is asked for that the device cannot run
    SettledForms with(DeformableAttentionForm deformable) {
        return new SettledForms(deformable, attention(), queries(), asked.groupNormalization(), masks(), tokens(), stem(),
                asked.columns(), asked.labels());
    }

    /// Where queries may have their kernel, TensorRT has nothing left to fuse an attention with.
    AttentionForm attention() {
        boolean areGathered = Preparation.gathered(queries(), precision).isPresent();
        AttentionForm kernel = areGathered ? AttentionForm.KERNEL_ALWAYS : AttentionForm.KERNEL;
        AttentionForm form = asked.attention().orElse(AttentionKernel.runsOn(architecture) ? kernel : AttentionForm.NETWORK);
        if (form != AttentionForm.NETWORK) {
            AttentionKernel.requireCopies(architecture);
        }
        return form;
    }

    private QueriesForm queries() {
        QueriesForm form = asked.queries().orElse(QueriesKernel.runsOn(architecture) ? QueriesForm.KERNEL : QueriesForm.NETWORK);
        if (form == QueriesForm.KERNEL) {
            QueriesKernel.requireClusters(architecture);
        }
        return form;
    }

    private MasksForm masks() {
        MasksForm form = asked.masks().orElse(MasksKernel.runsOn(architecture) ? MasksForm.KERNEL : MasksForm.NETWORK);
        if (form == MasksForm.KERNEL) {
            MasksKernel.requireSharedMemory(architecture);
        }
        return form;
    }

    private TokensForm tokens() {
        TokensForm form = asked.tokens().orElse(TokensKernel.runsOn(architecture) ? TokensForm.KERNEL : TokensForm.NETWORK);
        if (form != TokensForm.NETWORK) {
            TokensKernel.requireWarpgroups(architecture);
        }
        return form;
    }

    private StemForm stem() {
        StemForm form = asked.stem().orElse(StemKernel.runsOn(architecture) ? StemForm.KERNEL : StemForm.NETWORK);
        if (form == StemForm.KERNEL) {
            StemKernel.requireMatrixUnits(architecture);
        }
        return form;
    }
}
