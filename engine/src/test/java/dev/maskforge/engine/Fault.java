package dev.maskforge.engine;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Ways in which engines are known to be wrong without a word, each made on purpose in a graph.
public enum Fault {
    NONE,
    /// Sampling coordinates in half precision. On small maps that does no harm; so they are rounded as on maps of sixteen
    /// times the size, by up to 0.06 pixels on one of 256.
    HALF_COORDINATES,
    /// The nearest pixel in place of four, as an importer does that does not know opset 20's "linear".
    NEAREST_SAMPLE,
    /// Each level of deformable attention begins some tokens early.
    WRONG_LEVEL_START,
    /// All pictures of a batch are taken for the first.
    WRONG_BATCH,
    /// The first class wins everywhere.
    ONE_CLASS,
    /// Not a number.
    NOT_A_NUMBER;

    private static final int TOKENS_EARLY = 3;
    private static final float CERTAIN = 50;
    private static final float SIZES = 16;

    /// Whether it is made in operations that there are only in a lowered graph; others are made in any.
    public boolean isOfLoweredOperations() {
        return this == HALF_COORDINATES || this == NEAREST_SAMPLE || this == WRONG_LEVEL_START;
    }

    /// The graph with the fault in it.
    ///
    /// @param classLogits the name of the value with class logits
    public Graph in(Graph graph, String classLogits) {
        if (this == NONE) {
            return graph;
        }
        GraphBuilder builder = GraphBuilder.rewriting(graph);
        Map<String, Value> values = new HashMap<>();
        graph.inputs().forEach(name -> values.put(name, this == WRONG_BATCH ? firstAlone(builder.value(name)) : builder.value(name)));
        graph.initializers().keySet().forEach(name -> values.put(name, builder.value(name)));
        for (Node node : graph.nodes()) {
            List<Value> inputs = node.inputs().stream().map(name -> value(values, name)).toList();
            List<Value> outputs = builder.copy(moved(leaving(node, classLogits)), inputs(node, inputs));
            for (int i = 0; i < outputs.size(); i++) {
                String name = node.outputs().get(i);
                values.put(name, name.equals(classLogits) ? logits(outputs.get(i)) : outputs.get(i));
            }
        }
        graph.outputs().forEach(name -> builder.output(name, value(values, name)));
        return builder.build();
    }

    /// The node with another name for what it gives, so that the name is left for what is made of it.
    private static Node leaving(Node node, String name) {
        return new Node(node.name(), node.operation(), node.inputs(),
                node.outputs().stream().map(output -> output.equals(name) ? name + "/right" : output).toList());
    }

    private static Value value(Map<String, Value> values, String name) {
        return Optional.ofNullable(values.get(name)).orElseThrow();
    }

    private static Value firstAlone(Value pictures) {
        return pictures.slice(0, 0, 1).expand(pictures.shape().dimensions().toArray(Dimension[]::new));
    }

    private List<Value> inputs(Node node, List<Value> inputs) {
        if (!(node.operation() instanceof Operation.GridSample)) {
            return inputs;
        }
        return switch (this) {
            case HALF_COORDINATES ->
                List.of(inputs.getFirst(), inputs.get(1).add(SIZES).cast(DataType.FLOAT16).cast(DataType.FLOAT32).subtract(SIZES));
            case NEAREST_SAMPLE -> List.of(inputs.getFirst(), nearest(inputs.get(1), inputs.getFirst()));
            default -> inputs;
        };
    }

    /// The centres of the pixels in which samples lie: `x = floor((g + 1)/2·size)`, `g' = 2·(x + 1/2)/size - 1`.
    private static Value nearest(Value grid, Value map) {
        GraphBuilder builder = grid.builder();
        Value size = Value.concat(0, List.of(builder.size(map.size(3)), builder.size(map.size(2)))).cast(DataType.FLOAT32);
        return grid.add(1).multiply(0.5f).multiply(size).floor().add(0.5f).divide(size).multiply(2).subtract(1);
    }

    private Node moved(Node node) {
        if (this == WRONG_LEVEL_START && node.name().contains("DeformableAttention")
                && node.operation() instanceof Operation.Slice(int axis, Dimension start, Dimension end) && axis == 1
                && !start.equals(Dimension.ZERO)) {
            return new Node(node.name(), new Operation.Slice(axis, start.plus(-TOKENS_EARLY), end.plus(-TOKENS_EARLY)), node.inputs(),
                    node.outputs());
        }
        return node;
    }

    private Value logits(Value logits) {
        return switch (this) {
            case ONE_CLASS -> {
                float[] bias = new float[Math.toIntExact(logits.size(2).size())];
                bias[0] = CERTAIN;
                yield logits.add(logits.builder().initializer("fault.bias", Tensor.of(Shape.of(bias.length), bias)));
            }
            case NOT_A_NUMBER -> logits.multiply(Float.NaN);
            default -> logits;
        };
    }
}
