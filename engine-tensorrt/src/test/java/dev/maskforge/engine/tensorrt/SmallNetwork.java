package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.engine.tensorrt.cuda.DriverModules;
import dev.maskforge.engine.tensorrt.kernels.attention.AttentionKernel;
import dev.maskforge.engine.tensorrt.kernels.masks.MasksKernel;
import dev.maskforge.engine.tensorrt.kernels.queries.QueriesKernel;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensKernel;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.plan.SizeRange;
import dev.maskforge.engine.tensorrt.prepare.AttentionForm;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.GroupNormalizationForm;
import dev.maskforge.engine.tensorrt.prepare.LabelsForm;
import dev.maskforge.engine.tensorrt.prepare.MasksForm;
import dev.maskforge.engine.tensorrt.prepare.QueriesForm;
import dev.maskforge.engine.tensorrt.prepare.StemForm;
import dev.maskforge.engine.tensorrt.prepare.TokensForm;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/// Networks of seconds to build that have all that a plan of ours may have, of any batch of 1 to 3.
enum SmallNetwork {
    /// TensorRT alone.
    ONE_SEGMENT(Precision.TF32),
    /// Kernels of ours between segments, with values of float32; that of tokens has only float16.
    KERNELS_TF32(Precision.TF32),
    /// All kernels of ours between segments, with values of float16.
    KERNELS_FP16(Precision.FP16);

    static final int MOST_PICTURES = 3;

    private final Precision precision;

    SmallNetwork(Precision precision) {
        this.precision = precision;
    }

    Precision precision() {
        return precision;
    }

    boolean hasKernels() {
        return this != ONE_SEGMENT;
    }

    /// Whether the kernel of tokens is part of its plan.
    ///
    /// @param architecture for which the plan is
    boolean hasTokens(Architecture architecture) {
        return this == KERNELS_FP16 && TokensKernel.DEVICES.include(architecture);
    }

    /// With pixels for a kernel of ours, or with the image that they become.
    Graph graph() {
        return SmallGraph.of(hasKernels());
    }

    Map<String, Tensor> inputs(int pictures, long seed) {
        return SmallGraph.inputs(hasKernels(), pictures, seed);
    }

    /// Its forms: of what it has kernels for, all that the device can run.
    TensorRtOptions options(Architecture architecture) {
        TensorRtOptions forms = hasKernels() ? withKernels(architecture) : withoutKernels();
        return forms.withLevel(0).withSymbols(Map.of("n", new SizeRange(1, 1, MOST_PICTURES)));
    }

    /// The stem's is what is usual, of which it is the test.
    private TensorRtOptions withKernels(Architecture architecture) {
        return TensorRtOptions.standard().withForm(DeformableAttentionForm.KERNEL)
                .withAttention(AttentionKernel.DEVICES.include(architecture) ? AttentionForm.KERNEL_ALWAYS : AttentionForm.NETWORK)
                .withQueries(QueriesKernel.DEVICES.include(architecture) ? QueriesForm.KERNEL : QueriesForm.NETWORK)
                .withGroupNormalization(GroupNormalizationForm.KERNEL)
                .withMasks(MasksKernel.DEVICES.include(architecture) ? MasksForm.KERNEL : MasksForm.NETWORK)
                .withTokens(hasTokens(architecture) ? TokensForm.KERNEL_ALWAYS : TokensForm.NETWORK)
                .withLabels(LabelsForm.KERNEL);
    }

    private static TensorRtOptions withoutKernels() {
        return TensorRtOptions.standard().withForm(DeformableAttentionForm.PLUGIN).withAttention(AttentionForm.NETWORK)
                .withQueries(QueriesForm.NETWORK).withGroupNormalization(GroupNormalizationForm.NETWORK).withMasks(MasksForm.NETWORK)
                .withTokens(TokensForm.NETWORK).withStem(StemForm.NETWORK).withLabels(LabelsForm.NETWORK);
    }

    /// That of the device.
    static Architecture device() {
        DriverCuda.open().useOnThisThread();
        return new DriverModules().architecture();
    }

    /// Its plan for the device.
    ///
    /// @param arena where it goes
    MemorySegment plan(Arena arena) {
        return PlanBuilding.of(false, precision, options(device()), BuildProgress.NONE).build(graph(), arena).bytes();
    }

    /// Which kernels of ours a plan has, and how many of each.
    static Map<String, Integer> kernels(MemorySegment plan) {
        return PlanContainer.read(plan).kernels();
    }

    /// Such as `segments and kernels in tf32`.
    @Override
    public String toString() {
        return hasKernels() ? "segments and kernels in " + precision : "one segment";
    }
}
