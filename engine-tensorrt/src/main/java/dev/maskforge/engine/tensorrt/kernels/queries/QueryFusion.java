package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Factors;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Operand;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Nodes that compute with queries -> steps: a product takes the Relu and the sums behind it along, two products with a Relu
/// between them are a feed-forward network if there are more channels inside, and columns of a product are where the product lies.
final class QueryFusion {
    private final Graph graph;
    private final int width;
    private final Map<String, List<Node>> takers = new HashMap<>();
    private final Set<Node> taken = new HashSet<>();
    private final Map<String, Operand> columns = new HashMap<>();
    private final List<QueryStep> steps = new ArrayList<>();

    private QueryFusion(Graph graph) {
        this.graph = graph;
        this.width = graph.nodes().stream().filter(node -> node.operation() instanceof Operation.Linear).findFirst()
                .map(node -> size(node.inputs().get(1), 1)).orElseThrow(() -> refusal("there is no product"));
        graph.nodes().forEach(node -> node.inputs().stream().distinct()
                .forEach(input -> takers.computeIfAbsent(input, _ -> new ArrayList<>()).add(node)));
    }

    /// The steps of a graph.
    ///
    /// @param width   channels of a query
    /// @param steps   in the order of the nodes that they begin with
    /// @param columns values that are columns of others, and where
    record Fused(int width, List<QueryStep> steps, Map<String, Operand> columns) {}

    /// The steps of a graph.
    ///
    /// @throws EngineException if the kernel does not take a node
    static Fused of(Graph graph) {
        QueryFusion fusion = new QueryFusion(graph);
        if (!QueryLimits.takesWidth(fusion.width)) {
            throw refusal("queries have " + fusion.width + " channels");
        }
        graph.nodes().forEach(fusion::add);
        for (String output : graph.outputs()) {
            if (fusion.columns.containsKey(output)) {
                throw refusal("'" + output + "' is asked for, which is columns of another value");
            }
        }
        return new Fused(fusion.width, List.copyOf(fusion.steps), Map.copyOf(fusion.columns));
    }

    static EngineException refusal(String why) {
        return new EngineException("the kernel of queries does not take this graph: " + why + QueryProgram.CURE);
    }

    private void add(Node node) {
        if (!taken.add(node)) {
            return;
        }
        switch (node.operation()) {
            case Operation.Linear() -> addProduct(node);
            case Operation.LayerNormalization(float epsilon) -> {
                List<String> inputs = node.inputs();
                require(size(node.output(), -1) == width, node);
                steps.add(new QueryStep.Normalisation(rows(inputs.getFirst(), node), Operand.constant(inputs.get(1)),
                        Operand.constant(inputs.get(2)), epsilon, node.output()));
            }
            case Operation.Slice slice -> {
                Operand whole = operand(node.inputs().getFirst());
                columns.put(node.output(), new Operand(whole.value(), Math.toIntExact(whole.offset() + slice.start().size()), whole.row(),
                        whole.ofPicture()));
            }
            case Operation.Attention(int heads) -> {
                require(size(node.output(), -1) == width && node.inputs().size() == 3, node);
                List<String> inputs = node.inputs();
                steps.add(new QueryStep.Attention(inputs.getFirst(), inputs.get(1), inputs.get(2), heads, node.output()));
            }
            default -> throw refusal("there is no product that could take along " + node.operation().type() + " '" + node.name() + "'");
        }
    }

    private void addProduct(Node up) {
        Optional<QueryStep> network = feedForward(up);
        if (network.isPresent()) {
            steps.add(network.get());
            return;
        }
        int outputs = size(up.inputs().get(1), 0);
        require(size(up.inputs().get(1), 1) == width, up);
        List<Node> users = takers.getOrDefault(up.output(), List.of());
        boolean isApart = !graph.outputs().contains(up.output()) && !users.isEmpty()
                && users.stream().allMatch(user -> user.operation() instanceof Operation.Slice)
                && users.stream().anyMatch(user -> only(user.output()).filter(this::isTakenAlong).isPresent());
        if (!isApart) {
            addProduct(up, 0, outputs, up.output());
            return;
        }
        for (Node user : users) {
            Operation.Slice slice = (Operation.Slice) user.operation();
            taken.add(user);
            int start = Math.toIntExact(slice.start().size());
            addProduct(up, start, Math.toIntExact(slice.end().size()) - start, user.output());
        }
    }

    private boolean isTakenAlong(Node node) {
        return node.operation().equals(new Operation.Unary(UnaryFunction.RELU))
                || node.operation().equals(new Operation.Binary(BinaryFunction.ADD));
    }

    /// Rows of a product's weight, with what follows.
    private void addProduct(Node product, int start, int outputs, String name) {
        if (!QueryLimits.takesOutputs(outputs)) {
            throw refusal("product '" + product.name() + "' gives " + outputs + " channels");
        }
        List<String> inputs = product.inputs();
        Factors factors = new Factors(new Operand(inputs.get(1), Math.multiplyExact(start, width), width, false),
                inputs.size() < 3 ? Optional.empty() : Optional.of(new Operand(inputs.get(2), start, 0, false)), outputs);
        boolean positive = false;
        Optional<Operand> table = Optional.empty();
        Optional<String> residual = Optional.empty();
        String value = name;
        for (Optional<Node> next = only(value); next.isPresent(); next = only(value)) {
            Node node = next.get();
            if (node.operation().equals(new Operation.Unary(UnaryFunction.RELU)) && !positive && table.isEmpty() && residual.isEmpty()) {
                positive = true;
            } else if (node.operation().equals(new Operation.Binary(BinaryFunction.ADD)) && !taken.contains(node)) {
                String other = other(node, value);
                if (graph.type(other).shape().rank() < 3 && table.isEmpty()) {
                    table = Optional.of(operand(other));
                } else if (graph.type(other).shape().rank() == 3 && residual.isEmpty() && outputs == width && !other.equals(value)) {
                    residual = Optional.of(other);
                } else {
                    break;
                }
            } else {
                break;
            }
            taken.add(node);
            value = node.output();
        }
        steps.add(new QueryStep.Product(rows(inputs.getFirst(), product), factors, positive, table, residual, value));
    }

    private Optional<QueryStep> feedForward(Node up) {
        int hidden = size(up.inputs().get(1), 0);
        if (hidden == width || !QueryLimits.takesHidden(hidden) || size(up.inputs().get(1), 1) != width || up.inputs().size() < 3) {
            return Optional.empty();
        }
        Optional<Node> relu = only(up.output()).filter(node -> node.operation().equals(new Operation.Unary(UnaryFunction.RELU)));
        Optional<Node> down = relu.flatMap(node -> only(node.output())).filter(node -> node.operation() instanceof Operation.Linear
                && size(node.inputs().get(1), 0) == width && node.inputs().size() == 3);
        if (relu.isEmpty() || down.isEmpty()) {
            return Optional.empty();
        }
        String input = rows(up.inputs().getFirst(), up);
        Optional<Node> sum = only(down.get().output()).filter(node -> node.operation().equals(new Operation.Binary(BinaryFunction.ADD))
                && other(node, down.get().output()).equals(input));
        taken.addAll(List.of(relu.get(), down.get()));
        sum.ifPresent(taken::add);
        return Optional.of(new QueryStep.FeedForward(input, factors(up), factors(down.get()), sum.isPresent(),
                sum.orElse(down.get()).output()));
    }

    private Factors factors(Node product) {
        List<String> inputs = product.inputs();
        return new Factors(new Operand(inputs.get(1), 0, size(inputs.get(1), 1), false), Optional.of(Operand.constant(inputs.get(2))),
                size(inputs.get(1), 0));
    }

    /// What alone takes a value, which is not asked for.
    private Optional<Node> only(String value) {
        List<Node> all = takers.getOrDefault(value, List.of());
        return all.size() == 1 && !graph.outputs().contains(value) ? Optional.of(all.getFirst()) : Optional.empty();
    }

    private static String other(Node sum, String value) {
        return sum.inputs().getFirst().equals(value) ? sum.inputs().get(1) : sum.inputs().getFirst();
    }

    /// The value, if its rows fit into a buffer.
    private String rows(String value, Node node) {
        require(size(value, -1) == width, node);
        return value;
    }

    /// Where a value or a constant lies.
    private Operand operand(String value) {
        Operand part = columns.get(value);
        return part == null ? operand(graph, value) : part;
    }

    /// A constant of one row is the same for all rows; one of a picture is the same for all pictures.
    static Operand operand(Graph graph, String value) {
        Shape shape = graph.type(value).shape();
        boolean ofPicture = shape.rank() == 3 && !(shape.get(0).isConstant() && shape.get(0).size() == 1);
        return new Operand(value, 0, shape.rank() == 1 ? 0 : Math.toIntExact(shape.get(-1).size()), ofPicture);
    }

    private int size(String value, int axis) {
        return Math.toIntExact(graph.type(value).shape().get(axis).size());
    }

    private static void require(boolean isTaken, Node node) {
        if (!isTaken) {
            throw refusal(node.operation().type() + " '" + node.name() + "' has other channels than the queries");
        }
    }
}
