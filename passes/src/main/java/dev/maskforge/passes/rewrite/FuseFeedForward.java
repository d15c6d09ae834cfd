package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.FeedForward;
import dev.maskforge.graph.Operation.MatMul;
import dev.maskforge.graph.Operation.Transpose;
import dev.maskforge.graph.Operation.Unary;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.passes.Pass;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A transformer's feed-forward network becomes one operation, where weights and biases are constants:
///
/// - Relu(x·W + b)·V + c -> FeedForward(x, W, b, V, c)
///
/// Each weight is a constant, or the transpose of one, as [dev.maskforge.passes.lower.LinearLowering] leaves large ones.
///
/// Exact: the same sums; an engine may add in another order.
///
/// Of three layers in a row the first two are taken, and the third stays what it is.
///
/// An engine runs this itself, on a graph that is otherwise done: quantisation and the other rewrites know plain products.
public final class FuseFeedForward implements Pass {
    private final Kernels kernels;

    /// @param kernels those of the engine that the graph is for
    public FuseFeedForward(Kernels kernels) {
        this.kernels = kernels;
    }

    /// Which feed-forward networks an engine computes in one go.
    @FunctionalInterface
    public interface Kernels {
        /// Whether there is a kernel.
        ///
        /// @param x           float32 `[..., C]`
        /// @param weight      `[C, H]`, a constant
        /// @param outerWeight `[H, D]`, a constant
        boolean take(TensorType x, TensorType weight, TensorType outerWeight);
    }

    @Override
    public String name() {
        return "fuse feed-forward networks";
    }

    @Override
    public Outcome apply(Graph graph) {
        Set<String> fused = new HashSet<>();
        return Rule.apply(graph, (node, site) -> at(node, site, fused));
    }

    /// @param fused the sums that ended a feed-forward network so far; this one is put there if it does
    private Verdict at(Node node, Site site, Set<String> fused) {
        List<Candidate> candidates = candidates(node, site);
        Optional<Candidate> fusible = candidates.stream().filter(candidate -> obstacle(candidate, site, fused).isEmpty()).findFirst();
        if (fusible.isPresent()) {
            fused.add(node.output());
            return Verdict.replace(fusible.get().fused(site));
        }
        return candidates.stream().findFirst().flatMap(candidate -> obstacle(candidate, site, fused)).map(Verdict::refuse)
                .orElseGet(Verdict::keep);
    }

    private Optional<String> obstacle(Candidate candidate, Site site, Set<String> fused) {
        Graph graph = site.graph();
        if (fused.contains(candidate.inner().sum().output())) {
            return Optional.of("its first product is another feed-forward network's second");
        }
        return candidate.obstacle(site)
                .or(() -> kernels.take(graph.type(candidate.inner().x()), graph.type(candidate.inner().weight()),
                        graph.type(candidate.outer().weight()))
                                ? Optional.empty()
                                : Optional.of("the engine has no kernel for the feed-forward network"));
    }

    private static List<Candidate> candidates(Node root, Site site) {
        List<Candidate> candidates = new ArrayList<>();
        for (Affine outer : affines(root, site)) {
            Optional<Node> relu = site.producer(outer.x(), Unary.class).filter(FuseFeedForward::isRelu);
            relu.flatMap(node -> site.producer(node.inputs().getFirst(), Binary.class)).stream()
                    .flatMap(sum -> affines(sum, site).stream())
                    .forEach(inner -> candidates.add(new Candidate(inner, relu.orElseThrow(), outer)));
        }
        return candidates;
    }

    /// What a sum may be a product and its bias of: either operand's product.
    private static List<Affine> affines(Node sum, Site site) {
        if (!(sum.operation() instanceof Binary(BinaryFunction function) && function == BinaryFunction.ADD)) {
            return List.of();
        }
        List<Affine> affines = new ArrayList<>();
        for (int operand = 0; operand < 2; operand++) {
            String bias = sum.inputs().get(1 - operand);
            site.producer(sum.inputs().get(operand), MatMul.class).ifPresent(product -> affines.add(new Affine(product, bias, sum)));
        }
        return affines;
    }

    private static boolean isRelu(Node node) {
        return node.operation() instanceof Unary(UnaryFunction function) && function == UnaryFunction.RELU;
    }

    /// x·weight + bias.
    private record Affine(Node product, String bias, Node sum) {
        String x() {
            return product.inputs().get(0);
        }

        String weight() {
            return product.inputs().get(1);
        }

        /// The constant that the weight is, or is the transpose of.
        private Optional<Tensor> constantMatrix(Site site) {
            return site.constant(weight()).or(() -> transpose(site).flatMap(node -> site.constant(node.inputs().getFirst())));
        }

        private Optional<Node> transpose(Site site) {
            return site.producer(weight(), Transpose.class);
        }

        /// The weight as a constant.
        Value matrix(Site site) {
            Optional<Node> transpose = transpose(site);
            return transpose.isEmpty() ? site.value(weight())
                    : site.builder().constant("weight",
                            Interpreter.evaluate(transpose.get().operation(), List.of(constantMatrix(site).orElseThrow())));
        }

        Optional<String> obstacle(Site site) {
            if (constantMatrix(site).isEmpty()) {
                return Optional.of("what is multiplied with is no constant");
            }
            if (site.constant(bias).isEmpty()) {
                return Optional.of("what is added is no constant");
            }
            Shape matrix = site.shape(weight());
            if (matrix.rank() != 2) {
                return Optional.of("what is multiplied with is no matrix");
            }
            return site.shape(bias).equals(Shape.of(matrix.get(1)))
                    ? Optional.empty()
                    : Optional.of("what is added is no bias of the product");
        }
    }

    private record Candidate(Affine inner, Node relu, Affine outer) {
        Optional<String> obstacle(Site site) {
            if (site.graph().type(outer.sum().output()).dataType() != DataType.FLOAT32) {
                return Optional.of("in half precision it would be rounded once instead of after each step");
            }
            boolean isAlone = site.isOnlyFor(inner.product().output(), inner.sum()) && site.isOnlyFor(inner.sum().output(), relu)
                    && site.isOnlyFor(relu.output(), outer.product()) && site.isOnlyFor(outer.product().output(), outer.sum());
            return isAlone ? inner.obstacle(site).or(() -> outer.obstacle(site)) : Optional.of("a value within is also used as it is");
        }

        Value fused(Site site) {
            return site.builder().add(new FeedForward(), site.value(inner.x()), inner.matrix(site), site.value(inner.bias()),
                    outer.matrix(site), site.value(outer.bias()));
        }
    }
}
