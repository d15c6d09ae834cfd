package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Runs passes over graphs in text, and holds what comes out against what went in.
final class Recognising {
    /// The forms are equal over real numbers; a few roundings of float32 lie between them.
    static final double ROUNDING = 2e-6;

    private Recognising() {
    }

    static Graph all(String text) {
        return all(GraphText.parse(text));
    }

    static Graph all(Graph graph) {
        return Recognition.pipeline().run(graph).graph();
    }

    /// By one rule alone, with what is left over removed.
    static Pipeline.Result by(Rule rule, String text) {
        return Pipeline.of(RulePass.of(rule), new RemoveUnused()).run(GraphText.parse(text));
    }

    static List<String> types(Graph graph) {
        return graph.nodes().stream().map(node -> node.operation().type()).toList();
    }

    /// Why the first pass refused, place by place.
    static List<String> reasons(Pipeline.Result result) {
        return result.steps().getFirst().refusals().stream().map(Pass.Refusal::reason).toList();
    }

    /// Fails if two graphs do not compute the same of random numbers; prints how far apart they are.
    static void assertSame(Graph before, Graph after, Map<String, Long> sizes) {
        Map<String, Tensor> inputs = new HashMap<>();
        Random random = new Random(5);
        for (String input : before.inputs()) {
            TensorType type = before.type(input);
            inputs.put(input, number(new TensorType(type.dataType(), type.shape().with(sizes)), random));
        }
        Map<String, Tensor> expected = Interpreter.run(before, inputs);
        Map<String, Tensor> given = Interpreter.run(after, inputs);
        assertEquals(expected.keySet(), given.keySet());
        double largest = 0;
        for (String output : before.outputs()) {
            largest = Math.max(largest, difference(requireNonNull(expected.get(output)), requireNonNull(given.get(output))));
        }
        System.out.printf("%s: largest relative difference %.1e%n", types(after), largest);
        assertTrue(largest <= ROUNDING, "differs by " + largest);
    }

    private static Tensor number(TensorType type, Random random) {
        Shape shape = type.shape();
        int count = Math.toIntExact(shape.elementCount());
        if (type.dataType().bytes() == 1) {
            byte[] bytes = new byte[count];
            for (int i = 0; i < count; i++) {
                bytes[i] = (byte) (random.nextInt(3) == 0 ? 1 : 0);
            }
            return new Tensor(type, MemorySegment.ofArray(bytes));
        }
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return Tensor.of(shape, numbers);
    }

    private static double difference(Tensor expected, Tensor given) {
        assertEquals(expected.type(), given.type());
        if (expected.dataType().bytes() == 1) {
            return expected.memory().mismatch(given.memory()) < 0 ? 0 : 1;
        }
        float[] a = expected.toFloats();
        float[] b = given.toFloats();
        double largest = 0;
        double scale = Float.MIN_NORMAL;
        for (int i = 0; i < a.length; i++) {
            // A query that sees no key gives NaN in every form.
            assertEquals(Float.isNaN(a[i]), Float.isNaN(b[i]));
            if (!Float.isNaN(a[i])) {
                largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
                scale = Math.max(scale, Math.abs(a[i]));
            }
        }
        return largest / scale;
    }
}
