package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.tensorrt.plan.SizeRange;
import dev.maskforge.engine.tensorrt.prepare.AttentionForm;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.GroupNormalizationForm;
import dev.maskforge.engine.tensorrt.prepare.LabelsForm;
import dev.maskforge.engine.tensorrt.prepare.QueriesForm;
import dev.maskforge.passes.precision.Ranges;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// What only TensorRT wants to know.
///
/// @param form        of deformable attention; if none is named, the fastest that is right on the device, found once
/// @param attention   what computes attention of few queries; if nothing is named, the kernel, for every such attention where queries have
///                    theirs
/// @param queries     what computes with a decoder's queries between two looks at the picture; if nothing is named, the kernel where
///                    the device can run it
/// @param groupNormalization what computes group normalisation
/// @param columns     whether kernels of ours read columns of merged products where they lie
/// @param labels      what makes labels
/// @param level       how long to look for fast kernels, 0 to 5
/// @param workspace   the most device memory in bytes that kernels may use beside their inputs and outputs, if limited
/// @param timingCache a file that remembers measured kernels from build to build, if there is to be one
/// @param symbols     the sizes of the graph's symbols
/// @param otherSizes  the sizes of symbols that are not named
/// @param ranges      how large values were on calibration pictures, for half precision
/// @param named       whether layers keep their names, for a profile
public record TensorRtOptions(Optional<DeformableAttentionForm> form, Optional<AttentionForm> attention, Optional<QueriesForm> queries,
        GroupNormalizationForm groupNormalization, boolean columns,
        LabelsForm labels, int level,
        OptionalLong workspace,
        Optional<Path> timingCache,
        Map<String, SizeRange> symbols, SizeRange otherSizes, Ranges ranges, boolean named) {
    public TensorRtOptions {
        symbols = Map.copyOf(symbols);
    }

    /// The fastest form, TensorRT's usual level, no limits; batches to 4, sizes to 1024 pixels where the graph counts 32 of them.
    public static TensorRtOptions standard() {
        return new TensorRtOptions(Optional.empty(), Optional.empty(), Optional.empty(), GroupNormalizationForm.KERNEL, true,
                LabelsForm.KERNEL,
                BuildOptions.STANDARD_LEVEL,
                OptionalLong.empty(),
                Optional.empty(),
                Map.of("n", new SizeRange(1, 1, 4)), new SizeRange(1, 16, 32), Ranges.none(), false);
    }

    public TensorRtOptions withForm(DeformableAttentionForm other) {
        return new TensorRtOptions(Optional.of(other), attention, queries, groupNormalization, columns, labels, level, workspace,
                timingCache, symbols,
                otherSizes,
                ranges,
                named);
    }

    public TensorRtOptions withAttention(AttentionForm other) {
        return new TensorRtOptions(form, Optional.of(other), queries, groupNormalization, columns, labels, level, workspace, timingCache,
                symbols,
                otherSizes, ranges,
                named);
    }

    public TensorRtOptions withQueries(QueriesForm other) {
        return new TensorRtOptions(form, attention, Optional.of(other), groupNormalization, columns, labels, level, workspace, timingCache,
                symbols, otherSizes,
                ranges,
                named);
    }

    public TensorRtOptions withGroupNormalization(GroupNormalizationForm other) {
        return new TensorRtOptions(form, attention, queries, other, columns, labels, level, workspace, timingCache, symbols, otherSizes,
                ranges,
                named);
    }

    public TensorRtOptions withColumns(boolean other) {
        return new TensorRtOptions(form, attention, queries, groupNormalization, other, labels, level, workspace, timingCache, symbols,
                otherSizes, ranges,
                named);
    }

    public TensorRtOptions withLabels(LabelsForm other) {
        return new TensorRtOptions(form, attention, queries, groupNormalization, columns, other, level, workspace, timingCache, symbols,
                otherSizes, ranges,
                named);
    }

    public TensorRtOptions withLevel(int other) {
        return new TensorRtOptions(form, attention, queries, groupNormalization, columns, labels, other, workspace, timingCache, symbols,
                otherSizes, ranges,
                named);
    }

    public TensorRtOptions withWorkspace(OptionalLong bytes) {
        return new TensorRtOptions(form, attention, queries, groupNormalization, columns, labels, level, bytes, timingCache, symbols,
                otherSizes, ranges,
                named);
    }

    public TensorRtOptions withTimingCache(Path file) {
        return new TensorRtOptions(form, attention, queries, groupNormalization, columns, labels, level, workspace, Optional.of(file),
                symbols, otherSizes,
                ranges,
                named);
    }

    public TensorRtOptions withSymbols(Map<String, SizeRange> sizes) {
        return new TensorRtOptions(form, attention, queries, groupNormalization, columns, labels, level, workspace, timingCache, sizes,
                otherSizes, ranges,
                named);
    }

    public TensorRtOptions withOtherSizes(SizeRange sizes) {
        return new TensorRtOptions(form, attention, queries, groupNormalization, columns, labels, level, workspace, timingCache, symbols,
                sizes, ranges, named);
    }

    public TensorRtOptions withRanges(Ranges measured) {
        return new TensorRtOptions(form, attention, queries, groupNormalization, columns, labels, level, workspace, timingCache, symbols,
                otherSizes, measured,
                named);
    }

    public TensorRtOptions withNamedLayers() {
        return new TensorRtOptions(form, attention, queries, groupNormalization, columns, labels, level, workspace, timingCache, symbols,
                otherSizes, ranges,
                true);
    }

    SizeRange sizes(String symbol) {
        return symbols.getOrDefault(symbol, otherSizes);
    }
}
