package dev.maskforge.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/// Puts a [Graph] together, node after node, inferring types as it goes.
///
/// Nodes are named after the scope they are added in: `backbone.res2.0.conv1/Conv`, and `…/Add`, `…/Add_1` where a scope
/// holds several of a kind.
public final class GraphBuilder {
    private final List<String> inputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final SequencedMap<String, Tensor> initializers = new LinkedHashMap<>();
    private final SequencedMap<String, Value> values = new LinkedHashMap<>();
    private final SequencedMap<String, Value> outputs = new LinkedHashMap<>();
    private final SequencedMap<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Integer> used = new HashMap<>();
    private final Set<String> reserved = new HashSet<>();
    private String scope = "";

    public GraphBuilder() {
    }

    /// A builder for another version of a graph, with the same inputs, constants and metadata. The names of the graph's
    /// nodes and values are left for [#copy(Node, List)].
    public static GraphBuilder rewriting(Graph graph) {
        GraphBuilder builder = new GraphBuilder();
        builder.reserved.addAll(graph.types().keySet());
        graph.nodes().forEach(node -> builder.reserved.add(node.name()));
        graph.inputs().forEach(input -> builder.input(input, graph.type(input)));
        graph.initializers().forEach(builder::initializer);
        builder.metadata.putAll(graph.metadata());
        return builder;
    }

    public Value input(String name, TensorType type) {
        inputs.add(name);
        return define(name, type);
    }

    /// A constant. The name stands for one tensor: to ask for it again gives the same value.
    public Value initializer(String name, Tensor tensor) {
        Tensor present = initializers.get(name);
        if (tensor.equals(present)) {
            return value(name);
        }
        initializers.put(name, tensor);
        return define(name, tensor.type());
    }

    /// A float32 scalar, shared by all who ask for it.
    public Value constant(float scalar) {
        return shared("constant/" + scalar, Tensor.scalar(scalar));
    }

    /// A scalar of a floating-point type, shared by all who ask for it.
    ///
    /// @param dataType float32 or float16
    public Value constant(float scalar, DataType dataType) {
        return switch (dataType) {
            case FLOAT32 -> constant(scalar);
            case FLOAT16 -> shared("constant/" + scalar + "/" + dataType, Tensor.ofHalves(Shape.of(new long[0]), scalar));
            case BFLOAT16, FLOAT64, INT64, INT32, UINT8, INT8, BOOL ->
                throw new IllegalArgumentException("there are no scalars of " + dataType + "; take float32 or float16");
        };
    }

    /// An int64 scalar, shared by all who ask for it.
    public Value constant(long scalar) {
        return shared("constant/" + scalar, Tensor.of(Shape.of(new long[0]), scalar));
    }

    /// A graph from elsewhere may have another value of this name, which then stays what it is.
    private Value shared(String name, Tensor scalar) {
        Tensor present = initializers.get(name);
        if (present == null) {
            return initializer(unique(name), scalar);
        }
        boolean same = present.type().equals(scalar.type()) && present.memory().mismatch(scalar.memory()) < 0;
        return same ? value(name) : initializer(unique(name), scalar);
    }

    /// A constant that belongs to the current scope.
    public Value constant(String name, Tensor tensor) {
        return initializer(unique(scope + "/" + name), tensor);
    }

    /// What a dimension is when the graph runs, as an int64 tensor of shape [1].
    public Value size(Dimension dimension) {
        return dimension.isConstant()
                ? constant("size", Tensor.of(Shape.of(1), dimension.size()))
                : add(new Operation.Sizes(List.of(dimension)));
    }

    /// `[length]`: the numbers 0, 1, 2, ... as int64.
    public Value range(Dimension length) {
        return add(new Operation.Range(length));
    }

    /// Adds a node with one output.
    public Value add(Operation operation, Value... inputs) {
        String name = unique(scope.isEmpty() ? operation.type() : scope + "/" + operation.type());
        return add(new Node(name, operation, Arrays.stream(inputs).map(Value::name).toList(), List.of(name)), List.of(inputs)).getFirst();
    }

    /// Adds a node of another graph under its own name, with inputs of this one.
    public List<Value> copy(Node node, List<Value> inputs) {
        Node copy = new Node(node.name(), node.operation(), inputs.stream().map(Value::name).toList(), node.outputs());
        return add(copy, inputs);
    }

    /// The same, where inputs and outputs may be left out in the middle, as other people's operations may.
    ///
    /// @param values the values of this graph that inputs have become
    /// @return a value for each output; for one that is left out some other
    public List<Value> copy(Node node, Function<String, Value> values) {
        List<Value> inputs = node.inputs().stream().filter(name -> !name.isEmpty()).map(values).toList();
        if (inputs.size() == node.inputs().size() && !node.outputs().contains("")) {
            return copy(node, inputs);
        }
        if (!(node.operation() instanceof Operation.Foreign foreign)) {
            throw new IllegalArgumentException("node '" + node.name() + "' leaves out an input or output that it needs");
        }
        List<String> names = node.inputs().stream().map(name -> name.isEmpty() ? "" : values.apply(name).name()).toList();
        nodes.add(new Node(node.name(), node.operation(), names, node.outputs()));
        List<Value> results = new ArrayList<>();
        for (int i = 0; i < node.outputs().size(); i++) {
            String output = node.outputs().get(i);
            results.add(output.isEmpty() ? new Value(this, "", foreign.outputs().get(i)) : define(output, foreign.outputs().get(i)));
        }
        return results;
    }

    private List<Value> add(Node node, List<Value> inputs) {
        for (Value input : inputs) {
            if (input.builder() != this) {
                throw new IllegalArgumentException("node '" + node.name() + "' takes '" + input.name() + "', a value of another graph");
            }
        }
        List<TensorType> types;
        try {
            types = ShapeInference.infer(node.operation(), inputs.stream().map(Value::type).toList());
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException e) {
            throw new IllegalArgumentException("node '" + node.name() + "': " + e.getMessage(), e);
        }
        nodes.add(node);
        List<Value> results = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            results.add(define(node.outputs().get(i), types.get(i)));
        }
        return results;
    }

    /// Makes a value an output of the graph, known there by this name.
    public void output(String name, Value value) {
        if (outputs.containsKey(name)) {
            throw new IllegalArgumentException("the graph has an output '" + name + "' already");
        }
        if (inputs.contains(value.name()) || initializers.containsKey(value.name()) || outputs.containsValue(value)) {
            throw new IllegalArgumentException(
                    "output '" + name + "' must be a node's own: '" + value.name() + "' is an input, a constant or another output");
        }
        if (value.builder() != this) {
            throw new IllegalArgumentException("output '" + name + "' is a value of another graph, '" + value.name() + "'");
        }
        Value namesake = values.get(name);
        if (namesake != null && namesake != value) {
            throw new IllegalArgumentException("output '" + name + "' has the name of another value");
        }
        outputs.put(name, value);
        reserved.add(name);
    }

    public void metadata(String key, String text) {
        metadata.put(key, text);
    }

    /// A value by its name.
    ///
    /// @throws IllegalArgumentException if there is none yet
    public Value value(String name) {
        Value value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the graph has no value '" + name + "'");
        }
        return value;
    }

    public String scope() {
        return scope;
    }

    /// Adds nodes within a scope of this full name, and returns to the present one.
    public <T> T within(String scope, Supplier<T> nodes) {
        String outer = this.scope;
        this.scope = scope;
        try {
            return nodes.get();
        } finally {
            this.scope = outer;
        }
    }

    /// The graph so far. Constants that nothing uses stay out.
    public Graph build() {
        Map<String, String> names = new HashMap<>();
        outputs.forEach((name, value) -> names.put(value.name(), name));
        List<Node> renamed = nodes.stream()
                .map(node -> new Node(node.name(), node.operation(), rename(node.inputs(), names), rename(node.outputs(), names))).toList();
        Set<String> taken = new HashSet<>();
        renamed.forEach(node -> taken.addAll(node.inputs()));
        SequencedMap<String, Tensor> kept = new LinkedHashMap<>();
        Map<String, TensorType> types = new HashMap<>();
        values.forEach((name, value) -> {
            if (!initializers.containsKey(name) || taken.contains(name)) {
                types.put(names.getOrDefault(name, name), value.type());
            }
        });
        initializers.forEach((name, tensor) -> {
            if (taken.contains(name)) {
                kept.put(name, tensor);
            }
        });
        return new Graph(inputs, List.copyOf(outputs.keySet()), renamed, kept, types, metadata);
    }

    private static List<String> rename(List<String> values, Map<String, String> names) {
        return values.stream().map(value -> names.getOrDefault(value, value)).toList();
    }

    private Value define(String name, TensorType type) {
        Value value = new Value(this, name, type);
        if (values.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("the graph has two values '" + name + "'");
        }
        return value;
    }

    private String unique(String wanted) {
        String name = wanted;
        do {
            int count = used.merge(wanted, 1, Integer::sum);
            name = count == 1 ? wanted : wanted + "_" + (count - 1);
        } while (reserved.contains(name) || values.containsKey(name));
        return name;
    }
}
