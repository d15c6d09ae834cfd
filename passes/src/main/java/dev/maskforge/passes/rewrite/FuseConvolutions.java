package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Conv;
import dev.maskforge.graph.Operation.FusedConv;
import dev.maskforge.graph.Operation.FusedConv.Activation;
import dev.maskforge.graph.Operation.Unary;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What follows a convolution becomes part of it:
///
/// - Relu(Conv(x, W, b) + a) -> FusedConv(x, W, b, a) with Relu
/// - Relu(Conv(x, W, b)) -> FusedConv(x, W, b) with Relu
/// - Conv(x, W, b) + a -> FusedConv(x, W, b, a), where there is more to the sum than one Relu
///
/// Exact: the same sums, rounded at the same places; a bias of zeros, where an addend comes without one, changes none.
/// Convolutions that nothing follows stay what they are.
///
/// Of a sum of two convolutions the later one takes the other's result: that lies there already when its turn comes. The
/// earlier one would have to wait for it, and what it convolves would take memory as long.
///
/// An engine runs this itself, on a graph that is otherwise done: quantisation and the other rewrites know plain convolutions.
public final class FuseConvolutions implements Pass {
    private final Kernels kernels;

    /// @param kernels those of the engine that the graph is for
    public FuseConvolutions(Kernels kernels) {
        this.kernels = kernels;
    }

    /// Which convolutions an engine computes in one go with what follows them.
    @FunctionalInterface
    public interface Kernels {
        /// Whether there is a kernel.
        ///
        /// @param convolution a node of the graph, whose operation is a [Conv]
        boolean take(Node convolution, Graph graph);
    }

    @Override
    public String name() {
        return "fuse convolutions with what follows";
    }

    @Override
    public Outcome apply(Graph graph) {
        return Rule.apply(graph, this::at);
    }

    private Verdict at(Node node, Site site) {
        if (isSum(node)) {
            // A Relu is the last node of its pattern, and takes the sum along.
            return isForReluAlone(node, site) ? Verdict.keep() : verdict(ofSum(node, site), Activation.NONE, site);
        }
        if (!isRelu(node)) {
            return Verdict.keep();
        }
        String x = node.inputs().getFirst();
        List<Candidate> candidates = site.producer(x).filter(FuseConvolutions::isSum).filter(sum -> site.isOnlyFor(x, node))
                .map(sum -> ofSum(sum, site)).orElseGet(() -> site.producer(x, Conv.class)
                        .map(convolution -> List.of(new Candidate(convolution, node, Optional.empty()))).orElseGet(List::of));
        return verdict(candidates, Activation.RELU, site);
    }

    private static boolean isSum(Node node) {
        return node.operation() instanceof Binary(BinaryFunction function) && function == BinaryFunction.ADD;
    }

    private static boolean isRelu(Node node) {
        return node.operation() instanceof Unary(UnaryFunction function) && function == UnaryFunction.RELU;
    }

    private static boolean isForReluAlone(Node sum, Site site) {
        List<Node> users = site.users(sum.output());
        return users.size() == 1 && isRelu(users.getFirst()) && site.isOnlyFor(sum.output(), users.getFirst());
    }

    private static List<Candidate> ofSum(Node sum, Site site) {
        List<Candidate> candidates = new ArrayList<>();
        for (int operand = 0; operand < 2; operand++) {
            Optional<String> addend = Optional.of(sum.inputs().get(1 - operand));
            site.producer(sum.inputs().get(operand), Conv.class)
                    .ifPresent(convolution -> candidates.add(new Candidate(convolution, sum, addend)));
        }
        return candidates;
    }

    private Verdict verdict(List<Candidate> candidates, Activation activation, Site site) {
        List<Candidate> fusible = candidates.stream().filter(candidate -> obstacle(candidate, site).isEmpty()).toList();
        if (fusible.isEmpty()) {
            return candidates.stream().findFirst().flatMap(candidate -> obstacle(candidate, site)).map(Verdict::refuse)
                    .orElseGet(Verdict::keep);
        }
        List<Node> order = site.graph().nodes();
        Candidate last = fusible.stream().max(Comparator.comparingInt(candidate -> order.indexOf(candidate.convolution()))).orElseThrow();
        return Verdict.replace(site.builder().within(Site.scope(last.convolution()), () -> last.fused(activation, site)));
    }

    private Optional<String> obstacle(Candidate candidate, Site site) {
        return candidate.obstacle(site).or(() -> kernels.take(candidate.convolution(), site.graph())
                ? Optional.empty()
                : Optional.of("the engine has no kernel for the convolution"));
    }

    /// A convolution, the node that takes its result, and what that adds to it.
    private record Candidate(Node convolution, Node user, Optional<String> addend) {
        Optional<String> obstacle(Site site) {
            String convolved = convolution.output();
            TensorType type = site.graph().type(convolved);
            if (!site.isOnlyFor(convolved, user)) {
                return Optional.of("the convolution's result is also used as it is");
            }
            if (type.dataType() != DataType.FLOAT32) {
                return Optional.of("in half precision it would be rounded once instead of after each step");
            }
            if (addend.isEmpty()) {
                return Optional.empty();
            }
            if (addend.get().equals(convolved)) {
                return Optional.of("the convolution's result is added to itself");
            }
            if (!site.graph().type(addend.get()).equals(type)) {
                return Optional.of("what is added is of another shape than the convolution's result");
            }
            return hasBias() || type.shape().get(1).isConstant()
                    ? Optional.empty()
                    : Optional.of("it has no bias, and as many channels as its weight turns out to have");
        }

        private boolean hasBias() {
            return convolution.inputs().size() > 2;
        }

        Value fused(Activation activation, Site site) {
            List<Value> inputs = new ArrayList<>(site.inputs(convolution));
            addend.ifPresent(name -> {
                if (!hasBias()) {
                    inputs.add(zeros(site));
                }
                inputs.add(site.value(name));
            });
            return site.builder().add(FusedConv.of((Conv) convolution.operation(), activation), inputs.toArray(Value[]::new));
        }

        private Value zeros(Site site) {
            long channels = site.shape(convolution.output()).get(1).size();
            return site.builder().constant("bias", Tensor.of(Shape.of(channels), new float[Math.toIntExact(channels)]));
        }
    }
}
