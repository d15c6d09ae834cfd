package dev.maskforge;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.rewrite.Optimisation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Small models of both families and all kinds of backbones say after all rewrites what their graphs say as authored.
///
/// Mask2Former cuts attention where a logit is below 0: one that rounds to the other side changes what follows by much more
/// than rounding does. So the masks of all layers are outputs too, and their bits are compared: where none flips, both
/// graphs attended to the same pixels.
class OptimisationTest {
    /// Each graph may be as far from exact arithmetic as float32 is from float64 in these networks, 1e-5 by
    /// `tools/fixtures/make_models.py`; they are nearer to each other than that.
    private static final double LARGEST_RELATIVE_ERROR = 1e-5;
    private static final Lowering LOWERING = new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE);
    private static final List<String> RAW = List.of("pred_logits", "pred_masks");

    private static final List<Optimisation> PIPELINES = List.of(Optimisation.fewerOperations(), Optimisation.fewestProducts());

    static List<String> models() {
        return ParityTest.MODELS;
    }

    @ParameterizedTest
    @MethodSource("models")
    void agreesAtFreeSize(String model) {
        check(model, InputShape.free(), Original.networkSizes(model), 1);
    }

    @ParameterizedTest
    @MethodSource("models")
    void agreesOnTwoPicturesOfFixedSize(String model) {
        String size = Original.networkSizes(model).getFirst();
        check(model, ParityTest.fixed(size).withBatch(2), List.of(size), 2);
    }

    /// The high-level operations in place, each computed as it is meant.
    @ParameterizedTest
    @MethodSource("models")
    void agreesInTheInterpreter(String model) {
        String size = Original.networkSizes(model).getFirst();
        try (Original original = Original.open(model, size);
                ModelFile file = ModelFile.open(Original.checkpoint(model), ModelOptions.none())) {
            Graph authored = withMasks(file.graph(InputShape.free(), Output.RAW));
            Graph optimised = Optimisation.fewestProducts().passes().run(authored).graph();
            compare(model + " " + size + " interpreter", ParityTest.run("reference", authored, original.input()),
                    ParityTest.run("reference", optimised, original.input()));
        }
    }

    private static void check(String model, InputShape input, List<String> sizes, int batch) {
        try (ModelFile file = ModelFile.open(Original.checkpoint(model), ModelOptions.none())) {
            Graph authored = withMasks(file.graph(input, Output.RAW));
            Map<String, Map<String, Tensor>> expected = run(Pipeline.of(LOWERING, new RemoveUnused()), authored, model, sizes, batch);
            for (Optimisation optimisation : PIPELINES) {
                Map<String, Map<String, Tensor>> actual = run(optimisation.then(LOWERING), authored, model, sizes, batch);
                sizes.forEach(size -> compare(model + " " + size + " " + optimisation, requireNonNull(expected.get(size)),
                        requireNonNull(actual.get(size))));
            }
        }
    }

    /// What ONNX Runtime makes of the graph, by the size of the picture.
    private static Map<String, Map<String, Tensor>> run(Pipeline pipeline, Graph authored, String model, List<String> sizes, int batch) {
        Map<String, Map<String, Tensor>> outputs = new HashMap<>();
        try (Engine engine = Engines.named("onnxruntime").build(pipeline.run(authored).graph(), EngineOptions.standard());
                Session session = engine.openSession()) {
            for (String size : sizes) {
                try (Original original = Original.open(model, size)) {
                    outputs.put(size, ParityTest.run(session, pictures(original, batch)));
                }
            }
        }
        return outputs;
    }

    private static void compare(String what, Map<String, Tensor> expected, Map<String, Tensor> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        int flipped = 0;
        int bits = 0;
        for (String name : expected.keySet()) {
            if (!RAW.contains(name)) {
                byte[] mask = requireNonNull(expected.get(name)).toBytes();
                byte[] other = requireNonNull(actual.get(name)).toBytes();
                for (int i = 0; i < mask.length; i++) {
                    flipped += mask[i] == other[i] ? 0 : 1;
                }
                bits += mask.length;
            }
        }
        double logits = error("pred_logits", expected, actual);
        double masks = error("pred_masks", expected, actual);
        System.out.printf("%s: largest relative error of class logits %.1e, of mask logits %.1e; %d of %d mask bits flipped%n", what,
                logits,
                masks, flipped, bits);
        assertEquals(0, flipped, "mask bits flipped");
        assertTrue(logits <= LARGEST_RELATIVE_ERROR, () -> "class logits differ by " + logits);
        assertTrue(masks <= LARGEST_RELATIVE_ERROR, () -> "mask logits differ by " + masks);
    }

    private static double error(String name, Map<String, Tensor> expected, Map<String, Tensor> actual) {
        return ParityTest.relativeError(requireNonNull(actual.get(name)), requireNonNull(expected.get(name)));
    }

    /// The graph with what each decoder layer's queries must not see as outputs, too.
    private static Graph withMasks(Graph graph) {
        List<String> outputs = new ArrayList<>(graph.outputs());
        graph.nodes().stream().filter(node -> node.operation().equals(new Binary(BinaryFunction.AND))).map(Node::output)
                .forEach(outputs::add);
        return new Graph(graph.inputs(), outputs, graph.nodes(), graph.initializers(), graph.types(), graph.metadata());
    }

    /// The first picture, and for a batch of two a second one: the first upside down and from right to left.
    private static Tensor pictures(Original original, int batch) {
        Tensor input = original.input();
        float[] all = input.toFloats();
        int picture = all.length / original.pictures();
        int plane = picture / 3;
        float[] pictures = new float[batch * picture];
        System.arraycopy(all, 0, pictures, 0, picture);
        for (int i = picture; i < pictures.length; i++) {
            int channel = (i - picture) / plane;
            pictures[i] = all[(channel + 1) * plane - 1 - (i - picture) % plane];
        }
        return Tensor.of(Shape.of(batch, 3, input.shape().get(2).size(), input.shape().get(3).size()), pictures);
    }
}
