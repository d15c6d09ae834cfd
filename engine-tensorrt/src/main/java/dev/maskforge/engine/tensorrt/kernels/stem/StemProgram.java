package dev.maskforge.engine.tensorrt.kernels.stem;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.ValueUses;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What the kernel of a stem does for the graph of a `Subgraph` ("Deep Residual Learning for Image Recognition", table 1: conv1 and the
/// pooling behind it):
///
/// ```
/// output = MaxPool(Relu(Conv(Pixels(pixels, valid), weights, bias)))   [N, 64, H/4, W/4]
/// ```
/// The convolution is of 7x7 with stride 2, the maximum of 3x3 with stride 2. Image, weights, bias and output are float16. The weights
/// are an input of the graph as [StemWeights] packs them, of which it makes the convolution's own.
///
/// @param pixels  uint8 `[N, H, W, 3]`
/// @param valid   int32 `[N, 2]`
/// @param image   how they are normalised
/// @param weights the value that the kernel reads, or before they are packed the convolution's own
/// @param bias    of the convolution
/// @param output  the maximum
/// @param type    of the pixels
public record StemProgram(String pixels, String valid, Operation.Pixels image, String weights, String bias, String output,
        TensorType type) {
    private static final Operation.Conv CONVOLUTION = new Operation.Conv(2, 3, 1, 1);
    private static final Operation.MaxPool MAXIMUM = new Operation.MaxPool(3, 2, 1);
    private static final Operation.Unary RELU = new Operation.Unary(UnaryFunction.RELU);

    /// A program, and the nodes whose work it does, in an order in which they can run, but for those that unpack weights.
    public record Match(StemProgram program, List<Node> nodes) {
        public Match {
            nodes = List.copyOf(nodes);
        }

        /// The convolution.
        public Node convolution() {
            return nodes.get(1);
        }
    }

    /// The program of a Subgraph's graph.
    ///
    /// @throws EngineException if the kernel does not do what it computes
    public static StemProgram of(Graph graph) {
        ValueUses uses = ValueUses.of(graph);
        return Optional.of(graph.outputs()).filter(outputs -> outputs.size() == 1)
                .flatMap(outputs -> matching(graph, outputs.getFirst(), uses, weights -> StemWeights.packed(graph, uses, weights)))
                .filter(match -> graph.nodes().size() == match.nodes().size() + StemWeights.NODES
                        && !uses.isGiven(match.program().bias()) && !uses.isGiven(match.program().pixels())
                        && !uses.isGiven(match.program().valid()))
                .map(Match::program).orElseThrow(() -> new EngineException(
                        "the kernel of a stem does not do what the plan's step computes; build it anew"));
    }

    /// Whether a graph is of the kind that the kernel is for: no other begins with pixels.
    public static boolean isFor(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> node.operation() instanceof Operation.Pixels);
    }

    /// The program whose result is a value of a graph, if there is one.
    ///
    /// @param weights what stands for the convolution's weights in the program, if they may be its
    public static Optional<Match> matching(Graph graph, String output, ValueUses uses, Function<String, Optional<String>> weights) {
        Optional<Node> maximum = uses.giver(output, Integer.MAX_VALUE).filter(node -> node.operation().equals(MAXIMUM));
        Optional<Node> relu = maximum.flatMap(node -> uses.giver(node.inputs().getFirst(), 1))
                .filter(node -> node.operation().equals(RELU));
        Optional<Node> convolution = relu.flatMap(node -> uses.giver(node.inputs().getFirst(), 1)).filter(node -> isTaken(graph, node));
        Optional<Node> image = convolution.flatMap(node -> uses.giver(node.inputs().getFirst(), 1));
        return image.filter(node -> node.operation() instanceof Operation.Pixels(_, _, DataType to) && to == DataType.FLOAT16)
                .flatMap(pixels -> weights.apply(convolution.orElseThrow().inputs().get(1)).map(taken -> match(graph, taken,
                        List.of(pixels, convolution.orElseThrow(), relu.orElseThrow(), maximum.orElseThrow()))));
    }

    private static Match match(Graph graph, String weights, List<Node> nodes) {
        Node pixels = nodes.getFirst();
        String bias = nodes.get(1).inputs().get(2);
        return new Match(new StemProgram(pixels.inputs().getFirst(), pixels.inputs().get(1), (Operation.Pixels) pixels.operation(), weights,
                bias, nodes.getLast().output(), graph.type(pixels.inputs().getFirst())), nodes);
    }

    private static boolean isTaken(Graph graph, Node node) {
        return node.operation().equals(CONVOLUTION) && node.inputs().size() == 3
                && graph.type(node.inputs().get(1)).equals(new TensorType(DataType.FLOAT16, StemWeights.NATURAL))
                && graph.type(node.inputs().get(2)).equals(new TensorType(DataType.FLOAT16, Shape.of(StemWeights.NATURAL.get(0).size())));
    }
}
