package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Unary;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Tensor;
import dev.maskforge.passes.Pass;
import java.util.Optional;

/// Sigmoid(x) < 0.5 -> x < 0, and likewise for >=.
///
/// Exact over real numbers. In float32 it differs where the sigmoid rounds to 0.5 although x is below 0, which it does down
/// to -1.8e-7: nearer to the threshold than any sum that x comes from is to its exact value.
public final class CompareLogits implements Pass {
    private static final float HALF = 0.5f;

    @Override
    public String name() {
        return "compare logits instead of probabilities";
    }

    @Override
    public Outcome apply(Graph graph) {
        return Rule.apply(graph, CompareLogits::at);
    }

    private static Verdict at(Node node, Site site) {
        boolean isComparison = node.operation() instanceof Binary(BinaryFunction function)
                && (function == BinaryFunction.LESS || function == BinaryFunction.GREATER_OR_EQUAL);
        if (!isComparison) {
            return Verdict.keep();
        }
        Operation sigmoid = new Unary(UnaryFunction.SIGMOID);
        Optional<String> logits = site.producer(node.inputs().get(0), Unary.class).filter(unary -> unary.operation().equals(sigmoid))
                .map(unary -> unary.inputs().getFirst());
        Optional<Tensor> threshold = site.constant(node.inputs().get(1));
        if (logits.isEmpty() || threshold.isEmpty()) {
            return Verdict.keep();
        }
        if (threshold.get().elementCount() != 1 || threshold.get().toFloats()[0] != HALF) {
            return Verdict.refuse("the threshold is not 0.5, and the logarithm of another would be rounded");
        }
        return Verdict.replace(site.builder().add(node.operation(), site.value(logits.get()), site.builder().constant(0f)));
    }
}
