package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.Partition;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.passes.Pass;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

/// Graphs of one input `x` and one output `projected`, before and after sums with columns of a product are joined.
final class JoinChecks {
    static final String INPUT = "x";
    static final String OUTPUT = "projected";

    private JoinChecks() {
    }

    /// float32, normally distributed, the same each time.
    static Tensor numbers(long seed, long... sizes) {
        Random random = new Random(seed);
        Shape shape = Shape.of(sizes);
        float[] elements = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) random.nextGaussian();
        }
        return Tensor.of(shape, elements);
    }

    /// Holds that a pass leaves one sum of two, and that what the graph says stays the same bit for bit.
    ///
    /// @param sums how many there are before
    static void joinsASum(Pass pass, Graph apart, long sums, Tensor x) {
        Graph joined = Verifier.verify(pass.apply(apart).graph());
        assertEquals(sums, sums(apart));
        assertEquals(sums - 1, sums(joined));
        assertArrayEquals(output(apart, x), output(joined, x));
    }

    private static long sums(Graph graph) {
        return graph.nodes().stream().filter(node -> node.operation() instanceof Operation.Binary).count();
    }

    private static float[] output(Graph graph, Tensor x) {
        return Objects.requireNonNull(Interpreter.run(graph, Map.of(INPUT, x)).get(OUTPUT)).toFloats();
    }

    /// The kernels of ours among the steps of a prepared graph, in order.
    static List<Partition.Step.Kernel> kernels(Preparation preparation, Graph graph) {
        Graph prepared = preparation.apply(graph).graph();
        return Partition.ofNodes(prepared, preparation.cuts(prepared)).steps().stream().filter(Partition.Step.Kernel.class::isInstance)
                .map(Partition.Step.Kernel.class::cast).toList();
    }

    /// What they compute.
    static List<Operation> operations(List<Partition.Step.Kernel> kernels) {
        return kernels.stream().map(kernel -> kernel.node().operation()).toList();
    }
}
