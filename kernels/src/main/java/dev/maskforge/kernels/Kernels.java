package dev.maskforge.kernels;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.FusedConv;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// The implementation of the kernels: chosen once, when one is first needed, by a ladder that says why.
///
/// The Vector API is an incubating module of the JDK, two to three times as fast as plain Java here, and the only way to the
/// kernels of convolutions and feed-forward networks. Whoever starts the JVM decides about it: `--add-modules
/// jdk.incubator.vector`. It prints one line of warning then, and its code takes longer to be compiled, so that it pays for
/// processes that see more than a few pictures.
public final class Kernels {
    static final String MODULE = "jdk.incubator.vector";
    /// Shorter vectors do not make up for what the API costs.
    private static final int SHORTEST_VECTOR = 8;
    /// Kernels lay out their memory for what processors have today.
    private static final int LONGEST_VECTOR = 16;
    private static final int LEAST_TOKENS = 256;

    private final String description;
    private final HeadLanes head;
    private final SamplingLanes sampling;
    private final boolean multiplies;

    private Kernels(String description, HeadLanes head, SamplingLanes sampling, boolean multiplies) {
        this.description = description;
        this.head = head;
        this.sampling = sampling;
        this.multiplies = multiplies;
    }

    /// The fastest that runs here.
    public static Kernels best() {
        return Best.KERNELS;
    }

    /// Made when first asked for.
    private static final class Best {
        static final Kernels KERNELS = obstacle().map(reason -> plain("plain Java: " + reason)).orElseGet(Kernels::vector);
    }

    /// Why the Vector API is not used, and the cure if there is one.
    static Optional<String> obstacle() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return Optional.of("the Vector API is faster for many pictures; start Java with --add-modules " + MODULE + " to use it");
        }
        String mode = System.getProperty("java.vm.info", "").toLowerCase(Locale.ROOT);
        if (mode.contains("interpreted") || mode.contains("emulated-client")) {
            return Optional.of("the Vector API needs the JVM's optimising compiler; start Java without -Xint and -XX:TieredStopAtLevel");
        }
        int length = VectorSamplingLanes.length();
        if (length < SHORTEST_VECTOR) {
            return Optional
                    .of("the processor's vectors hold " + length + " floats, and the Vector API pays from " + SHORTEST_VECTOR + " on");
        }
        if (length > LONGEST_VECTOR) {
            return Optional.of("the processor's vectors hold " + length + " floats, and the kernels are made for " + SHORTEST_VECTOR
                    + " to " + LONGEST_VECTOR);
        }
        return Optional.empty();
    }

    static Kernels plain() {
        return plain("plain Java");
    }

    private static Kernels plain(String description) {
        return new Kernels(description, new PlainHeadLanes(), new PlainSamplingLanes(), false);
    }

    /// Only where there is no [obstacle][#obstacle()]: names classes of the module.
    static Kernels vector() {
        return new Kernels("Vector API, vectors of " + VectorSamplingLanes.length() + " floats", new VectorHeadLanes(),
                new VectorSamplingLanes(), true);
    }

    HeadLanes head() {
        return head;
    }

    /// For heads of so many channels.
    SamplingLanes sampling(int headWidth) {
        return sampling.gathers(headWidth) ? sampling : new PlainSamplingLanes();
    }

    /// The operations that there are kernels of wherever they occur.
    public static Set<Class<? extends Operation>> operations() {
        return Set.of(Operation.DeformableAttention.class, Operation.SemanticLabels.class);
    }

    /// Whether there is a kernel of a convolution, which is faster than what runtimes have: only with the Vector API, for
    /// float32, one group, and constant weights.
    ///
    /// @param node of the graph, any
    public boolean convolve(Node node, Graph graph) {
        int groups = switch (node.operation()) {
            case Operation.Conv convolution -> convolution.groups();
            case FusedConv convolution -> convolution.groups();
            default -> 0;
        };
        return multiplies && groups == 1 && graph.type(node.output()).dataType() == DataType.FLOAT32
                && node.inputs().stream().skip(1).limit(2).allMatch(graph.initializers()::containsKey);
    }

    /// Whether there is a kernel of a feed-forward network, which is faster than what runtimes have: only with the Vector API, for
    /// float32, and for so many tokens of a picture that it pays to cut a graph there. Its weights must be constant.
    ///
    /// @param x `[..., tokens, C]`
    public boolean feedForward(TensorType x) {
        if (!multiplies || x.dataType() != DataType.FLOAT32 || x.shape().rank() < 2) {
            return false;
        }
        Dimension tokens = x.shape().get(x.shape().rank() - 2);
        return !tokens.isConstant() || tokens.size() >= LEAST_TOKENS;
    }

    /// Whether a node is a [feed-forward network][#feedForward(TensorType)] with a kernel.
    ///
    /// @param node of the graph, any
    public boolean feedForward(Node node, Graph graph) {
        return node.operation() instanceof Operation.FeedForward && feedForward(graph.type(node.inputs().getFirst()))
                && node.inputs().stream().skip(1).allMatch(graph.initializers()::containsKey);
    }

    /// The number of the input over which a kernel may write its output: it reads each element of it just before it writes the
    /// one that takes its place, and none after.
    public static Optional<Integer> overwritable(Operation operation) {
        return operation instanceof FusedConv ? Optional.of(Convolution.ADDEND) : Optional.empty();
    }

    /// An operation with what was made of its constants once, for all sizes and sessions. It may be used by several threads.
    @FunctionalInterface
    public interface Prepared {
        /// A kernel over tensors that stay where they are, and are of the types that the operation takes and gives.
        ///
        /// @param operation the same, its dimensions constant
        /// @param inputs    in native memory, aligned to their elements
        /// @param output    likewise
        /// @param scratch   shared by kernels that never run at the same time
        /// @throws IllegalArgumentException if a tensor has more elements than an array
        Kernel bind(Operation operation, List<Tensor> inputs, Tensor output, Scratch scratch);
    }

    /// Prepares an operation.
    ///
    /// @param operation one of [#operations()], or one that is [convolved][#convolve], or a [feed-forward network][#feedForward(Node, Graph)]
    /// @param constants by input, those that are constant
    /// @throws IllegalArgumentException if there is no kernel of the operation
    public Prepared prepare(Operation operation, List<Optional<Tensor>> constants) {
        Prepared prepared = withinArrays(operation, List.of(), () -> unchecked(operation, constants));
        return (bound, inputs, output, scratch) -> withinArrays(operation, inputs, () -> prepared.bind(bound, inputs, output, scratch));
    }

    private static <T> T withinArrays(Operation operation, List<Tensor> inputs, Supplier<T> maker) {
        try {
            return maker.get();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    operation.type() + " on " + inputs + " exceeds Java's arrays; use a smaller picture or batch",
                    e);
        }
    }

    private Prepared unchecked(Operation operation, List<Optional<Tensor>> constants) {
        return switch (operation) {
            case Operation.DeformableAttention _ -> (bound, inputs, output, scratch) -> new DeformableAttentionKernel(this,
                    (Operation.DeformableAttention) bound, inputs, output, scratch);
            case Operation.SemanticLabels _ -> (_, inputs, output, _) -> new SemanticLabelsKernel(this, inputs, output);
            case Operation.Conv convolution when multiplies && convolution.groups() == 1 ->
                Convolution.of(FusedConv.of(convolution, FusedConv.Activation.NONE), constants);
            case FusedConv convolution when multiplies && convolution.groups() == 1 -> Convolution.of(convolution, constants);
            case Operation.FeedForward _ when multiplies -> FeedForwardKernel.prepare(constants);
            default -> throw new IllegalArgumentException("there is no kernel of " + operation.type());
        };
    }

    /// Such as `Vector API, vectors of 16 floats`, or `plain Java: ...` with the reason.
    @Override
    public String toString() {
        return description;
    }
}
