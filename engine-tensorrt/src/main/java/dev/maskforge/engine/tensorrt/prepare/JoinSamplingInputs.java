package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Operation.Slice;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.Rewriter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
        Map<String, Node> producers = new HashMap<>();
        Set<String> ofInputs = new HashSet<>(graph.inputs());
        for (Node node : graph.nodes()) {
            node.outputs().forEach(output -> producers.put(output, node));
            if (node.inputs().stream().anyMatch(ofInputs::contains)) {
                ofInputs.addAll(node.outputs());
            }
        }
        Outcome joined = Rewriter.rewrite(graph, (node, _, place) -> node.operation() instanceof DeformableAttention
                ? Joined.find(node, graph, producers, ofInputs)
                        .map(found -> place.builder().within(node.name(), () -> found.build(node, place)))
                : Optional.empty());
        return joined.matches() == 0 ? joined : Outcome.of(new RemoveUnused().apply(joined.graph()).graph(), joined.matches());
    }

    /// Columns of a product and what is added to them.
    private record Part(String product, Slice columns, String table) {
        static Optional<Part> find(String value, Map<String, Node> producers, Set<String> ofInputs) {
            Node sum = producers.get(value);
            if (sum == null || !sum.operation().equals(new Binary(BinaryFunction.ADD))) {
                return Optional.empty();
            }
            for (int i = 0; i < 2; i++) {
                Node slice = producers.get(sum.inputs().get(i));
                String table = sum.inputs().get(1 - i);
                if (slice != null && slice.operation() instanceof Slice columns && !ofInputs.contains(table)) {
                    return Optional.of(new Part(slice.inputs().getFirst(), columns, table));
                }
            }
            return Optional.empty();
        }
    }

    private record Joined(Part offsets, Part logits) {
        static Optional<Joined> find(Node attention, Graph graph, Map<String, Node> producers, Set<String> ofInputs) {
            return Part.find(attention.inputs().get(1), producers, ofInputs)
                    .flatMap(
                            offsets -> Part.find(attention.inputs().get(2), producers, ofInputs).map(logits -> new Joined(offsets, logits)))
                    .filter(joined -> joined.fits(graph));
        }

        private boolean fits(Graph graph) {
            Shape product = graph.type(offsets.product()).shape();
            Shape table = graph.type(offsets.table()).shape();
            Shape other = graph.type(logits.table()).shape();
            return offsets.product().equals(logits.product()) && areColumns(offsets, product) && areColumns(logits, product)
                    && offsets.columns().end().equals(logits.columns().start()) && table.rank() == other.rank()
                    && table.get(-1).equals(width(offsets)) && other.get(-1).equals(width(logits))
                    && table.with(-1, Dimension.ONE).equals(other.with(-1, Dimension.ONE));
        }

        private static boolean areColumns(Part part, Shape product) {
            return product.axis(part.columns().axis()) == product.rank() - 1;
        }

        private static Dimension width(Part part) {
            return part.columns().end().minus(part.columns().start());
        }

        Value build(Node attention, Rewriter.Place place) {
            Value table = Value.concat(-1, List.of(place.value(offsets.table()), place.value(logits.table())));
            Value both = place.value(offsets.product()).slice(-1, offsets.columns().start(), logits.columns().end()).add(table);
            Dimension border = width(offsets);
            return place.builder().add(attention.operation(), place.value(attention.inputs().getFirst()),
                    both.slice(-1, Dimension.ZERO, border), both.slice(-1, border, border.plus(width(logits))));
        }
    }
}
