package dev.maskforge.engine.tensorrt.kernels.masks;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.ValueUses;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the kernel of masks does for the graph of a `Subgraph`:
///
/// ```
/// logits  = Reshape(MatMul(embeddings, Reshape(features)) + bias)              [N, Q, h, w]; a bias need not be
/// below   = Reshape(Less(logits, threshold))                                  [N, Q, h·w]
/// blocked = And(below, Less(ReduceMinimum(Cast(below)), all))                 [N, Q, h·w]
/// ```
/// Features are `[N, C, h, w]` and lie in memory with their channels last. In half precision embeddings and features are cast to float32
/// first, which the kernel need not do: its products are of float16, their sums of float32. A bias may be the product of a vector that
/// each query has with weights.
///
/// @param embeddings of queries
/// @param features   of pixels
/// @param bias       of each query
/// @param blocking   what is asked of the logits, if not they themselves
/// @param output     the result's name
public record MasksProgram(Operand embeddings, Operand features, Optional<Bias> bias, Optional<Blocking> blocking, String output) {
    /// A value that the kernel reads.
    ///
    /// @param value its name
    /// @param type  as it is read
    public record Operand(String value, TensorType type) {}

    /// What is added to all logits of a query.
    public sealed interface Bias {
        /// `[N, Q, 1]`, or with 1 in place of N.
        record Given(Operand value) implements Bias {}

        /// vector `[N, Q, K]` · weights `[1, K]` + constant `[1]`.
        record Product(Operand vector, Operand weights, Operand constant) implements Bias {}
    }

    /// Where attention is blocked: below the threshold, unless all pixels are; then nowhere.
    ///
    /// @param threshold a float32 in device memory
    /// @param all       another, between which and 0 nothing is that 1 is not
    public record Blocking(String threshold, String all) {}

    /// A program, and the nodes whose work it does.
    public record Match(MasksProgram program, Set<Node> nodes) {
        public Match {
            nodes = Set.copyOf(nodes);
        }
    }

    /// The program of a whole graph.
    ///
    /// @throws EngineException if the kernel does not do what it computes
    public static MasksProgram of(Graph graph) {
        return Optional.of(graph).filter(whole -> whole.outputs().size() == 1)
                .flatMap(whole -> matching(whole, whole.outputs().getFirst()))
                .filter(match -> match.nodes().size() == graph.nodes().size()).map(Match::program)
                .orElseThrow(() -> new EngineException("the kernel of masks does not do what the plan's step computes; build it anew"));
    }

    /// Whether a graph is of the kind that the kernel is for.
    public static boolean isFor(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> node.operation() instanceof Operation.MatMul);
    }

    /// The program whose result is a value of a graph, if there is one.
    public static Optional<Match> matching(Graph graph, String output) {
        return new Matcher(graph).match(output);
    }

    /// Goes up from a result.
    private static final class Matcher {
        private static final Operation.Binary LESS = new Operation.Binary(BinaryFunction.LESS);
        private static final Operation.Cast TO_FLOAT = new Operation.Cast(DataType.FLOAT32);

        private final Graph graph;
        private final ValueUses uses;
        private final Set<Node> nodes = new HashSet<>();

        Matcher(Graph graph) {
            this.graph = graph;
            this.uses = ValueUses.of(graph);
        }

        Optional<Match> match(String output) {
            Optional<Blocked> blocked = blocked(output);
            String logits = blocked.map(Blocked::logits).orElse(output);
            // What is asked for itself may be taken by many.
            return reshaped(logits, blocked.isPresent() ? 1 : Integer.MAX_VALUE)
                    .flatMap(sum -> program(sum, blocked.map(Blocked::blocking), output))
                    .filter(MasksLayout::takes).map(program -> new Match(program, nodes));
        }

        private record Blocked(Blocking blocking, String logits) {}

        /// And(below, Less(ReduceMinimum(Cast(below)), all))
        private Optional<Blocked> blocked(String output) {
            return giver(output, new Operation.Binary(BinaryFunction.AND), Integer.MAX_VALUE)
                    .flatMap(and -> blocked(and, and.inputs().get(0), and.inputs().get(1))
                            .or(() -> blocked(and, and.inputs().get(1), and.inputs().get(0))));
        }

        private Optional<Blocked> blocked(Node and, String below, String any) {
            Optional<Node> less = giver(any, LESS, 1).filter(node -> isScalar(node.inputs().get(1)));
            Optional<Node> minimum = less.flatMap(node -> uses.giver(node.inputs().getFirst(), 1)).filter(this::isMinimumOfPixels);
            Optional<Node> cast = minimum.flatMap(node -> giver(node.inputs().getFirst(), TO_FLOAT, 1))
                    .filter(node -> node.inputs().getFirst().equals(below));
            Optional<Node> reshape = cast.flatMap(_ -> uses.giver(below, 2)).filter(node -> node.operation() instanceof Operation.Reshape);
            Optional<Node> compared = reshape.flatMap(node -> giver(node.inputs().getFirst(), LESS, 1))
                    .filter(node -> isScalar(node.inputs().get(1)));
            return compared.map(node -> {
                nodes.add(and);
                less.ifPresent(nodes::add);
                minimum.ifPresent(nodes::add);
                cast.ifPresent(nodes::add);
                reshape.ifPresent(nodes::add);
                nodes.add(node);
                return new Blocked(new Blocking(node.inputs().get(1), less.orElseThrow().inputs().get(1)), node.inputs().getFirst());
            });
        }

        private boolean isMinimumOfPixels(Node node) {
            return node.operation() instanceof Operation.Reduce(Reduction function, List<Integer> axes, boolean keep)
                    && function == Reduction.MINIMUM && keep && graph.type(node.inputs().getFirst()).shape().rank() == 3
                    && axes.stream().map(axis -> graph.type(node.inputs().getFirst()).shape().axis(axis)).toList().equals(List.of(2));
        }

        private boolean isScalar(String value) {
            return !uses.isGiven(value) && graph.type(value).equals(new TensorType(DataType.FLOAT32, new Shape(List.of())));
        }

        /// The sum `[N, Q, h·w]` of which logits `[N, Q, h, w]` are made.
        private Optional<String> reshaped(String logits, int most) {
            return uses.giver(logits, most).filter(node -> node.operation() instanceof Operation.Reshape)
                    .filter(node -> areJoined(graph.type(node.output()).shape(), graph.type(node.inputs().getFirst()).shape()))
                    .map(node -> {
                        nodes.add(node);
                        return node.inputs().getFirst();
                    });
        }

        private static boolean areJoined(Shape map, Shape joined) {
            return map.rank() == 4 && joined.equals(new Shape(List.of(map.get(0), map.get(1), map.get(2).times(map.get(3)))));
        }

        private Optional<MasksProgram> program(String sum, Optional<Blocking> blocking, String output) {
            Optional<Node> add = giver(sum, new Operation.Binary(BinaryFunction.ADD), 1);
            if (add.isEmpty()) {
                return product(sum, Optional.empty(), blocking, output);
            }
            nodes.add(add.get());
            String left = add.get().inputs().get(0);
            String right = add.get().inputs().get(1);
            return giver(left, new Operation.MatMul(), 1).isPresent()
                    ? product(left, Optional.of(right), blocking, output)
                    : product(right, Optional.of(left), blocking, output);
        }

        private Optional<MasksProgram> product(String value, Optional<String> bias, Optional<Blocking> blocking, String output) {
            // What the kernel writes is float32.
            Optional<Node> product = giver(value, new Operation.MatMul(), 1)
                    .filter(node -> graph.type(node.output()).dataType() == DataType.FLOAT32);
            Optional<Node> joined = product.flatMap(node -> uses.giver(uncast(node.inputs().get(1)), Integer.MAX_VALUE))
                    .filter(node -> node.operation() instanceof Operation.Reshape)
                    .filter(node -> areJoined(graph.type(node.inputs().getFirst()).shape(), graph.type(node.output()).shape()));
            if (joined.isEmpty()) {
                return Optional.empty();
            }
            nodes.add(product.get());
            nodes.add(joined.get());
            addCast(product.get().inputs().get(0));
            addCast(product.get().inputs().get(1));
            return Optional.of(new MasksProgram(operand(uncast(product.get().inputs().get(0))), operand(joined.get().inputs().getFirst()),
                    bias.map(this::bias), blocking, output));
        }

        private Bias bias(String value) {
            Optional<Node> linear = giver(value, new Operation.Linear(), 1).filter(node -> node.inputs().size() == 3
                    && node.inputs().stream().skip(1).noneMatch(uses::isGiven));
            if (linear.isEmpty()) {
                return new Bias.Given(operand(value));
            }
            List<String> inputs = linear.get().inputs();
            nodes.add(linear.get());
            addCast(inputs.getFirst());
            return new Bias.Product(operand(uncast(inputs.getFirst())), operand(inputs.get(1)), operand(inputs.get(2)));
        }

        private Operand operand(String value) {
            return new Operand(value, graph.type(value));
        }

        /// What a value was before it was cast from float16.
        private String uncast(String value) {
            return cast(value).map(node -> node.inputs().getFirst()).orElse(value);
        }

        private void addCast(String value) {
            cast(value).ifPresent(nodes::add);
        }

        private Optional<Node> cast(String value) {
            return giver(value, TO_FLOAT, Integer.MAX_VALUE)
                    .filter(node -> graph.type(node.inputs().getFirst()).dataType() == DataType.FLOAT16);
        }

        private Optional<Node> giver(String value, Operation operation, int most) {
            return uses.giver(value, most).filter(node -> node.operation().equals(operation));
        }
    }
}
