package dev.maskforge.engine.tensorrt.prepare;

/// All that there are kernels of ours for, by them.
public final class KernelForms {
    private KernelForms() {
    }

    public static SettledForms all() {
        return new SettledForms(DeformableAttentionForm.KERNEL, AttentionForm.KERNEL_ALWAYS, QueriesForm.KERNEL,
                GroupNormalizationForm.KERNEL, MasksForm.KERNEL, TokensForm.KERNEL_ALWAYS, StemForm.KERNEL, true, LabelsForm.KERNEL);
    }
}
