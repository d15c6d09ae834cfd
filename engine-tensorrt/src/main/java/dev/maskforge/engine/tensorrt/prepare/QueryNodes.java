package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.tensorrt.kernels.queries.QueryLimits;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The nodes of a graph that compute with queries: those that attend to each other, and what is done to them before and after
/// that a kernel of ours does too.
///
/// Queries are known by attention among themselves. From there on, what takes or gives values of as many rows belongs to
/// them: products with constant weights, sums, Relu, normalisation, columns. What queries look at a picture's pixels with does not,
/// even where there are as many pixels as queries: attention is among queries only if its queries, keys and values are made of one
/// value. Pixels that attend to each other are queries here, if there are so few.
final class QueryNodes {
    private final Graph graph;
    private final DataType type;
    private final Neighbours neighbours;
    private final Set<String> ofInputs;

    private QueryNodes(Graph graph, DataType type, Neighbours neighbours, Set<String> ofInputs) {
        this.graph = graph;
        this.type = type;
        this.neighbours = neighbours;
        this.ofInputs = ofInputs;
    }

    /// Those nodes.
    ///
    /// @param type of all values that they take and give
    static Set<Node> of(Graph graph, DataType type, Neighbours neighbours) {
        QueryNodes queries = new QueryNodes(graph, type, neighbours, Neighbours.ofInputs(graph));
        List<Node> seeds = graph.nodes().stream().filter(node -> node.operation() instanceof Operation.Attention && queries.fits(node))
                .toList();
        return neighbours.reached(seeds, (_, next) -> queries.fits(next));
    }

    /// What follows from constants alone is folded, or computed once a segment.
    private boolean fits(Node node) {
        if (node.outputs().size() != 1 || !ofInputs.contains(node.output()) || !isRows(node.output())) {
            return false;
        }
        return switch (node.operation()) {
            case Operation.Linear() -> isRows(node.inputs().getFirst()) && hasConstants(node) && isProduct(node);
            case Operation.Binary(BinaryFunction function) when function == BinaryFunction.ADD -> isSum(node);
            case Operation.Unary(UnaryFunction function) when function == UnaryFunction.RELU -> isRows(node.inputs().getFirst())
                    && QueryLimits.takesRelu(channels(node.output()));
            case Operation.LayerNormalization _ -> isRows(node.inputs().getFirst()) && hasConstants(node)
                    && QueryLimits.takesWidth(channels(node.output()));
            case Operation.Slice columns -> isRows(node.inputs().getFirst()) && areColumns(columns, shape(node.inputs().getFirst()));
            case Operation.Attention(int heads) -> isAmongQueries(node) && QueryLimits.takesAttention(channels(node.output()), heads);
            default -> false;
        };
    }

    /// Whether a value is `[N, R, C]`, computed, and of a size that the kernel takes.
    private boolean isRows(String value) {
        if (value.isEmpty() || graph.initializers().containsKey(value)) {
            return false;
        }
        TensorType rows = graph.type(value);
        Shape shape = rows.shape();
        return rows.dataType() == type && shape.rank() == 3 && shape.get(1).isConstant() && QueryLimits.takesRows(shape.get(1).size())
                && shape.get(2).isConstant() && QueryLimits.takesChannels(shape.get(2).size());
    }

    /// Whether all inputs but the first are constants of the one type.
    private boolean hasConstants(Node node) {
        return node.inputs().stream().skip(1)
                .allMatch(name -> graph.initializers().containsKey(name) && graph.type(name).dataType() == type);
    }

    private boolean isProduct(Node product) {
        Shape weight = shape(product.inputs().get(1));
        return QueryLimits.takesProduct(weight.get(0).size(), weight.get(1).size(), product.inputs().size() == 3);
    }

    /// Whether a node adds two values of the sum's own type, or a constant `[C]`, `[R, C]` or `[1, R, C]` to one. What has the rank of
    /// values lies as a query does.
    private boolean isSum(Node sum) {
        TensorType whole = graph.type(sum.output());
        List<String> computed = sum.inputs().stream().filter(name -> !graph.initializers().containsKey(name)).toList();
        List<String> tables = sum.inputs().stream().filter(graph.initializers()::containsKey).toList();
        boolean isNarrow = tables.stream().anyMatch(name -> graph.type(name).shape().rank() < whole.shape().rank());
        return !computed.isEmpty() && computed.stream().allMatch(name -> graph.type(name).equals(whole))
                && computed.stream().distinct().count() == computed.size()
                && tables.stream().allMatch(name -> isTable(graph.type(name), whole))
                && (isNarrow ? QueryLimits.takesOutputs(channels(sum.output())) : QueryLimits.takesWidth(channels(sum.output())));
    }

    private static boolean isTable(TensorType constant, TensorType whole) {
        Shape rows = Shape.of(1, whole.shape().get(1).size(), whole.shape().get(2).size());
        Shape shape = constant.shape();
        int missing = rows.rank() - shape.rank();
        return constant.dataType() == whole.dataType() && missing >= 0 && missing < rows.rank()
                && shape.dimensions().equals(rows.dimensions().subList(missing, rows.rank()));
    }

    private static boolean areColumns(Operation.Slice slice, Shape whole) {
        return whole.axis(slice.axis()) == whole.rank() - 1 && slice.start().isConstant() && slice.end().isConstant()
                && QueryLimits.takesColumns(slice.start().size(), slice.end().size());
    }

    private boolean isAmongQueries(Node attention) {
        List<String> inputs = attention.inputs();
        TensorType whole = graph.type(attention.output());
        return inputs.size() == 3 && inputs.stream().allMatch(name -> isRows(name) && graph.type(name).equals(whole))
                && inputs.stream().map(this::origin).distinct().count() == 1;
    }

    /// What a value is made of by products, columns and sums with what does not follow from the graph's inputs.
    private String origin(String value) {
        String origin = value;
        Optional<String> before = before(origin);
        while (before.isPresent()) {
            origin = before.get();
            before = before(origin);
        }
        return origin;
    }

    private Optional<String> before(String value) {
        return neighbours.giver(value).flatMap(node -> switch (node.operation()) {
            case Operation.Linear(),Operation.Slice _ -> Optional.of(node.inputs().getFirst());
            case Operation.Binary(BinaryFunction function) when function == BinaryFunction.ADD -> {
                List<String> computed = node.inputs().stream().filter(ofInputs::contains).toList();
                yield computed.size() == 1 ? Optional.of(computed.getFirst()) : Optional.empty();
            }
            default -> Optional.empty();
        });
    }

    private Shape shape(String value) {
        return graph.type(value).shape();
    }

    private long channels(String value) {
        return shape(value).get(-1).size();
    }
}
