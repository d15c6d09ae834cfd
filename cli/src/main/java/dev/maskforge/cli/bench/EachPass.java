package dev.maskforge.cli.bench;

import dev.maskforge.GraphForm;
import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.GraphHash;
import dev.maskforge.graph.Graph;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.rewrite.MergeProducts;
import dev.maskforge.passes.rewrite.Optimisation;
import dev.maskforge.passes.rewrite.SeparatePositions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;

/// What shows the gain of each pass alone: a checkpoint's graph as the engine's passes make it, the same as authored, without
/// one pass at a time, and with each way to merge products that the engine's passes do not have, which takes positions out of
/// the way first.
///
/// A pass is left out wherever it runs. One that makes no difference to the graph has no row, since there is nothing to
/// measure, nor has one without which the others leave no graph; both are said.
public final class EachPass {
    private final Graph authored;
    private final Lowering lowering;
    private final Consumer<String> line;

    private EachPass(Graph authored, Lowering lowering, Consumer<String> line) {
        this.authored = authored;
        this.lowering = lowering;
        this.line = line;
    }

    /// The variants of a checkpoint for an engine, the whole first.
    ///
    /// @param line is told of passes that have no row, and why
    /// @throws RuntimeException as [ModelFile#open] does
    public static List<GraphVariant> of(Path file, ModelOptions options, EngineProvider provider, Consumer<String> line) {
        try (ModelFile model = ModelFile.open(file, options)) {
            Lowering lowering = new Lowering(provider.nativeOperations(), Lowering.DeformableAttention.ENGINE);
            return new EachPass(model.graph(model.freeInput(), Output.RAW), lowering, line).variants(provider.optimisation());
        }
    }

    private List<GraphVariant> variants(Optimisation whole) {
        GraphVariant optimised = GraphVariant.of(GraphForm.OPTIMISED);
        List<GraphVariant> variants = new ArrayList<>(List.of(optimised, GraphVariant.of(GraphForm.AUTHORED)));
        Map<String, String> names = new HashMap<>(Map.of(hash(whole), optimised.name()));
        changes(whole).forEach((name, changed) -> {
            Optional<String> obstacle = obstacle(name, changed, names);
            obstacle.ifPresent(why -> line.accept(name + ": " + why));
            if (obstacle.isEmpty()) {
                variants.add(GraphVariant.of(name, changed));
            }
        });
        return List.copyOf(variants);
    }

    private static SequencedMap<String, Optimisation> changes(Optimisation whole) {
        SequencedMap<String, Optimisation> changes = new LinkedHashMap<>();
        whole.names().forEach(pass -> changes.put("without " + pass, whole.without(pass)));
        Set<MergeProducts.Into> merged = EnumSet.noneOf(MergeProducts.Into.class);
        Set<MergeProducts.Into> others = EnumSet.noneOf(MergeProducts.Into.class);
        for (MergeProducts.Into into : MergeProducts.Into.values()) {
            (whole.names().contains(new MergeProducts(into).name()) ? merged : others).add(into);
        }
        String separate = new SeparatePositions().name();
        if (!whole.names().contains(separate)) {
            Optimisation separated = Optimisation.fewestProducts();
            for (MergeProducts.Into into : MergeProducts.Into.values()) {
                separated = separated.without(new MergeProducts(into).name());
            }
            changes.put("with " + separate, separated);
        }
        for (MergeProducts.Into into : others) {
            Set<MergeProducts.Into> more = EnumSet.of(into);
            more.addAll(merged);
            changes.put("with " + new MergeProducts(into).name(), Optimisation.merging(more));
        }
        return changes;
    }

    /// @param names of the graphs that there are already, by their hashes; a new one is added
    private Optional<String> obstacle(String name, Optimisation changed, Map<String, String> names) {
        try {
            return Optional.ofNullable(names.putIfAbsent(hash(changed), name))
                    .map(same -> "the graph is that of '" + same + "', there is nothing to measure");
        } catch (IllegalStateException | IllegalArgumentException | ArithmeticException e) {
            return Optional.of("the other passes leave no graph that an engine runs, so it is not measured: " + e.getMessage());
        }
    }

    private String hash(Optimisation optimisation) {
        return GraphHash.of(optimisation.then(lowering).run(authored).graph());
    }
}
