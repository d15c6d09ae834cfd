package dev.maskforge.passes.recognise;

import dev.maskforge.passes.FoldConstants;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.rewrite.ShareEqualNodes;
import java.util.ArrayList;
import java.util.List;

/// The passes that find in other people's graphs what models of ours are written with.
public final class Recognition {
    /// So many operations in a row may an Expand sink behind.
    private static final int LONGEST_CHAIN = 16;

    private Recognition() {
    }

    /// The passes, in their order: first what is only another way to write things, then the layers, then what they are made
    /// of.
    public static Pipeline pipeline() {
        List<Pass> passes = new ArrayList<>();
        passes.add(new RulePass("translate shapes, slices and products",
                List.of(new TranslateViews(), new TranslateProducts(), new TranslateIndexing()), 1));
        passes.addAll(tidying());
        Rule sink = new SinkExpansions();
        passes.add(new RulePass(sink.name(), List.of(sink), LONGEST_CHAIN));
        passes.addAll(tidying());
        passes.add(RulePass.of(new RecogniseLayerNormalization()));
        passes.add(RulePass.of(new RecogniseGroupNormalization()));
        passes.add(RulePass.of(new RecogniseLinear()));
        passes.add(RulePass.of(new RecogniseMaskedRows()));
        passes.add(RulePass.of(new RecogniseDeformableAttention()));
        passes.add(RulePass.of(new RecogniseAttention()));
        passes.add(RulePass.of(new RecogniseSemanticInference()));
        passes.addAll(tidying());
        return new Pipeline(passes);
    }

    /// What makes graphs shorter without knowing what they are for.
    public static List<Pass> tidying() {
        return List.of(new FoldConstants(), RulePass.of(new RemoveIdentities()), RulePass.of(new SimplifyViews()), new ShareEqualNodes(),
                new RemoveUnused());
    }
}
