package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Reshape;
import dev.maskforge.graph.Operation.Transpose;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Transpose(Transpose(x)) -> one Transpose of x, or x; Reshape(Reshape(x)) -> one Reshape of x, or x; until none is left. So
/// a map that is made of tokens and taken apart into tokens again is the tokens.
///
/// Exact: elements move or do not.
public final class CancelTransposes implements Pass {
    @Override
    public String name() {
        return "cancel transposes and reshapes";
    }

    /// What cancels inside lets what is around it meet, so that a chain takes a round for each pair.
    @Override
    public Outcome apply(Graph graph) {
        Graph current = graph;
        int matches = 0;
        List<Refusal> refusals = new ArrayList<>();
        while (true) {
            Outcome round = Rule.apply(current, CancelTransposes::at);
            if (round.matches() == 0) {
                refusals.addAll(round.refusals());
                return new Outcome(current, matches, refusals);
            }
            matches += round.matches();
            current = round.graph();
        }
    }

    private static Verdict at(Node node, Site site) {
        return switch (node.operation()) {
            case Transpose(List<Integer> permutation) -> transpose(permutation, node.inputs().getFirst(), site);
            case Reshape(Shape shape) -> reshape(shape, node.inputs().getFirst(), site);
            default -> Verdict.keep();
        };
    }

    private static Verdict transpose(List<Integer> permutation, String x, Site site) {
        Optional<Node> inner = site.producer(x, Transpose.class);
        List<Integer> whole = permutation;
        String source = x;
        if (inner.isPresent() && inner.get().operation() instanceof Transpose(List<Integer> first)) {
            whole = permutation.stream().map(first::get).toList();
            source = inner.get().inputs().getFirst();
        }
        Value value = site.value(source);
        if (whole.equals(IntStream.range(0, whole.size()).boxed().toList())) {
            return Verdict.replace(value);
        }
        return inner.isPresent() ? Verdict.replace(value.transpose(whole.toArray(Integer[]::new))) : Verdict.keep();
    }

    private static Verdict reshape(Shape shape, String x, Site site) {
        Optional<Node> inner = site.producer(x, Reshape.class);
        Value value = site.value(inner.map(node -> node.inputs().getFirst()).orElse(x));
        if (value.shape().equals(shape)) {
            return Verdict.replace(value);
        }
        return inner.isPresent() ? Verdict.replace(value.reshape(shape)) : Verdict.keep();
    }
}
