package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Linear;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Linear(x + P, W, b) -> Linear(x, W, b) + P·Wᵀ, where P follows from sizes alone.
///
/// The product of the positions is taken of their parts ([PositionProduct]): of a table of rows and a table of columns, which
/// are added by broadcasting, so that no product with a whole map is left even where the size is free. A P of one row goes
/// into b. Then what was multiplied with and without positions has one input, and one product can do both
/// ([MergeProducts]).
///
/// Exact but for rounding: a product is linear, and each is rounded before the sum instead of after it.
public final class SeparatePositions implements Pass {
    @Override
    public String name() {
        return "separate positions from products";
    }

    @Override
    public Outcome apply(Graph graph) {
        return Rule.apply(graph, SeparatePositions::at);
    }

    private static Verdict at(Node node, Site site) {
        if (!(node.operation() instanceof Linear())) {
            return Verdict.keep();
        }
        String x = node.inputs().getFirst();
        List<String> tables = new ArrayList<>();
        for (Optional<Summand> next = summand(x, site); next.isPresent(); next = summand(x, site)) {
            if (!site.shape(next.get().rest()).equals(site.shape(x))) {
                return Verdict.refuse("the positions make more of what they are added to");
            }
            tables.add(next.get().table());
            x = next.get().rest();
        }
        if (tables.isEmpty()) {
            return Verdict.keep();
        }
        PositionProduct positions = new PositionProduct(site);
        Value weight = site.value(node.inputs().get(1));
        Optional<Value> bias = node.inputs().size() == 3 ? Optional.of(site.value(node.inputs().get(2))) : Optional.empty();
        for (String table : tables) {
            bias = positions.isRow(table) ? Optional.of(positions.row(table, weight, bias)) : bias;
        }
        Value product = PositionProduct.linear(site.value(x), weight, bias);
        for (String table : tables) {
            product = positions.isRow(table) ? product : product.add(positions.of(table, weight, Optional.empty()));
        }
        return positions.isOfParts() ? Verdict.replace(product) : Verdict.refuse("the positions are not made of rows and columns");
    }

    /// What follows from sizes in a sum, and what does not.
    private record Summand(String table, String rest) {}

    private static Optional<Summand> summand(String value, Site site) {
        Operation add = new Binary(BinaryFunction.ADD);
        return site.producer(value, Binary.class).filter(node -> node.operation().equals(add)).flatMap(node -> {
            String a = node.inputs().get(0);
            String b = node.inputs().get(1);
            if (site.isOfSizes(a) == site.isOfSizes(b)) {
                return Optional.empty();
            }
            return Optional.of(site.isOfSizes(a) ? new Summand(a, b) : new Summand(b, a));
        });
    }
}
