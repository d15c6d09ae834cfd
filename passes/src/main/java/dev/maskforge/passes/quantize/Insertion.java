package dev.maskforge.passes.quantize;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Writes a graph anew, with integers where a selection wants them. Nodes and values keep their names; what is put between
/// them lies in scopes of its own.
final class Insertion {
    private final Selection selection;
    private final Calibration calibration;
    private final Graph graph;
    private final GraphBuilder builder;
    /// What stands for a value of the given graph.
    private final Map<String, Value> values = new HashMap<>();
    /// The same values as integers and back, for those who compute with integers.
    private final Map<String, Value> integers = new HashMap<>();
    /// Those that linear layers give or take as rows, `[N·S, C]`.
    private final Map<String, Value> rows = new HashMap<>();

    Insertion(Selection selection, Calibration calibration) {
        this.selection = selection;
        this.calibration = calibration;
        this.graph = selection.structure().graph();
        this.builder = GraphBuilder.rewriting(graph);
    }

    Graph run() {
        graph.inputs().forEach(name -> values.put(name, builder.value(name)));
        graph.initializers().keySet().forEach(name -> values.put(name, builder.value(name)));
        graph.nodes().forEach(this::write);
        graph.outputs().forEach(name -> builder.output(name, value(name)));
        return builder.build();
    }

    private Value value(String name) {
        Value value = values.get(name);
        if (value == null) {
            throw new UnsupportedOperationException(name.isEmpty()
                    ? "a node leaves out an input in the middle, which passes do not know yet"
                    : "the graph has no value '" + name + "'");
        }
        return value;
    }

    private void write(Node node) {
        if (selection.isLinearLayer(node)) {
            linear(node);
            return;
        }
        List<Value> inputs = selection.isLayer(node) ? ofConvolution(node) : node.inputs().stream().map(this::value).toList();
        List<Value> outputs = builder.copy(node, inputs);
        for (int i = 0; i < outputs.size(); i++) {
            values.put(node.outputs().get(i), outputs.get(i));
        }
        if (node.operation() instanceof Operation.Unary && isBetweenLinearLayers(node)) {
            Value given = rows(node.inputs().getFirst());
            rows.put(node.output(), builder.within(node.name(), () -> builder.add(node.operation(), given)));
        }
        if (selection.givesIntegers(node)) {
            // Whoever takes it takes the integers: they are all that remains once a runtime has put the layer together.
            values.put(node.output(), integers(node.output()));
        }
    }

    private List<Value> ofConvolution(Node node) {
        List<Value> inputs = new ArrayList<>();
        inputs.add(integers(node.inputs().getFirst()));
        QuantizedWeights weights = weights(node);
        builder.within(node.name(), () -> {
            inputs.add(weight(weights));
            if (node.inputs().size() == 3) {
                inputs.add(bias(weights));
            }
            return inputs;
        });
        return inputs;
    }

    /// On rows; back in the given shape for those who want it so.
    private void linear(Node node) {
        Value x = integerRows(node.inputs().getFirst());
        QuantizedWeights weights = weights(node);
        Shape shape = graph.type(node.output()).shape();
        builder.within(node.name(), () -> {
            Value product = builder.add(new Operation.Gemm(), x, weight(weights), bias(weights));
            rows.put(node.output(), product);
            return values.put(node.output(), reshape(product, shape));
        });
    }

    private QuantizedWeights weights(Node node) {
        Tensor weight = selection.structure().constant(node.inputs().get(1)).orElseThrow();
        Optional<Tensor> bias = node.inputs().size() == 3 ? selection.structure().constant(node.inputs().get(2)) : Optional.empty();
        return QuantizedWeights.of(weight, bias, range(node.inputs().getFirst()).step());
    }

    private Value weight(QuantizedWeights weights) {
        return builder.add(new Operation.DequantizeLinear(0), builder.constant("weight", weights.weights()),
                builder.constant("weight_scale", weights.steps()), builder.constant("weight_zero_point", weights.zeros()));
    }

    private Value bias(QuantizedWeights weights) {
        return builder.add(new Operation.DequantizeLinear(0), builder.constant("bias", weights.bias()),
                builder.constant("bias_scale", weights.biasSteps()));
    }

    /// Whether it is the activation of a linear layer on rows, and only linear layers on rows take it.
    private boolean isBetweenLinearLayers(Node node) {
        return rows.containsKey(node.inputs().getFirst()) && !selection.structure().isOutput(node.output())
                && selection.structure().consumers(node.output()).stream().allMatch(selection::isLinearLayer);
    }

    private Value rows(String name) {
        return rows.computeIfAbsent(name, _ -> {
            Value value = value(name);
            return builder.within(name, () -> {
                Dimension channels = value.size(-1);
                Dimension count = new Shape(value.shape().dimensions().subList(0, value.shape().rank() - 1)).elements();
                return reshape(value, Shape.of(count, channels));
            });
        });
    }

    private static Value reshape(Value value, Shape shape) {
        return value.shape().equals(shape) ? value : value.reshape(shape);
    }

    private Value integerRows(String name) {
        Value value = rows(name);
        return integers.computeIfAbsent(name, _ -> integers(name, value));
    }

    private Value integers(String name) {
        Value value = value(name);
        return integers.computeIfAbsent(name, _ -> integers(name, value));
    }

    private Value integers(String name, Value value) {
        Range range = range(name);
        return builder.within(name, () -> {
            Value step = builder.constant("scale", Tensor.scalar(range.step()));
            Value zero = builder.constant("zero_point", Tensor.ofBytes(Shape.of(new long[0]), new byte[]{(byte) range.zeroPoint()}));
            return builder.add(new Operation.DequantizeLinear(1), builder.add(new Operation.QuantizeLinear(1), value, step, zero), step,
                    zero);
        });
    }

    private Range range(String name) {
        return calibration.find(name).orElseThrow(() -> new IllegalStateException("no range of '" + name + "' was measured")).range();
    }
}
