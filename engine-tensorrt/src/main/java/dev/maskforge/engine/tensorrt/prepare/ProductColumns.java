package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Slice;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import java.util.Optional;
import java.util.function.BiPredicate;

/// Columns of a product `[..., rows, columns]` from start (inclusive) to end (exclusive), as a slice of a graph takes them.
///
/// @param product the value that they are of
record ProductColumns(String product, Dimension start, Dimension end) {
    /// What a value is, if it is columns of another.
    static Optional<ProductColumns> find(String value, Graph graph, Neighbours neighbours) {
        return neighbours.giver(value).flatMap(node -> {
            String product = node.inputs().getFirst();
            return node.operation() instanceof Slice slice && isLast(slice.axis(), graph.type(product).shape())
                    ? Optional.of(new ProductColumns(product, slice.start(), slice.end()))
                    : Optional.empty();
        });
    }

    private static boolean isLast(int axis, Shape whole) {
        return whole.rank() > 1 && whole.axis(axis) == whole.rank() - 1;
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
        static Optional<WithTable> find(String value, Graph graph, Neighbours neighbours,
                BiPredicate<ProductColumns, String> isTable) {
            return neighbours.giver(value).filter(node -> node.operation().equals(new Binary(BinaryFunction.ADD)))
                    .flatMap(sum -> of(sum.inputs().getFirst(), sum.inputs().getLast(), graph, neighbours, isTable)
                            .or(() -> of(sum.inputs().getLast(), sum.inputs().getFirst(), graph, neighbours, isTable)));
        }

        private static Optional<WithTable> of(String value, String table, Graph graph, Neighbours neighbours,
                BiPredicate<ProductColumns, String> isTable) {
            return ProductColumns.find(value, graph, neighbours).filter(columns -> isTable.test(columns, table))
                    .map(columns -> new WithTable(columns, table));
        }
    }
}
