package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.tensorrt.prepare.ProductColumns.WithTable;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.Rewriter;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Offsets = P[a:b] + A and logits = P[b:c] + B of a deformable attention -> columns of P[a:c] + (A | B), where P is a merged
/// product and A and B are tables of positions.
///
/// Exact: each element is the same sum. One kernel and one matrix take the place of two, and [Columns] are not copied.
final class JoinSamplingInputs implements Pass {
    @Override
    public String name() {
        return "join offsets and logits of deformable attention";
    }

    @Override
    public Outcome apply(Graph graph) {
        Neighbours neighbours = Neighbours.of(graph);
        Set<String> ofInputs = Neighbours.ofInputs(graph);
        Outcome joined = Rewriter.rewrite(graph, (node, _, place) -> node.operation() instanceof DeformableAttention
                ? Joined.find(node, graph, neighbours, ofInputs)
                        .map(found -> place.builder().within(node.name(), () -> found.build(node, place)))
                : Optional.empty());
        return joined.matches() == 0 ? joined : Outcome.of(new RemoveUnused().apply(joined.graph()).graph(), joined.matches());
    }

    private record Joined(WithTable offsets, WithTable logits) {
        static Optional<Joined> find(Node attention, Graph graph, Neighbours neighbours, Set<String> ofInputs) {
            return placed(attention.inputs().get(1), graph, neighbours, ofInputs)
                    .flatMap(offsets -> placed(attention.inputs().get(2), graph, neighbours, ofInputs)
                            .map(logits -> new Joined(offsets, logits)))
                    .filter(joined -> joined.fits(graph));
        }

        private static Optional<WithTable> placed(String value, Graph graph, Neighbours neighbours, Set<String> ofInputs) {
            return WithTable.find(value, graph, neighbours, (_, table) -> !ofInputs.contains(table));
        }

        private boolean fits(Graph graph) {
            Shape table = graph.type(offsets.table()).shape();
            Shape other = graph.type(logits.table()).shape();
            return offsets.columns().areFollowedBy(logits.columns()) && table.rank() == other.rank()
                    && table.get(-1).equals(offsets.columns().width()) && other.get(-1).equals(logits.columns().width())
                    && table.with(-1, Dimension.ONE).equals(other.with(-1, Dimension.ONE));
        }

        Value build(Node attention, Rewriter.Place place) {
            Value table = Value.concat(-1, List.of(place.value(offsets.table()), place.value(logits.table())));
            Value product = place.value(offsets.columns().product());
            Value both = ProductColumns.of(product, offsets.columns().start(), logits.columns().end()).add(table);
            Dimension border = offsets.columns().width();
            return place.builder().add(attention.operation(), place.value(attention.inputs().getFirst()),
                    both.slice(-1, Dimension.ZERO, border), both.slice(-1, border, border.plus(logits.columns().width())));
        }
    }
}
