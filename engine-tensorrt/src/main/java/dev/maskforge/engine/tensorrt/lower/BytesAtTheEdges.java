package dev.maskforge.engine.tensorrt.lower;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
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
/// - Cast(x not floating-point -> uint8), at an end -> Cast(Cast(x -> float32) -> uint8)
/// - every other uint8 that one node hands to another is int32, as large as it was
/// - what begins as uint8 and does not become floating-point at once is Cast(Cast(x -> float32) -> int32)
///
/// Kernels of ours begin and end networks. Other people's operations keep the types that they ask for.
///
/// @param own the operations that are kernels of ours
record BytesAtTheEdges(Set<Class<? extends Operation>> own) implements Pass {
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
        private final Map<String, Value> wide = new HashMap<>();

        Widening(Graph graph, Set<String> takenInside) {
            this.graph = graph;
            this.takenInside = takenInside;
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
                if (takenInside.contains(node.output())) {
                    keep(node, taken.getFirst().cast(DataType.INT32));
                }
                return place.builder().copy(node, List.of(floats(taken.getFirst()))).getFirst();
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
