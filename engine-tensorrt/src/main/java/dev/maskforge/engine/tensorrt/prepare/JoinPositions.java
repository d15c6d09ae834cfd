package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.tensorrt.prepare.ProductColumns.WithTable;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Attention;
import dev.maskforge.graph.Operation.Concat;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.Rewriter;
import java.util.List;
import java.util.Objects;
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
        Neighbours neighbours = Neighbours.of(graph);
        Outcome joined = Rewriter.rewrite(graph, (node, _, place) -> node.operation() instanceof Attention && node.inputs().size() == 3
                ? Joined.find(node, graph, neighbours)
                        .map(found -> place.builder().within(node.name(), () -> found.build(node, graph, place)))
                : Optional.empty());
        return joined.matches() == 0 ? joined : Outcome.of(new RemoveUnused().apply(joined.graph()).graph(), joined.matches());
    }

    private record Joined(WithTable query, WithTable key, ProductColumns value) {
        static Optional<Joined> find(Node attention, Graph graph, Neighbours neighbours) {
            return placed(attention.inputs().getFirst(), graph, neighbours)
                    .flatMap(query -> placed(attention.inputs().get(1), graph, neighbours)
                            .flatMap(key -> ProductColumns.find(attention.inputs().get(2), graph, neighbours)
                                    .map(value -> new Joined(query, key, value))))
                    .filter(joined -> joined.fits(graph));
        }

        private static Optional<WithTable> placed(String value, Graph graph, Neighbours neighbours) {
            return WithTable.find(value, graph, neighbours, (columns, table) -> isTable(columns, table, graph));
        }

        /// Whether it is a constant with a row for each of the product's.
        private static boolean isTable(ProductColumns columns, String table, Graph graph) {
            Dimension rows = graph.type(columns.product()).shape().get(-2);
            return graph.initializers().containsKey(table) && graph.type(table).shape().equals(Shape.of(rows, columns.width()));
        }

        private boolean fits(Graph graph) {
            Dimension rows = graph.type(value.product()).shape().get(-2);
            return query.columns().areFollowedBy(key.columns()) && key.columns().areFollowedBy(value) && value.width().isConstant()
                    && rows.isConstant() && rows.size() <= MOST_ROWS;
        }

        Value build(Node attention, Graph graph, Rewriter.Place place) {
            Value product = place.value(value.product());
            Tensor added = constant(query.table(), graph);
            Tensor zeros = zeros(added.type().dataType(), added.shape().with(-1, value.width()));
            Value table = place.builder().constant("positions",
                    Interpreter.evaluate(new Concat(-1), List.of(added, constant(key.table(), graph), zeros)));
            Value all = ProductColumns.of(product, query.columns().start(), value.end()).add(table);
            Dimension keys = query.columns().width();
            Dimension values = keys.plus(key.columns().width());
            return place.builder().add(attention.operation(), all.slice(-1, Dimension.ZERO, keys), all.slice(-1, keys, values),
                    all.slice(-1, values, values.plus(value.width())));
        }

        private static Tensor constant(String table, Graph graph) {
            return Objects.requireNonNull(graph.initializers().get(table));
        }

        private static Tensor zeros(DataType type, Shape shape) {
            float[] zeros = new float[Math.toIntExact(shape.elementCount())];
            return type == DataType.FLOAT16 ? Tensor.ofHalves(shape, zeros) : Tensor.of(shape, zeros);
        }
    }
}
