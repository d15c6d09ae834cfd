package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.kernels.KernelDevices;
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
import java.util.Optional;

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
        MasksForm masks = settled(asked.masks(), MasksKernel.DEVICES, MasksForm.KERNEL, MasksForm.NETWORK);
        TokensForm tokens = settled(asked.tokens(), TokensKernel.DEVICES, TokensForm.KERNEL, TokensForm.NETWORK);
        StemForm stem = settled(asked.stem(), StemKernel.DEVICES, StemForm.KERNEL, StemForm.NETWORK);
        return new SettledForms(deformable, attention(), queries(), asked.groupNormalization(), masks, tokens, stem, asked.columns(),
                asked.labels());
    }

    /// Where queries may have their kernel, TensorRT has nothing left to fuse an attention with.
    AttentionForm attention() {
        boolean areGathered = Preparation.gathered(queries(), precision).isPresent();
        return settled(asked.attention(), AttentionKernel.DEVICES, areGathered ? AttentionForm.KERNEL_ALWAYS : AttentionForm.KERNEL,
                AttentionForm.NETWORK);
    }

    private QueriesForm queries() {
        return settled(asked.queries(), QueriesKernel.DEVICES, QueriesForm.KERNEL, QueriesForm.NETWORK);
    }

    private <F> F settled(Optional<F> form, KernelDevices devices, F kernel, F network) {
        F settled = form.orElse(devices.include(architecture) ? kernel : network);
        if (!settled.equals(network)) {
            devices.require(architecture);
        }
        return settled;
    }
}
