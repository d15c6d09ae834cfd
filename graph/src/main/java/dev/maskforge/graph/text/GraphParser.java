package dev.maskforge.graph.text;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.ShapeInference;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Reads a graph from text.
final class GraphParser {
    private final Cursor cursor;
    private final Optional<GraphText.Constants> lost;
    private final List<String> inputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, TensorType> types = new HashMap<>();
    private final SequencedMap<String, Tensor> constants = new LinkedHashMap<>();
    private final SequencedMap<String, String> metadata = new LinkedHashMap<>();

    /// @param lost gives the elements that the text has lost; else they are invented
    GraphParser(Cursor cursor, Optional<GraphText.Constants> lost) {
        this.cursor = cursor;
        this.lost = lost;
    }

    Graph parse() {
        cursor.expect("(");
        cursor.until(")", this::input);
        cursor.expect("->");
        cursor.expect("(");
        List<String> outputs = cursor.until(")", cursor::name);
        cursor.expect("{");
        while (!cursor.accept("}")) {
            line();
        }
        if (!cursor.isAtEnd()) {
            throw cursor.expected("the end");
        }
        outputs.stream().filter(output -> !types.containsKey(output)).findFirst().ifPresent(output -> {
            throw cursor.wrong("output '" + output + "' is not defined");
        });
        return new Graph(inputs, outputs, nodes, constants, types, metadata);
    }

    private String input() {
        String name = cursor.name();
        cursor.expect(":");
        define(name, cursor.type());
        inputs.add(name);
        return name;
    }

    private void line() {
        int place = cursor.place();
        if (cursor.acceptWord("metadata")) {
            String key = cursor.quoted();
            cursor.expect("=");
            metadata.put(key, cursor.quoted());
            return;
        }
        String first = cursor.optionalName();
        if (cursor.accept(":")) {
            constant(first);
            return;
        }
        List<String> outputs = new ArrayList<>(List.of(first));
        while (cursor.accept(",")) {
            outputs.add(cursor.optionalName());
        }
        cursor.expect("=");
        node(place, outputs);
    }

    private void constant(String name) {
        TensorType type = cursor.type();
        boolean isStated = cursor.accept("=");
        Tensor tensor = isStated && !cursor.isNext("positive")
                ? Literals.parse(type, cursor)
                : withoutElements(name, type, isStated && cursor.acceptWord("positive"));
        define(name, type);
        constants.put(name, tensor);
    }

    private Tensor withoutElements(String name, TensorType type, boolean isPositive) {
        return lost.map(constants -> cursor.read("a constant", () -> constants.of(name, type)))
                .orElseGet(() -> Literals.invent(name, type, isPositive, cursor));
    }

    private void node(int place, List<String> outputs) {
        String name = cursor.name();
        if (cursor.accept(":")) {
            String type = cursor.name();
            Map<String, Attribute> attributes = OperationParser.attributes(cursor);
            List<String> taken = taken();
            cursor.expect(":");
            add(place, new Operation.Foreign(name.equals("ai.onnx") ? "" : name, type, attributes, types()), taken, outputs);
        } else {
            Operation operation = OperationParser.parse(name, cursor);
            add(place, operation, taken(), outputs);
        }
    }

    private List<String> taken() {
        cursor.expect("(");
        return cursor.until(")", () -> cursor.optionalName());
    }

    private List<TensorType> types() {
        List<TensorType> stated = new ArrayList<>();
        do {
            stated.add(cursor.type());
        } while (cursor.accept(","));
        return stated;
    }

    private void add(int place, Operation operation, List<String> taken, List<String> outputs) {
        List<TensorType> inferred = cursor.read(place, "a node",
                () -> ShapeInference.infer(operation, taken.stream().filter(name -> !name.isEmpty()).map(this::type).toList()));
        if (inferred.size() != outputs.size()) {
            throw cursor.wrong(operation.type() + " gives " + inferred.size() + " values, not " + outputs.size());
        }
        for (int i = 0; i < outputs.size(); i++) {
            if (!outputs.get(i).isEmpty()) {
                define(outputs.get(i), inferred.get(i));
            }
        }
        nodes.add(new Node(cursor.acceptWord("as") ? cursor.name() : outputs.getFirst(), operation, taken, outputs));
    }

    private TensorType type(String name) {
        TensorType type = types.get(name);
        if (type == null) {
            throw cursor.wrong("'" + name + "' is not defined before it is taken");
        }
        return type;
    }

    private void define(String name, TensorType type) {
        if (types.putIfAbsent(name, type) != null) {
            throw cursor.wrong("'" + name + "' is defined twice");
        }
    }
}
