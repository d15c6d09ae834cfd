package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// P·Wᵀ + b for a table P `[..., C]` of positions and a weight W `[M, C]`, from the products of what P is made of:
///
/// - Concat of tables, one after another -> Concat of their products
/// - Concat of channels, (A | B) -> A·W_Aᵀ + B·W_Bᵀ with the columns of W that belong to each
/// - A + B -> A·Wᵀ + B·Wᵀ, a B of one row as the bias of A's product
/// - Expand(A) -> A·Wᵀ, expanded by what it is added to
/// - Reshape(A), channels kept -> Reshape(A·Wᵀ)
///
/// So a table of sines, (rows | columns) by pixels, becomes a product with its rows and one with its columns.
final class PositionProduct {
    private final Site site;
    private boolean ofParts = true;

    PositionProduct(Site site) {
        this.site = site;
    }

    /// Whether no product was taken of as many rows as its table has, other than of constants.
    boolean isOfParts() {
        return ofParts;
    }

    /// Whether a table is a single row.
    boolean isRow(String table) {
        Shape shape = site.shape(table);
        return shape.elements().equals(shape.get(-1));
    }

    /// The product of a single row, `[M]`.
    Value row(String table, Value weight, Optional<Value> bias) {
        return of(table, weight, bias).reshape(weight.size(0));
    }

    /// The product of a table, in a shape that broadcasts to `[..., M]`.
    Value of(String table, Value weight, Optional<Value> bias) {
        return of(table, weight, bias, rows(site.shape(table)));
    }

    static Value linear(Value x, Value weight, Optional<Value> bias) {
        Operation linear = new Operation.Linear();
        return bias.map(b -> x.builder().add(linear, x, weight, b)).orElseGet(() -> x.builder().add(linear, x, weight));
    }

    private Value of(String table, Value weight, Optional<Value> bias, Dimension whole) {
        Optional<Node> producer = site.producer(table).filter(node -> node.inputs().stream().allMatch(this::hasChannels));
        if (producer.isEmpty()) {
            return leaf(table, weight, bias, whole);
        }
        Node node = producer.get();
        Shape shape = site.shape(table);
        boolean keepsChannels = node.inputs().stream().allMatch(input -> site.shape(input).get(-1).equals(shape.get(-1)));
        return switch (node.operation()) {
            case Binary(BinaryFunction function) when function == BinaryFunction.ADD && keepsChannels -> sum(node, weight, bias, whole);
            case Operation.Concat(int axis) when shape.axis(axis) < shape.rank() - 1 -> Value.concat(axis,
                    node.inputs().stream().map(input -> expanded(input, weight, bias, rows(site.shape(input)))).toList());
            case Operation.Concat _ -> channels(node, weight, bias, whole);
            case Operation.Expand _ when keepsChannels -> of(node.inputs().getFirst(), weight, bias, whole);
            case Operation.Reshape _ when keepsChannels ->
                expanded(node.inputs().getFirst(), weight, bias, whole).reshape(shape.with(-1, weight.size(0)));
            default -> leaf(table, weight, bias, whole);
        };
    }

    private static Dimension rows(Shape table) {
        return table.dimensions().subList(0, table.rank() - 1).stream().reduce(Dimension.ONE, Dimension::times);
    }

    private boolean hasChannels(String value) {
        return !value.isEmpty() && site.shape(value).rank() > 0;
    }

    private Value leaf(String table, Value weight, Optional<Value> bias, Dimension whole) {
        boolean isWhole = rows(site.shape(table)).equals(whole) && !isRow(table);
        ofParts &= !isWhole || site.constant(table).isPresent();
        return linear(site.value(table), weight, bias);
    }

    private Value expanded(String table, Value weight, Optional<Value> bias, Dimension whole) {
        Shape full = site.shape(table).with(-1, weight.size(0));
        return of(table, weight, bias, whole).expand(full.dimensions().toArray(Dimension[]::new));
    }

    private Value sum(Node node, Value weight, Optional<Value> bias, Dimension whole) {
        String a = node.inputs().get(0);
        String b = node.inputs().get(1);
        if (isRow(b)) {
            return of(a, weight, Optional.of(row(b, weight, bias)), whole);
        }
        if (isRow(a)) {
            return of(b, weight, Optional.of(row(a, weight, bias)), whole);
        }
        return of(a, weight, bias, whole).add(of(b, weight, Optional.empty(), whole));
    }

    private Value channels(Node node, Value weight, Optional<Value> bias, Dimension whole) {
        List<Value> products = new ArrayList<>();
        Dimension start = Dimension.ZERO;
        for (String input : node.inputs()) {
            Dimension end = start.plus(site.shape(input).get(-1));
            products.add(of(input, weight.slice(1, start, end), products.isEmpty() ? bias : Optional.empty(), whole));
            start = end;
        }
        return products.stream().reduce(Value::add).orElseThrow();
    }
}
