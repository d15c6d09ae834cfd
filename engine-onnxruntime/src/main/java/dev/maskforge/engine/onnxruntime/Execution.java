package dev.maskforge.engine.onnxruntime;

import dev.maskforge.engine.Precision;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.TensorType;
import dev.maskforge.kernels.Kernels;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.rewrite.FuseConvolutions;
import dev.maskforge.passes.rewrite.FuseFeedForward;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Who computes what.
public enum Execution {
    /// Kernels of ours compute what they are faster at; the graph is cut there, and ONNX Runtime computes the rest.
    OWN_KERNELS {
        @Override
        Set<Class<? extends Operation>> operations() {
            return Kernels.operations();
        }

        @Override
        Graph fuse(Graph graph, Precision precision) {
            return multiplies(graph, precision)
                    ? new Pipeline(List.of(new FuseConvolutions(Kernels.best()::convolve),
                            new FuseFeedForward((x, _, _) -> Kernels.best().feedForward(x)))).run(graph).graph()
                    : graph;
        }

        @Override
        Predicate<Node> own(Graph graph, Precision precision) {
            Kernels kernels = Kernels.best();
            boolean multiplies = multiplies(graph, precision);
            return node -> operations().contains(node.operation().getClass())
                    || multiplies && (kernels.convolve(node, graph) || kernels.feedForward(node, graph));
        }
    },
    /// ONNX Runtime computes all, in one piece; the control.
    RUNTIME_ONLY {
        @Override
        Set<Class<? extends Operation>> operations() {
            return Set.of();
        }

        @Override
        Graph fuse(Graph graph, Precision precision) {
            return graph;
        }

        @Override
        Predicate<Node> own(Graph graph, Precision precision) {
            return _ -> false;
        }
    };

    /// What kernels of ours compute wherever it occurs, so that nobody need write it with simpler operations.
    abstract Set<Class<? extends Operation>> operations();

    /// The graph with several operations in one where a kernel of ours computes them in one go.
    abstract Graph fuse(Graph graph, Precision precision);

    /// The nodes of a graph that kernels of ours compute.
    abstract Predicate<Node> own(Graph graph, Precision precision);

    /// With integers, convolutions and products are ONNX Runtime's. And where only running tells the size of some value, as
    /// in files of others, a graph is not cut for what ONNX Runtime has as well: the value might lie at a cut.
    private static boolean multiplies(Graph graph, Precision precision) {
        Set<String> known = graph.inputs().stream().map(graph::type).flatMap(Execution::symbols).collect(Collectors.toSet());
        return precision == Precision.FP32 && graph.types().values().stream().flatMap(Execution::symbols).allMatch(known::contains);
    }

    private static Stream<String> symbols(TensorType type) {
        return type.shape().dimensions().stream().flatMap(dimension -> dimension.symbols().stream());
    }
}
