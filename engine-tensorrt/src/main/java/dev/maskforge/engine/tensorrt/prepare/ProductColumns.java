package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Slice;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;

/// Columns of a product `[..., rows, columns]` from start (inclusive) to end (exclusive), as a slice of a graph takes them.
///
/// @param product the value that they are of
record ProductColumns(String product, Dimension start, Dimension end) {
    /// What a value is, if it is columns of another.
    ///
    /// @param producers the node of each value that a node gives
    static Optional<ProductColumns> find(String value, Graph graph, Map<String, Node> producers) {
        Node node = producers.get(value);
        if (node == null || !(node.operation() instanceof Slice slice)) {
            return Optional.empty();
        }
        String product = node.inputs().getFirst();
        Shape whole = graph.type(product).shape();
        return whole.rank() > 1 && whole.axis(slice.axis()) == whole.rank() - 1
                ? Optional.of(new ProductColumns(product, slice.start(), slice.end()))
                : Optional.empty();
    }

    Dimension width() {
        return end.minus(start);
    }

    /// Columns of a product; if they are all of them, the product.
    static Value of(Value product, Dimension start, Dimension end) {
        boolean areAll = start.equals(Dimension.ZERO) && end.equals(product.shape().get(-1));
        return areAll ? product : product.slice(-1, start, end);
    }

    /// Whether others begin where these end, in the same product.
    boolean areFollowedBy(ProductColumns next) {
        return product.equals(next.product) && end.equals(next.start);
    }

    /// Columns and the table that is added to them.
    ///
    /// @param table the value that is added
    record WithTable(ProductColumns columns, String table) {
        /// What a value is, if it is such a sum.
        ///
        /// @param isTable whether a value is a table that may be added to those columns
        static Optional<WithTable> find(String value, Graph graph, Map<String, Node> producers,
                BiPredicate<ProductColumns, String> isTable) {
            Node sum = producers.get(value);
            if (sum == null || !sum.operation().equals(new Binary(BinaryFunction.ADD))) {
                return Optional.empty();
            }
            return of(sum.inputs().getFirst(), sum.inputs().getLast(), graph, producers, isTable)
                    .or(() -> of(sum.inputs().getLast(), sum.inputs().getFirst(), graph, producers, isTable));
        }

        private static Optional<WithTable> of(String value, String table, Graph graph, Map<String, Node> producers,
                BiPredicate<ProductColumns, String> isTable) {
            return ProductColumns.find(value, graph, producers).filter(columns -> isTable.test(columns, table))
                    .map(columns -> new WithTable(columns, table));
        }
    }
}
