package dev.maskforge.passes.rewrite;

import dev.maskforge.passes.FoldConstants;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// The passes that an engine's graphs go through before they are lowered: those that help everywhere, and of the others those
/// that the engine gains by. What each does to a graph is in docs/passes.md.
///
/// @param merged the products that become one where they share an input; each also takes positions out of its way
public record Optimisation(Set<MergeProducts.Into> merged) {
    public Optimisation {
        merged = Set.copyOf(merged);
    }

    /// Fewer operations and less memory traffic, products as the model has them: for engines that copy what they slice.
    public static Optimisation fewerOperations() {
        return new Optimisation(Set.of());
    }

    /// As few products as there can be besides: for engines to which each is a kernel to be launched.
    public static Optimisation fewestProducts() {
        return new Optimisation(EnumSet.allOf(MergeProducts.Into.class));
    }

    /// The passes, the high-level operations still in place.
    public Pipeline passes() {
        FoldConstants foldWeights = new FoldConstants(FoldConstants.Limit.NO_LARGER_THAN_THEIR_PARTS);
        List<Pass> passes = new ArrayList<>(List.of(new RemoveUnused(), new ShareEqualNodes(), foldWeights,
                new FoldBatchNormalization(), new MoveExpansionOutwards(), new CancelTransposes(), new ResizeFeaturesForMasks(),
                new CompareLogits(), new FoldMaskConvolution()));
        if (!merged.isEmpty()) {
            passes.add(new SeparatePositions());
        }
        passes.add(new ShareEqualNodes());
        passes.add(foldWeights);
        if (!merged.isEmpty()) {
            merged.stream().sorted().map(MergeProducts::new).forEach(passes::add);
            passes.add(foldWeights);
        }
        passes.add(new RemoveUnused());
        return new Pipeline(passes);
    }

    /// The passes, then the lowering, then what follows from that.
    public Pipeline then(Lowering lowering) {
        return passes().then(Pipeline.of(lowering, new ShareEqualNodes(), new FoldConstants(), new RemoveUnused()));
    }
}
