package dev.maskforge.graph.text;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Operation.FusedConv.Activation;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Operation.Resize.Mode;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads an operation's name and parameters, the inverse of [OperationPrinter].
final class OperationParser {
    /// The operations without parameters, and for reductions the function.
    private static final Map<String, Operation> PLAIN = Stream
            .of(Arrays.stream(UnaryFunction.values()).map(Operation.Unary::new),
                    Arrays.stream(BinaryFunction.values()).map(Operation.Binary::new),
                    Stream.of(new Operation.Where(), new Operation.MatMul(), new Operation.Gemm(), new Operation.GridSample(),
                            new Operation.Linear(), new Operation.FeedForward()))
            .flatMap(operations -> operations).collect(Collectors.toUnmodifiableMap(Operation::type, Function.identity()));
    private static final Map<String, Reduction> REDUCTIONS = Arrays.stream(Reduction.values())
            .collect(
                    Collectors.toUnmodifiableMap(function -> new Operation.Reduce(function, List.of(), false).type(), Function.identity()));

    private final Cursor cursor;
    private final Map<String, Object> parameters = new HashMap<>();
    private final Set<String> asked = new HashSet<>();

    private OperationParser(Cursor cursor) {
        this.cursor = cursor;
    }

    /// The operation of this name, whose parameters come next.
    static Operation parse(String name, Cursor cursor) {
        OperationParser parser = new OperationParser(cursor);
        if (cursor.accept("{")) {
            cursor.until("}", () -> parser.parameter(name));
        }
        return parser.operation(name);
    }

    /// A foreign operation's attributes, if any come next.
    static Map<String, Attribute> attributes(Cursor cursor) {
        Map<String, Attribute> attributes = new HashMap<>();
        if (cursor.accept("{")) {
            cursor.until("}", () -> {
                String name = cursor.name();
                cursor.expect("=");
                return attributes.put(name, attribute(cursor)) == null ? name : duplicate(cursor, name);
            });
        }
        return attributes;
    }

    private String parameter(String operation) {
        String name = cursor.name();
        cursor.expect("=");
        Object value = switch (name) {
            case "stride", "padding", "dilation", "groups", "kernel", "axis", "heads", "points" -> cursor.integer();
            case "epsilon" -> cursor.floatingPoint();
            case "keepDimensions" -> cursor.truth();
            case "to" -> cursor.dataType();
            case "mode" -> constant(Mode.class);
            case "activation" -> constant(Activation.class);
            case "axes", "permutation" -> cursor.list(cursor::integer);
            case "shape" -> cursor.shape();
            case "start", "end", "height", "width", "length" -> cursor.dimension();
            case "dimensions" -> cursor.list(cursor::dimension);
            case "levels" -> cursor.list(this::level);
            case "mean", "deviation" -> cursor.list(cursor::floatingPoint);
            case "graph" -> cursor.read("a graph in quotes", this::graph);
            default -> throw cursor.wrong(operation + " has no parameter '" + name + "'");
        };
        return parameters.put(name, value) == null ? name : duplicate(cursor, name);
    }

    private static String duplicate(Cursor cursor, String name) {
        throw cursor.wrong("'" + name + "' stands there twice");
    }

    /// A constant of an enum, in small letters.
    private <E extends Enum<E>> E constant(Class<E> type) {
        List<E> constants = List.of(type.getEnumConstants());
        List<String> names = constants.stream().map(constant -> constant.name().toLowerCase(Locale.ROOT)).toList();
        return cursor.read("one of " + names, () -> {
            String name = cursor.name();
            if (!names.contains(name)) {
                throw new IllegalArgumentException("expected one of " + names + ", found '" + name + "'");
            }
            return constants.get(names.indexOf(name));
        });
    }

    private Level level() {
        List<Dimension> sides = cursor.list(cursor::dimension);
        if (sides.size() != 2) {
            throw cursor.wrong("expected height and width of a level, found " + sides);
        }
        return new Level(sides.get(0), sides.get(1));
    }

    /// A graph without constants, in quotes. What is wrong with it is said with the place in its own text, too.
    private Graph graph() {
        String text = cursor.quoted();
        try {
            return new GraphParser(cursor.inner(text), Optional.of((constant, _) -> {
                throw new IllegalArgumentException("'" + constant + "' is a constant, which a graph within a graph has none of");
            })).parse();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("in the graph in quotes, " + e.getMessage(), e);
        }
    }

    private Operation operation(String name) {
        Operation operation = cursor.read("parameters of " + name, () -> named(name));
        parameters.keySet().stream().filter(parameter -> !asked.contains(parameter)).findFirst().ifPresent(parameter -> {
            throw cursor.wrong(name + " has no parameter '" + parameter + "'");
        });
        return operation;
    }

    private Operation named(String name) {
        Operation plain = PLAIN.get(name);
        if (plain != null) {
            return plain;
        }
        Reduction reduction = REDUCTIONS.get(name);
        if (reduction != null) {
            return new Operation.Reduce(reduction, integers("axes"), get("keepDimensions", Boolean.class, () -> false));
        }
        return switch (name) {
            case "QuantizeLinear" -> new Operation.QuantizeLinear(integer("axis", OperationPrinter.USUAL_AXIS));
            case "DequantizeLinear" -> new Operation.DequantizeLinear(integer("axis", OperationPrinter.USUAL_AXIS));
            case "Cast" -> new Operation.Cast(get("to", DataType.class));
            case "Conv" -> new Operation.Conv(integer("stride", 1), integer("padding", 0), integer("dilation", 1), integer("groups", 1));
            case "FusedConv" -> new Operation.FusedConv(integer("stride", 1), integer("padding", 0), integer("dilation", 1),
                    integer("groups", 1), get("activation", Activation.class, () -> Activation.NONE));
            case "MaxPool" -> new Operation.MaxPool(integer("kernel"), integer("stride", 1), integer("padding", 0));
            case "BatchNormalization" -> new Operation.BatchNormalization(epsilon());
            case "InstanceNormalization" -> new Operation.InstanceNormalization(epsilon());
            case "LayerNormalization" -> new Operation.LayerNormalization(epsilon());
            case "GroupNormalization" -> new Operation.GroupNormalization(integer("groups"), epsilon());
            case "Softmax" -> new Operation.Softmax(integer("axis"));
            case "ArgMax" -> new Operation.ArgMax(integer("axis"));
            case "Concat" -> new Operation.Concat(integer("axis"));
            case "Gather" -> new Operation.Gather(integer("axis"));
            case "Reshape" -> new Operation.Reshape(get("shape", Shape.class));
            case "Expand" -> new Operation.Expand(get("shape", Shape.class));
            case "Transpose" -> new Operation.Transpose(integers("permutation"));
            case "Slice" -> new Operation.Slice(integer("axis"), dimension("start"), dimension("end"));
            case "Resize" -> new Operation.Resize(get("mode", Mode.class), dimension("height"), dimension("width"));
            case "Range" -> new Operation.Range(dimension("length"));
            case "Sizes" -> new Operation.Sizes(list("dimensions", Dimension.class));
            case "Attention" -> new Operation.Attention(integer("heads"));
            case "DeformableAttention" ->
                new Operation.DeformableAttention(integer("heads"), integer("points"), list("levels", Level.class));
            case "SemanticInference" -> new Operation.SemanticInference(dimension("height"), dimension("width"));
            case "SemanticLabels" -> new Operation.SemanticLabels(dimension("height"), dimension("width"));
            case "Pixels" -> new Operation.Pixels(list("mean", Float.class), list("deviation", Float.class),
                    get("to", DataType.class, () -> DataType.FLOAT32));
            case "Subgraph" -> new Operation.Subgraph(get("graph", Graph.class));
            default -> throw new IllegalArgumentException(
                    "expected an operation, found '" + name + "'; those of others have a domain, as ai.onnx:" + name);
        };
    }

    private <T> T get(String name, Class<T> type) {
        return get(name, type, () -> {
            throw new IllegalArgumentException("expected the parameter '" + name + "'");
        });
    }

    private <T> T get(String name, Class<T> type, Supplier<T> otherwise) {
        asked.add(name);
        Object value = parameters.get(name);
        return value == null ? otherwise.get() : type.cast(value);
    }

    private int integer(String name) {
        return get(name, Integer.class);
    }

    private int integer(String name, int otherwise) {
        return get(name, Integer.class, () -> otherwise);
    }

    private float epsilon() {
        return get("epsilon", Float.class, () -> OperationPrinter.USUAL_EPSILON);
    }

    private Dimension dimension(String name) {
        return get(name, Dimension.class);
    }

    private List<Integer> integers(String name) {
        return list(name, Integer.class);
    }

    private <T> List<T> list(String name, Class<T> element) {
        return ((List<?>) get(name, List.class)).stream().map(element::cast).toList();
    }

    private static Attribute attribute(Cursor cursor) {
        if (cursor.isNext("\"")) {
            return new Attribute.Text(cursor.quoted());
        }
        if (cursor.acceptWord("floats")) {
            return new Attribute.FloatingPoints(cursor.list(cursor::floatingPoint));
        }
        if (cursor.acceptWord("integers")) {
            return new Attribute.Integrals(cursor.list(() -> cursor.read("a whole number", () -> Long.parseLong(cursor.number()))));
        }
        if (cursor.acceptWord("texts")) {
            return new Attribute.Texts(cursor.list(cursor::quoted));
        }
        if (Arrays.stream(DataType.values()).anyMatch(type -> cursor.isNext(type.toString()))) {
            TensorType type = cursor.type();
            return new Attribute.Constant(cursor.accept("=") ? Literals.parse(type, cursor) : Literals.invent("", type, false, cursor));
        }
        return cursor.read("a number, a text in quotes, floats[], integers[], texts[] or a tensor", () -> number(cursor.number()));
    }

    private static Attribute number(String number) {
        return number.matches("-?[0-9]+") ? new Attribute.Integral(Long.parseLong(number))
                : new Attribute.FloatingPoint(Float.parseFloat(number));
    }
}
