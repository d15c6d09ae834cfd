package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Rewriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// uint8 within a network of TensorRT's -> int32. TensorRT has uint8 where networks begin and end alone, and only from and to
/// floating-point numbers:
///
/// - Cast(x not floating-point -> uint8), at an end -> Cast(Cast(x modulo 256 -> float32) -> uint8); what is known to be a byte,
///   such as an ArgMax among few, is left as it is
/// - every other uint8 that one node hands to another is int32, as large as it was
/// - what begins as uint8 and does not become floating-point at once is Cast(Cast(x -> float32) -> int32)
///
/// Kernels of ours begin and end networks. Other people's operations keep the types that they ask for.
///
/// @param own the operations that are kernels of ours
record BytesAtTheEdges(Set<Class<? extends Operation>> own) implements Pass {
    /// How many bytes there are.
    private static final int BYTES = 256;

    BytesAtTheEdges {
        own = Set.copyOf(own);
    }

    @Override
    public String name() {
        return "hold bytes within networks as int32";
    }

    @Override
    public Outcome apply(Graph graph) {
        Widening widening = new Widening(graph, takenInside(graph));
        return Rewriter.rewrite(graph, (node, inputs, place) -> isInside(node) ? widening.of(node, inputs, place) : Optional.empty());
    }

    private boolean isInside(Node node) {
        return !(node.operation() instanceof Operation.Foreign) && !own.contains(node.operation().getClass());
    }

    private Set<String> takenInside(Graph graph) {
        Set<String> taken = new HashSet<>();
        graph.nodes().stream().filter(this::isInside).forEach(node -> taken.addAll(node.inputs()));
        return taken;
    }

    /// One pass through a graph. In the new one every value has the type that it had; beside some there is a wide one.
    private static final class Widening {
        private final Graph graph;
        private final Set<String> takenInside;
        private final Map<String, Node> producers = new HashMap<>();
        private final Map<String, Value> wide = new HashMap<>();

        Widening(Graph graph, Set<String> takenInside) {
            this.graph = graph;
            this.takenInside = takenInside;
            graph.nodes().forEach(node -> node.outputs().forEach(output -> producers.put(output, node)));
        }

        Optional<Value> of(Node node, List<Value> inputs, Rewriter.Place place) {
            boolean gives = graph.type(node.output()).dataType() == DataType.UINT8;
            boolean takes = inputs.stream().anyMatch(input -> input.type().dataType() == DataType.UINT8);
            if (!(gives || takes) || isBeginning(node) || isEnd(node, inputs)) {
                return Optional.empty();
            }
            if (gives) {
                requireNoWrapping(node);
            }
            return Optional.of(place.builder().within(node.name(), () -> {
                List<Value> taken = wide(node, inputs);
                if (!gives) {
                    return place.builder().copy(node, taken).getFirst();
                }
                if (!(node.operation() instanceof Operation.Cast)) {
                    return narrow(keep(node, place.builder().add(node.operation(), taken.toArray(Value[]::new))));
                }
                Value given = isByte(node.inputs().getFirst()) ? taken.getFirst() : lowestByte(taken.getFirst());
                if (takenInside.contains(node.output())) {
                    keep(node, given.cast(DataType.INT32));
                }
                return place.builder().copy(node, List.of(floats(given))).getFirst();
            }));
        }

        /// Whether a node makes bytes of floating-point numbers for those alone who take bytes.
        private boolean isEnd(Node node, List<Value> inputs) {
            return node.operation() instanceof Operation.Cast(DataType to) && to == DataType.UINT8
                    && inputs.getFirst().type().dataType().isFloatingPoint() && !takenInside.contains(node.output());
        }

        /// Whether a node makes floating-point numbers of bytes that are bytes to TensorRT, too.
        private boolean isBeginning(Node node) {
            String input = node.inputs().isEmpty() ? "" : node.inputs().getFirst();
            return node.operation() instanceof Operation.Cast(DataType to) && (to == DataType.FLOAT32 || to == DataType.FLOAT16)
                    && !wide.containsKey(input) && !graph.initializers().containsKey(input);
        }

        /// Whether a value is between 0 and 255, or one whose cast to a byte does not keep the lowest bits alone.
        private boolean isByte(String name) {
            DataType type = graph.type(name).dataType();
            Node producer = producers.get(name);
            if (producer != null && producer.operation() instanceof Operation.ArgMax(int axis)) {
                Dimension among = graph.type(producer.inputs().getFirst()).shape().get(axis);
                return among.isConstant() && among.size() <= BYTES;
            }
            return type == DataType.UINT8 || type == DataType.BOOL || type.isFloatingPoint();
        }

        /// x modulo 256. Of large numbers the first quotient may be one off, since float32 rounds them; the second is exact.
        private static Value lowestByte(Value x) {
            return remainder(remainder(x.cast(DataType.INT32)));
        }

        private static Value remainder(Value x) {
            Value bytes = x.builder().constant("bytes", Tensor.ofIntegers(Shape.of(new long[0]), new int[]{BYTES}));
            return x.subtract(x.cast(DataType.FLOAT32).multiply(1f / BYTES).floor().cast(DataType.INT32).multiply(bytes));
        }

        private Value keep(Node node, Value value) {
            wide.put(node.output(), value);
            return value;
        }

        private List<Value> wide(Node node, List<Value> inputs) {
            List<Value> taken = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                taken.add(inputs.get(i).type().dataType() == DataType.UINT8 ? wide(node.inputs().get(i), inputs.get(i)) : inputs.get(i));
            }
            return taken;
        }

        private Value wide(String name, Value bytes) {
            Value known = wide.get(name);
            if (known == null) {
                Tensor constant = graph.initializers().get(name);
                known = constant == null
                        ? bytes.cast(DataType.FLOAT32).cast(DataType.INT32)
                        : bytes.builder().constant("int32", Interpreter.evaluate(new Operation.Cast(DataType.INT32), List.of(constant)));
                wide.put(name, known);
            }
            return known;
        }

        private static Value narrow(Value value) {
            return floats(value).cast(DataType.UINT8);
        }

        private static Value floats(Value value) {
            return value.type().dataType().isFloatingPoint() ? value : value.cast(DataType.FLOAT32);
        }

        private static void requireNoWrapping(Node node) {
            if (node.operation() instanceof Operation.Binary(BinaryFunction function) && switch (function) {
                case ADD, SUBTRACT, MULTIPLY, POWER -> true;
                case DIVIDE, MINIMUM, MAXIMUM, LESS, GREATER_OR_EQUAL, EQUAL, AND, OR -> false;
            }) {
                throw new IllegalArgumentException("node '" + node.name() + "' computes " + function
                        + " of uint8, which wraps round at 256 and TensorRT does not have; cast its inputs to int32");
            }
        }
    }
}
