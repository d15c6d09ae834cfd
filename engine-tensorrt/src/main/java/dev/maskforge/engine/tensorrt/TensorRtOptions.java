package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.tensorrt.plan.SizeRange;
import dev.maskforge.engine.tensorrt.prepare.AttentionForm;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.GroupNormalizationForm;
import dev.maskforge.engine.tensorrt.prepare.LabelsForm;
import dev.maskforge.engine.tensorrt.prepare.MasksForm;
import dev.maskforge.engine.tensorrt.prepare.QueriesForm;
import dev.maskforge.engine.tensorrt.prepare.StemForm;
import dev.maskforge.engine.tensorrt.prepare.TokensForm;
import dev.maskforge.passes.precision.Ranges;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// What only TensorRT wants to know.
///
/// @param forms  what computes what
/// @param search for fast kernels
/// @param sizes  of the graph's symbols
/// @param ranges how large values were on calibration pictures, for half precision
/// @param named  whether layers keep their names, for a profile
public record TensorRtOptions(Forms forms, Search search, Sizes sizes, Ranges ranges, boolean named) {
    /// The forms that operations can have.
    ///
    /// @param deformable of deformable attention; if none is named, the fastest that is right on the device, found once
    /// @param attention  what computes attention of few queries; if nothing is named, the kernel where the device can run it, for
    ///                   every such attention where queries have theirs
    /// @param queries    what computes with a decoder's queries between two looks at the picture; if nothing is named, the kernel
    ///                   where the device can run it
    /// @param groupNormalization what computes group normalisation
    /// @param masks      what computes masks; if nothing is named, the kernel where the device can run it
    /// @param tokens     what computes with an encoder's tokens; if nothing is named, the kernel where the device can run it
    /// @param stem       what computes the stem of a ResNet; if nothing is named, the kernel where the device can run it
    /// @param columns    whether kernels of ours read columns of merged products where they lie
    /// @param labels     what makes labels
    public record Forms(Optional<DeformableAttentionForm> deformable, Optional<AttentionForm> attention,
            Optional<QueriesForm> queries, GroupNormalizationForm groupNormalization, Optional<MasksForm> masks,
            Optional<TokensForm> tokens, Optional<StemForm> stem, boolean columns, LabelsForm labels) {}

    /// How TensorRT looks for fast kernels.
    ///
    /// @param level       how long, 0 to 5
    /// @param workspace   the most device memory in bytes that kernels may use beside their inputs and outputs, if limited
    /// @param timingCache a file that remembers measured kernels from build to build, if there is to be one
    public record Search(int level, OptionalLong workspace, Optional<Path> timingCache) {}

    /// The sizes of the graph's symbols.
    ///
    /// @param symbols by name
    /// @param others  of symbols that are not named
    public record Sizes(Map<String, SizeRange> symbols, SizeRange others) {
        public Sizes {
            symbols = Map.copyOf(symbols);
        }

        SizeRange of(String symbol) {
            return symbols.getOrDefault(symbol, others);
        }
    }

    /// The fastest form, TensorRT's usual level, no limits; batches to 4, sizes to 1024 pixels where the graph counts 32 of them.
    public static TensorRtOptions standard() {
        return new TensorRtOptions(
                new Forms(Optional.empty(), Optional.empty(), Optional.empty(), GroupNormalizationForm.KERNEL, Optional.empty(),
                        Optional.empty(), Optional.empty(), true, LabelsForm.KERNEL),
                new Search(BuildOptions.STANDARD_LEVEL, OptionalLong.empty(), Optional.empty()),
                new Sizes(Map.of("n", new SizeRange(1, 1, 4)), new SizeRange(1, 16, 32)), Ranges.none(), false);
    }

    public TensorRtOptions withForm(DeformableAttentionForm other) {
        return with(new Forms(Optional.of(other), forms.attention, forms.queries, forms.groupNormalization, forms.masks, forms.tokens,
                forms.stem, forms.columns, forms.labels));
    }

    public TensorRtOptions withAttention(AttentionForm other) {
        return with(new Forms(forms.deformable, Optional.of(other), forms.queries, forms.groupNormalization, forms.masks, forms.tokens,
                forms.stem, forms.columns, forms.labels));
    }

    public TensorRtOptions withQueries(QueriesForm other) {
        return with(
                new Forms(forms.deformable, forms.attention, Optional.of(other), forms.groupNormalization, forms.masks, forms.tokens,
                        forms.stem, forms.columns, forms.labels));
    }

    public TensorRtOptions withGroupNormalization(GroupNormalizationForm other) {
        return with(
                new Forms(forms.deformable, forms.attention, forms.queries, other, forms.masks, forms.tokens, forms.stem, forms.columns,
                        forms.labels));
    }

    public TensorRtOptions withMasks(MasksForm other) {
        return with(new Forms(forms.deformable, forms.attention, forms.queries, forms.groupNormalization, Optional.of(other), forms.tokens,
                forms.stem, forms.columns, forms.labels));
    }

    public TensorRtOptions withTokens(TokensForm other) {
        return with(new Forms(forms.deformable, forms.attention, forms.queries, forms.groupNormalization, forms.masks, Optional.of(other),
                forms.stem, forms.columns, forms.labels));
    }

    public TensorRtOptions withStem(StemForm other) {
        return with(new Forms(forms.deformable, forms.attention, forms.queries, forms.groupNormalization, forms.masks, forms.tokens,
                Optional.of(other), forms.columns, forms.labels));
    }

    public TensorRtOptions withColumns(boolean other) {
        return with(
                new Forms(forms.deformable, forms.attention, forms.queries, forms.groupNormalization, forms.masks, forms.tokens, forms.stem,
                        other, forms.labels));
    }

    public TensorRtOptions withLabels(LabelsForm other) {
        return with(
                new Forms(forms.deformable, forms.attention, forms.queries, forms.groupNormalization, forms.masks, forms.tokens,
                        forms.stem, forms.columns, other));
    }

    public TensorRtOptions withLevel(int other) {
        return with(new Search(other, search.workspace, search.timingCache));
    }

    public TensorRtOptions withWorkspace(OptionalLong bytes) {
        return with(new Search(search.level, bytes, search.timingCache));
    }

    public TensorRtOptions withTimingCache(Path file) {
        return with(new Search(search.level, search.workspace, Optional.of(file)));
    }

    public TensorRtOptions withSymbols(Map<String, SizeRange> symbols) {
        return with(new Sizes(symbols, sizes.others));
    }

    public TensorRtOptions withOtherSizes(SizeRange others) {
        return with(new Sizes(sizes.symbols, others));
    }

    public TensorRtOptions withRanges(Ranges measured) {
        return new TensorRtOptions(forms, search, sizes, measured, named);
    }

    public TensorRtOptions withNamedLayers() {
        return new TensorRtOptions(forms, search, sizes, ranges, true);
    }

    private TensorRtOptions with(Forms other) {
        return new TensorRtOptions(other, search, sizes, ranges, named);
    }

    private TensorRtOptions with(Search other) {
        return new TensorRtOptions(forms, other, sizes, ranges, named);
    }

    private TensorRtOptions with(Sizes other) {
        return new TensorRtOptions(forms, search, other, ranges, named);
    }
}
