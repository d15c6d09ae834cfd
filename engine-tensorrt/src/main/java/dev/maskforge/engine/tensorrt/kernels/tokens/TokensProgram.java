package dev.maskforge.engine.tensorrt.kernels.tokens;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the kernel of tokens does for the graph of a `Subgraph`:
///
/// ```
/// x       = LayerNormalization(tokens + Linear(attended))   [..., C]
/// output  = LayerNormalization(x + Linear(Relu(Linear(x))))  [..., C]
/// product = Linear(output)                                   [..., M]; it need not be
/// ```
/// All values are float16, and all Linears have biases. Their weights are the graph's inputs as [TokensWeights] packs them, of which it
/// makes the Linears' own.
///
/// @param attended   what attention gave
/// @param tokens     what its projection is added to
/// @param projection of what attention gave
/// @param first      normalisation
/// @param inner      the network's first product
/// @param outer      its second
/// @param second     normalisation
/// @param output     the tokens as they become
/// @param following  what the next layer makes of them
/// @param type       of the tokens
public record TokensProgram(String attended, String tokens, Product projection, Normalisation first, Product inner, Product outer,
        Normalisation second, String output, Optional<Product> following, TensorType type) {
    /// A Linear.
    ///
    /// @param weights the value that the kernel reads, or before they are packed the Linear's own
    /// @param outputs how many
    /// @param inputs  how many
    /// @param kind    the order in which the kernel wants weights
    /// @param node    the Linear
    public record Product(String weights, String bias, long outputs, long inputs, TokensWeights kind, Node node) {}

    /// A normalisation over all channels.
    public record Normalisation(String scale, String shift, float epsilon) {}

    /// Where a graph has the constants of such a program.
    public interface Constants {
        /// What stands for a Linear's weights in the program, if they may be its.
        Optional<String> weights(TokensWeights kind, String weights);

        /// Whether a value may be a bias, a scale or a shift.
        boolean isVector(String value);
    }

    /// A program, and the nodes whose work it does, but for those that unpack weights.
    ///
    /// @param nodes in an order in which they can run
    public record Match(TokensProgram program, List<Node> nodes) {
        public Match {
            nodes = List.copyOf(nodes);
        }
    }

    /// All products.
    public List<Product> products() {
        List<Product> products = new ArrayList<>(List.of(projection, inner, outer));
        following.ifPresent(products::add);
        return products;
    }

    /// The program of a whole graph.
    ///
    /// @throws EngineException if the kernel does not do what it computes
    public static TokensProgram of(Graph graph) {
        ValueUses uses = ValueUses.of(graph);
        Constants inputs = new Constants() {
            @Override
            public Optional<String> weights(TokensWeights kind, String weights) {
                return kind.packed(graph, uses, weights);
            }

            @Override
            public boolean isVector(String value) {
                return !uses.isGiven(value);
            }
        };
        return graph.outputs().stream().findFirst().flatMap(output -> matching(graph, output, uses, inputs))
                .filter(match -> isWhole(match, graph)).map(Match::program).orElseThrow(() -> new EngineException(
                        "the kernel of tokens does not do what the plan's step computes; build it anew"));
    }

    /// Beside the program's nodes there are those that unpack the weights of its products.
    private static boolean isWhole(Match match, Graph graph) {
        TokensProgram program = match.program();
        List<String> outputs = new ArrayList<>(List.of(program.output()));
        program.following().map(product -> product.node().output()).ifPresent(outputs::add);
        int unpacking = program.products().stream().mapToInt(product -> product.kind().nodes(product.outputs(), product.inputs())).sum();
        return graph.outputs().equals(outputs) && graph.nodes().size() == match.nodes().size() + unpacking;
    }

    /// Whether a graph is of the kind that the kernel is for: no other unpacks weights.
    public static boolean isFor(Graph graph) {
        ValueUses uses = ValueUses.of(graph);
        return graph.nodes().stream().anyMatch(node -> node.operation() instanceof Operation.Linear && uses.isGiven(node.inputs().get(1)));
    }

    /// The program whose tokens are a value of a graph, if there is one.
    public static Optional<Match> matching(Graph graph, String output, ValueUses uses, Constants constants) {
        return new Matcher(graph, uses, constants).match(output);
    }

    /// Goes up from the tokens that are asked for.
    private record Matcher(Graph graph, ValueUses uses, Constants constants) {
        private static final Operation.Unary RELU = new Operation.Unary(UnaryFunction.RELU);

        /// A normalisation, and the sum that it is of.
        private record Normalised(Normalisation normalisation, Node node, Node sum) {}

        Optional<Match> match(String output) {
            return normalised(output, Integer.MAX_VALUE).flatMap(second -> network(second, second.sum().inputs().get(0),
                    second.sum().inputs().get(1)).or(
                            () -> network(second, second.sum().inputs().get(1), second.sum().inputs().get(0))))
                    .filter(match -> TokensLayout.takes(match.program()));
        }

        /// @param network what the network gives
        /// @param tokens  what it takes
        private Optional<Match> network(Normalised second, String network, String tokens) {
            Optional<Product> outer = product(TokensWeights.OUTER, network);
            Optional<Node> relu = outer.flatMap(product -> uses.giver(product.node().inputs().getFirst(), 1))
                    .filter(node -> node.operation().equals(RELU));
            Optional<Product> inner = relu.flatMap(node -> product(TokensWeights.INNER, node.inputs().getFirst()))
                    .filter(product -> product.node().inputs().getFirst().equals(tokens));
            // The network takes them, and the sum.
            return inner.flatMap(_ -> normalised(tokens, 2)).flatMap(first -> {
                List<Node> computing = List.of(inner.orElseThrow().node(), relu.orElseThrow(), outer.orElseThrow().node());
                return projected(first, first.sum().inputs().get(0), first.sum().inputs().get(1))
                        .or(() -> projected(first, first.sum().inputs().get(1), first.sum().inputs().get(0)))
                        .map(projected -> match(projected, first, inner.orElseThrow(), outer.orElseThrow(), computing, second));
            });
        }

        private record Projected(Product product, String tokens) {}

        private Optional<Projected> projected(Normalised first, String projection, String tokens) {
            return product(TokensWeights.PROJECTION, projection)
                    .filter(product -> typeOf(product.node().inputs().getFirst()).equals(typeOf(first.node().output())))
                    .map(product -> new Projected(product, tokens));
        }

        private Match match(Projected projected, Normalised first, Product inner, Product outer, List<Node> network, Normalised second) {
            String output = second.node().output();
            Optional<Product> following = following(output);
            List<Node> nodes = new ArrayList<>(List.of(projected.product().node(), first.sum(), first.node()));
            nodes.addAll(network);
            nodes.addAll(List.of(second.sum(), second.node()));
            following.map(Product::node).ifPresent(nodes::add);
            return new Match(new TokensProgram(projected.product().node().inputs().getFirst(), projected.tokens(), projected.product(),
                    first.normalisation(), inner, outer, second.normalisation(), output, following, typeOf(output)), nodes);
        }

        /// The one product of all tokens, if it is one that the kernel makes.
        private Optional<Product> following(String output) {
            List<Node> products = graph.nodes().stream().filter(node -> node.operation() instanceof Operation.Linear
                    && node.inputs().getFirst().equals(output)).toList();
            return Optional.of(products).filter(all -> all.size() == 1).flatMap(all -> product(TokensWeights.FOLLOWING, all.getFirst()))
                    .filter(product -> product.outputs() % TokensLayout.COLUMNS == 0);
        }

        private Optional<Product> product(TokensWeights kind, String value) {
            return uses.giver(value, 1).flatMap(node -> product(kind, node));
        }

        private Optional<Product> product(TokensWeights kind, Node node) {
            List<String> inputs = node.inputs();
            if (!(node.operation() instanceof Operation.Linear) || inputs.size() != 3 || !constants.isVector(inputs.get(2))) {
                return Optional.empty();
            }
            TensorType weights = typeOf(inputs.get(1));
            Shape shape = weights.shape();
            boolean fits = weights.dataType() == DataType.FLOAT16 && shape.rank() == 2 && shape.isConstant()
                    && typeOf(inputs.get(2)).equals(vector(shape.get(0).size()));
            return Optional.of(kind).filter(_ -> fits).flatMap(_ -> constants.weights(kind, inputs.get(1)))
                    .map(name -> new Product(name, inputs.get(2), shape.get(0).size(), shape.get(1).size(), kind, node));
        }

        private static TensorType vector(long size) {
            return new TensorType(DataType.FLOAT16, Shape.of(size));
        }

        /// Of a sum, of whose summands none is repeated along an axis.
        private Optional<Normalised> normalised(String value, int mostUses) {
            Optional<Node> node = uses.giver(value, mostUses).filter(each -> each.operation() instanceof Operation.LayerNormalization
                    && each.inputs().stream().skip(1).allMatch(factor -> isFactor(factor, typeOf(value).shape())));
            Optional<Node> sum = node.flatMap(each -> uses.giver(each.inputs().getFirst(), 1))
                    .filter(each -> each.operation().equals(new Operation.Binary(BinaryFunction.ADD))
                            && each.inputs().stream().allMatch(input -> typeOf(input).equals(typeOf(value))));
            return sum.flatMap(each -> node.map(normalisation -> new Normalised(normalisation(normalisation), normalisation, each)));
        }

        private boolean isFactor(String value, Shape tokens) {
            return constants.isVector(value) && tokens.get(-1).isConstant() && typeOf(value).equals(vector(tokens.get(-1).size()));
        }

        private static Normalisation normalisation(Node node) {
            if (!(node.operation() instanceof Operation.LayerNormalization(float epsilon))) {
                throw new IllegalArgumentException("node '" + node.name() + "' does not normalise");
            }
            return new Normalisation(node.inputs().get(1), node.inputs().get(2), epsilon);
        }

        private TensorType typeOf(String value) {
            return graph.type(value);
        }
    }
}
