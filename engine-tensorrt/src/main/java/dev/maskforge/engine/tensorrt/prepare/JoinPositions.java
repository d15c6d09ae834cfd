package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Attention;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Slice;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.Rewriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Attention(P[a:b] + A, P[b:c] + B, P[c:d]) -> Attention of columns of P + (A | B | 0), where P is the merged product that gives
/// queries, keys and values of one sequence, and A and B are constant tables of positions.
///
/// Exact: each element is the same sum, or has 0 added. The sum goes into the product's own kernel, [Columns] are not copied, and
/// a kernel takes them where they lie; before, each part was copied by a kernel of its own. It is for a decoder's queries, of which
/// there are few: a picture's keys are so many that the zeros would cost more than the copies.
final class JoinPositions implements Pass {
    private static final long MOST_ROWS = 256;

    @Override
    public String name() {
        return "join positions of queries and keys";
    }

    @Override
    public Outcome apply(Graph graph) {
        Map<String, Node> producers = new HashMap<>();
        graph.nodes().forEach(node -> node.outputs().forEach(output -> producers.put(output, node)));
        Outcome joined = Rewriter.rewrite(graph, (node, _, place) -> node.operation() instanceof Attention && node.inputs().size() == 3
                ? Joined.find(node, graph, producers).map(found -> place.builder().within(node.name(), () -> found.build(node, place)))
                : Optional.empty());
        return joined.matches() == 0 ? joined : Outcome.of(new RemoveUnused().apply(joined.graph()).graph(), joined.matches());
    }

    /// Columns of a product.
    private record Part(String product, Slice columns) {
        static Optional<Part> find(String value, Graph graph, Map<String, Node> producers) {
            Node node = producers.get(value);
            if (node == null || !(node.operation() instanceof Slice slice)) {
                return Optional.empty();
            }
            Shape whole = graph.type(node.inputs().getFirst()).shape();
            return whole.axis(slice.axis()) == whole.rank() - 1 && slice.start().isConstant() && slice.end().isConstant()
                    ? Optional.of(new Part(node.inputs().getFirst(), slice))
                    : Optional.empty();
        }

        Dimension width() {
            return columns.end().minus(columns.start());
        }
    }

    /// Columns and the constant that is added to them, `[rows, columns]`.
    private record Placed(Part part, String table) {
        static Optional<Placed> find(String value, Graph graph, Map<String, Node> producers) {
            Node sum = producers.get(value);
            if (sum == null || !sum.operation().equals(new Binary(BinaryFunction.ADD))) {
                return Optional.empty();
            }
            for (int i = 0; i < 2; i++) {
                String table = sum.inputs().get(1 - i);
                Optional<Part> part = Part.find(sum.inputs().get(i), graph, producers);
                if (part.isPresent() && isTable(table, part.get(), graph)) {
                    return Optional.of(new Placed(part.get(), table));
                }
            }
            return Optional.empty();
        }

        private static boolean isTable(String value, Part part, Graph graph) {
            if (!graph.initializers().containsKey(value)) {
                return false;
            }
            Shape product = graph.type(part.product()).shape();
            return graph.type(value).shape().equals(Shape.of(product.get(-2), part.width()));
        }
    }

    private record Joined(Placed query, Placed key, Part value) {
        static Optional<Joined> find(Node attention, Graph graph, Map<String, Node> producers) {
            return Placed.find(attention.inputs().getFirst(), graph, producers)
                    .flatMap(query -> Placed.find(attention.inputs().get(1), graph, producers)
                            .flatMap(key -> Part.find(attention.inputs().get(2), graph, producers)
                                    .map(value -> new Joined(query, key, value))))
                    .filter(joined -> joined.fits(graph));
        }

        private boolean fits(Graph graph) {
            Part first = query.part();
            Part second = key.part();
            Dimension rows = graph.type(first.product()).shape().get(-2);
            return first.product().equals(second.product()) && first.product().equals(value.product())
                    && first.columns().end().equals(second.columns().start()) && second.columns().end().equals(value.columns().start())
                    && rows.isConstant() && rows.size() <= MOST_ROWS;
        }

        Value build(Node attention, Rewriter.Place place) {
            Value product = place.value(value.product());
            Value added = place.value(query.table());
            Shape zeros = added.shape().with(-1, value.width());
            Value table = Value.concat(-1, List.of(added, place.value(key.table()),
                    place.builder().constant("zeros", zeros(product.type().dataType(), zeros))));
            Dimension start = query.part().columns().start();
            Value all = product.slice(-1, start, value.columns().end()).add(table);
            Dimension keys = query.part().width();
            Dimension values = keys.plus(key.part().width());
            return place.builder().add(attention.operation(), all.slice(-1, Dimension.ZERO, keys), all.slice(-1, keys, values),
                    all.slice(-1, values, values.plus(value.width())));
        }

        private static Tensor zeros(DataType type, Shape shape) {
            float[] zeros = new float[Math.toIntExact(shape.elementCount())];
            return type == DataType.FLOAT16 ? Tensor.ofHalves(shape, zeros) : Tensor.of(shape, zeros);
        }
    }
}
