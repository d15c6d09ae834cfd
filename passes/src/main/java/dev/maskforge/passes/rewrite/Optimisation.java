package dev.maskforge.passes.rewrite;

import dev.maskforge.passes.FoldConstants;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;

/// The passes that an engine's graphs go through before and after they are lowered: those that help everywhere, and of the
/// others those that the engine gains by. What each does to a graph is in docs/passes.md.
///
/// @param passes        before the lowering, the high-level operations still in place
/// @param afterLowering what follows from the lowering
public record Optimisation(Pipeline passes, Pipeline afterLowering) {
    /// Fewer operations and less memory traffic, products as the model has them: for engines that copy what they slice.
    public static Optimisation fewerOperations() {
        return merging(Set.of());
    }

    /// As few products as there can be besides: for engines to which each is a kernel to be launched.
    public static Optimisation fewestProducts() {
        return merging(EnumSet.allOf(MergeProducts.Into.class));
    }

    /// Fewer operations, and some products as one.
    ///
    /// @param merged the products that become one where they share an input; each also takes positions out of its way
    public static Optimisation merging(Set<MergeProducts.Into> merged) {
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
        return new Optimisation(new Pipeline(passes), Pipeline.of(new ShareEqualNodes(), new FoldConstants(), new RemoveUnused()));
    }

    /// The passes, then the lowering, then what follows from that.
    public Pipeline then(Lowering lowering) {
        return passes.then(Pipeline.of(lowering)).then(afterLowering);
    }

    /// The names of its passes, each once, in the order in which they first run.
    public SequencedSet<String> names() {
        SequencedSet<String> names = new LinkedHashSet<>();
        passes.then(afterLowering).passes().forEach(pass -> names.add(pass.name()));
        return Collections.unmodifiableSequencedSet(names);
    }

    /// The same without a pass, wherever it runs: what is missing then is what the pass is worth.
    ///
    /// @throws IllegalArgumentException if there is no pass of that name
    public Optimisation without(String name) {
        if (!names().contains(name)) {
            throw new IllegalArgumentException("there is no pass '" + name + "' to leave out; there are " + String.join(", ", names()));
        }
        return new Optimisation(passes.without(name), afterLowering.without(name));
    }
}
