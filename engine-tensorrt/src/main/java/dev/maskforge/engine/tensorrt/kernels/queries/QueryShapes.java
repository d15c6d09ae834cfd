package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.List;

/// Whether a graph's values lie as the kernel of queries reads them. Passes only gather such; a plan may hold anything.
///
/// Every node gives `[N, R, C]`, of the same N and R, and takes such, or constants: weights, and tables of positions that are added.
final class QueryShapes {
    private final Graph graph;
    private final Dimension pictures;
    private final Dimension rows;

    private QueryShapes(Graph graph) {
        this.graph = graph;
        Shape first = graph.nodes().stream().flatMap(node -> node.outputs().stream()).findFirst().map(this::shape)
                .orElseThrow(() -> QueryFusion.refusal("there is no node"));
        if (first.rank() != 3 || !first.get(1).isConstant()) {
            throw QueryFusion.refusal("its values are " + first + ", not rows of each picture");
        }
        this.pictures = first.get(0);
        this.rows = first.get(1);
    }

    /// How many rows each picture has.
    ///
    /// @throws EngineException if a value lies otherwise than the kernel reads it
    static int rows(Graph graph) {
        QueryShapes shapes = new QueryShapes(graph);
        graph.nodes().forEach(shapes::check);
        return Math.toIntExact(shapes.rows.size());
    }

    private void check(Node node) {
        require(node.outputs().size() == 1 && isRows(node.output()), node, "gives no rows of each picture");
        List<String> inputs = node.inputs();
        switch (node.operation()) {
            case Operation.Linear() -> {
                require(isRows(inputs.getFirst()), node, "takes no rows of each picture");
                require(inputs.stream().skip(1).allMatch(this::isConstant), node, "has weights that are computed");
            }
            case Operation.LayerNormalization _ -> {
                require(isRows(inputs.getFirst()), node, "takes no rows of each picture");
                require(inputs.stream().skip(1).allMatch(this::isConstant), node, "has scales that are computed");
            }
            case Operation.Unary(UnaryFunction function) when function == UnaryFunction.RELU ->
                require(isRows(inputs.getFirst()), node, "takes no rows of each picture");
            case Operation.Binary(BinaryFunction function) when function == BinaryFunction.ADD ->
                require(inputs.stream().allMatch(input -> isLike(input, node.output()) || isTable(input, node.output())), node,
                        "adds what is neither rows nor a table of as many channels");
            case Operation.Slice slice -> {
                require(isRows(inputs.getFirst()) && shape(inputs.getFirst()).axis(slice.axis()) == 2, node, "takes no columns");
                require(slice.start().isConstant() && slice.end().isConstant()
                        && QueryLimits.takesColumns(slice.start().size(), slice.end().size()), node,
                        "takes columns that do not begin at a multiple of 8, or are no multiple of 16");
            }
            case Operation.Attention _ ->
                require(inputs.stream().allMatch(input -> isLike(input, node.output())), node, "is not among the queries");
            default -> throw QueryFusion.refusal("there is nothing for " + node.operation().type() + " '" + node.name() + "'");
        }
    }

    /// `[N, R, C]`
    private boolean isRows(String value) {
        Shape shape = shape(value);
        return shape.rank() == 3 && shape.get(0).equals(pictures) && shape.get(1).equals(rows) && shape.get(2).isConstant()
                && QueryLimits.takesChannels(shape.get(2).size());
    }

    private boolean isLike(String value, String other) {
        return isRows(value) && type(value).equals(type(other));
    }

    /// `[C]`, `[R, C]` or `[1, R, C]`, the same for each picture.
    private boolean isTable(String value, String sum) {
        Dimension channels = shape(sum).get(2);
        Shape whole = new Shape(List.of(Dimension.ONE, rows, channels));
        Shape shape = shape(value);
        return graph.inputs().contains(value) && type(value).dataType() == type(sum).dataType() && shape.rank() > 0 && shape.rank() <= 3
                && shape.dimensions().equals(whole.dimensions().subList(3 - shape.rank(), 3));
    }

    private boolean isConstant(String value) {
        return graph.inputs().contains(value) && shape(value).isConstant() && shape(value).rank() < 3;
    }

    private TensorType type(String value) {
        return graph.type(value);
    }

    private Shape shape(String value) {
        return type(value).shape();
    }

    private static void require(boolean isTaken, Node node, String otherwise) {
        if (!isTaken) {
            throw QueryFusion.refusal(node.operation().type() + " '" + node.name() + "' " + otherwise);
        }
    }
}
