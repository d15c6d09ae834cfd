package dev.maskforge.engine.tensorrt.kernels.normalization;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.ValueUses;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the kernel of group normalisation does for the graph of a `Subgraph`:
///
/// ```
/// y = GroupNormalization(x)                                        Relu may follow
/// y = GroupNormalization(x) + Resize(z)                            likewise
/// y = GroupNormalization(x) + Resize(Relu(GroupNormalization(z)))  likewise; without that Relu, too
/// ```
/// A map `[N, C, H, W]` lies in memory with its channels last. That is how tokens `[N, H·W, C]` lie, too: z may be made of tokens by
/// Transpose and Reshape, and y into tokens by Reshape and Transpose, which cost nothing here.
///
/// @param normalised what is normalised
/// @param addend     what is added to it
/// @param mode       of resizing the addend
/// @param positive   whether negative results become 0
/// @param output     the result's name
public record GroupNormalizationProgram(MapOperand normalised, Optional<MapOperand> addend, Operation.Resize.Mode mode, boolean positive,
        String output) {
    /// A map that the kernel reads.
    ///
    /// @param value      its name
    /// @param shape      `[N, C, H, W]`
    /// @param dataType   of its elements, and of all others
    /// @param statistics how it is normalised, if it is
    /// @param positive   whether negative values become 0 after that
    public record MapOperand(String value, Shape shape, DataType dataType, Optional<Statistics> statistics, boolean positive) {}

    /// How a map is normalised.
    ///
    /// @param scale the constant's name
    /// @param bias  likewise
    public record Statistics(String scale, String bias, int groups, float epsilon) {}

    /// A program, and the nodes whose work it does.
    ///
    /// @param nodes of which only the program's output is used elsewhere
    public record Match(GroupNormalizationProgram program, Set<Node> nodes) {
        public Match {
            nodes = Set.copyOf(nodes);
        }
    }

    /// The program of a whole graph.
    ///
    /// @throws EngineException if the kernel does not do what it computes
    public static GroupNormalizationProgram of(Graph graph) {
        return graph.outputs().size() == 1
                ? matching(graph, graph.outputs().getFirst()).filter(match -> match.nodes().size() == graph.nodes().size())
                        .map(Match::program).orElseThrow(GroupNormalizationProgram::refusal)
                : refuse();
    }

    private static GroupNormalizationProgram refuse() {
        throw refusal();
    }

    private static EngineException refusal() {
        return new EngineException("the kernel of group normalisation does not do what the plan's step computes; build it anew");
    }

    /// Whether a graph is of the kind that the kernel is for.
    public static boolean isFor(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> node.operation() instanceof Operation.GroupNormalization);
    }

    /// The longest program whose result is a value of a graph, if there is one.
    public static Optional<Match> matching(Graph graph, String output) {
        return new Matcher(graph).match(output);
    }

    /// Goes up from a result.
    private static final class Matcher {
        private final Graph graph;
        private final ValueUses uses;
        private final Set<Node> nodes = new HashSet<>();

        Matcher(Graph graph) {
            this.graph = graph;
            this.uses = ValueUses.of(graph);
        }

        Optional<Match> match(String output) {
            Optional<String> whole = beforeTokens(output);
            String result = whole.orElse(output);
            Optional<Node> relu = giver(result, whole.isPresent()).filter(Matcher::isRelu);
            relu.ifPresent(nodes::add);
            String sum = relu.map(node -> node.inputs().getFirst()).orElse(result);
            boolean isInner = whole.isPresent() || relu.isPresent();
            return giver(sum, isInner).filter(node -> node.operation().equals(new Operation.Binary(BinaryFunction.ADD)))
                    .map(add -> sum(add, relu.isPresent(), output))
                    .orElseGet(() -> normalised(sum, isInner).map(map -> new GroupNormalizationProgram(map, Optional.empty(),
                            Operation.Resize.Mode.NEAREST, relu.isPresent(), output)))
                    .filter(GroupNormalizationLayout::takes).map(program -> new Match(program, nodes));
        }

        private Optional<GroupNormalizationProgram> sum(Node add, boolean positive, String output) {
            // Nothing is repeated along an axis.
            if (add.inputs().stream().anyMatch(input -> !graph.type(input).equals(graph.type(add.output())))) {
                return Optional.empty();
            }
            nodes.add(add);
            return sum(add.inputs().get(0), add.inputs().get(1), positive, output)
                    .or(() -> sum(add.inputs().get(1), add.inputs().get(0), positive, output));
        }

        private Optional<GroupNormalizationProgram> sum(String left, String right, boolean positive, String output) {
            Optional<Node> resize = giver(right, true).filter(node -> node.operation() instanceof Operation.Resize);
            if (resize.isEmpty() || !(resize.get().operation() instanceof Operation.Resize(var mode, _, _))) {
                return Optional.empty();
            }
            return normalised(left, true).map(map -> {
                nodes.add(resize.get());
                MapOperand addend = addend(resize.get().inputs().getFirst());
                return new GroupNormalizationProgram(map, Optional.of(addend), mode, positive, output);
            });
        }

        /// What is resized: normalised before, or of tokens, or as it is.
        private MapOperand addend(String value) {
            Optional<Node> relu = giver(value, true).filter(Matcher::isRelu);
            Optional<MapOperand> normalised = relu.map(node -> normalised(node.inputs().getFirst(), true)).orElse(normalised(value, true));
            if (normalised.isPresent()) {
                relu.ifPresent(nodes::add);
                MapOperand map = normalised.get();
                return new MapOperand(map.value(), map.shape(), map.dataType(), map.statistics(), relu.isPresent());
            }
            TensorType type = graph.type(value);
            return new MapOperand(ofTokens(value).orElse(value), type.shape(), type.dataType(), Optional.empty(), false);
        }

        /// The map that a value is when it has been normalised.
        private Optional<MapOperand> normalised(String value, boolean isInner) {
            return giver(value, isInner).flatMap(node -> {
                if (!(node.operation() instanceof Operation.GroupNormalization(int groups, float epsilon))) {
                    return Optional.empty();
                }
                List<String> inputs = node.inputs();
                TensorType type = graph.type(inputs.getFirst());
                boolean isOfOneType = inputs.stream().allMatch(input -> graph.type(input).dataType() == type.dataType());
                if (!isOfOneType || uses.isGiven(inputs.get(1)) || uses.isGiven(inputs.get(2))) {
                    return Optional.empty();
                }
                nodes.add(node);
                Statistics statistics = new Statistics(inputs.get(1), inputs.get(2), groups, epsilon);
                return Optional.of(new MapOperand(inputs.getFirst(), type.shape(), type.dataType(), Optional.of(statistics), false));
            });
        }

        /// The map `[N, C, H, W]` that is made into tokens `[N, H·W, C]`.
        private Optional<String> beforeTokens(String tokens) {
            Optional<Node> transpose = giver(tokens, false).filter(Matcher::swapsTokens);
            Optional<Node> reshape = transpose.flatMap(node -> giver(node.inputs().getFirst(), true)).filter(this::joinsPixels);
            transpose.filter(_ -> reshape.isPresent()).ifPresent(nodes::add);
            reshape.ifPresent(nodes::add);
            return reshape.map(node -> node.inputs().getFirst());
        }

        /// The tokens `[N, H·W, C]` of which a map is made.
        private Optional<String> ofTokens(String map) {
            Optional<Node> reshape = giver(map, true).filter(this::splitsPixels);
            Optional<Node> transpose = reshape.flatMap(node -> giver(node.inputs().getFirst(), true)).filter(Matcher::swapsTokens);
            reshape.filter(_ -> transpose.isPresent()).ifPresent(nodes::add);
            transpose.ifPresent(nodes::add);
            return transpose.map(node -> node.inputs().getFirst());
        }

        private static boolean swapsTokens(Node node) {
            return node.operation().equals(new Operation.Transpose(List.of(0, 2, 1)));
        }

        private boolean joinsPixels(Node node) {
            return node.operation() instanceof Operation.Reshape
                    && isJoined(graph.type(node.inputs().getFirst()).shape(), graph.type(node.output()).shape());
        }

        private boolean splitsPixels(Node node) {
            return node.operation() instanceof Operation.Reshape
                    && isJoined(graph.type(node.output()).shape(), graph.type(node.inputs().getFirst()).shape());
        }

        private static boolean isJoined(Shape map, Shape joined) {
            return map.rank() == 4 && joined.equals(new Shape(List.of(map.get(0), map.get(1), map.get(2).times(map.get(3)))));
        }

        private static boolean isRelu(Node node) {
            return node.operation().equals(new Operation.Unary(UnaryFunction.RELU));
        }

        /// The node that gives a value; if the value is to lie inside, only if nothing else takes it.
        private Optional<Node> giver(String value, boolean isInner) {
            return uses.giver(value, isInner ? 1 : Integer.MAX_VALUE);
        }
    }
}
