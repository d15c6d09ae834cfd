package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.DeviceTimes;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.OutputError;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.tensorrt.lower.DeformableAttentionForm;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.reference.Interpreter;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;

/// Deformable attention alone, at a graph's usual sizes: built in a form, held against the interpreter, and timed.
///
/// @param alone     a graph of the one operation
/// @param precision of the network that it is for
/// @param options   of the build
record FormTrial(Graph alone, Precision precision, TensorRtOptions options) {
    private static final int WARMUPS = 10;
    private static final int RUNS = 50;
    /// Positions in float32 of a map some hundred pixels wide err by 1e-5 pixels; values in float16 by 2^-11.
    private static final double TOLERANCE = 2e-4;
    private static final double HALF_TOLERANCE = 4e-3;
    private static final long SEED = 20_261_126;

    /// The first deformable attention of a graph, if it has one.
    static Optional<FormTrial> of(Graph graph, Precision precision, TensorRtOptions options) {
        return graph.nodes().stream().filter(node -> node.operation() instanceof Operation.DeformableAttention).findFirst()
                .map(node -> new FormTrial(
                        alone((Operation.DeformableAttention) node.operation(), graph.type(node.inputs().getFirst()), options), precision,
                        options));
    }

    private static Graph alone(Operation.DeformableAttention attention, TensorType value, TensorRtOptions options) {
        Map<String, Long> sizes = new HashMap<>();
        value.shape().dimensions().forEach(
                dimension -> dimension.symbols().forEach(symbol -> sizes.put(symbol, options.sizes(symbol).usual())));
        Operation.DeformableAttention bound = new Operation.DeformableAttention(attention.heads(), attention.points(),
                attention.levels().stream().map(level -> new Operation.DeformableAttention.Level(level.height().with(sizes),
                        level.width().with(sizes))).toList());
        Shape shape = value.shape().with(sizes);
        long samples = (long) attention.heads() * attention.levels().size() * attention.points();
        GraphBuilder builder = new GraphBuilder();
        Value values = input(builder, "value", shape, shape.get(2).size());
        Value offsets = input(builder, "offsets", shape, 2 * samples);
        Value logits = input(builder, "logits", shape, samples);
        builder.output("sampled", builder.add(bound, values, offsets, logits));
        return builder.build();
    }

    private static Value input(GraphBuilder builder, String name, Shape shape, long channels) {
        return builder.input(name, new TensorType(DataType.FLOAT32, Shape.of(shape.get(0).size(), shape.get(1).size(), channels)));
    }

    /// All that a choice depends on.
    String key(String device, String tensorRt) {
        return String.join("\n", device, tensorRt, precision.toString(), Integer.toString(options.level()), alone.nodes().toString(),
                alone.types().toString());
    }

    /// Builds, checks and times a form.
    ///
    /// @throws EngineException if it is not to be had
    FormChooser.Measured measure(DeformableAttentionForm form) {
        Map<String, Tensor> inputs = inputs();
        SequencedMap<String, Tensor> expected = Interpreter.run(alone, inputs);
        try (Arena arena = Arena.ofConfined();
                Engine engine = PlanOpening
                        .open(PlanBuilding.of(false, precision, options.withForm(form), BuildProgress.NONE).build(alone, arena));
                Session session = engine.openSession()) {
            OutputError error = Comparator.errors(expected, session.run(inputs)).getFirst();
            double tolerance = precision == Precision.FP16 ? HALF_TOLERANCE : TOLERANCE;
            return new FormChooser.Measured(error.relative(), tolerance, median(session, inputs));
        }
    }

    private Map<String, Tensor> inputs() {
        Random random = new Random(SEED);
        Map<String, Tensor> inputs = new HashMap<>();
        for (String name : alone.inputs()) {
            Shape shape = alone.type(name).shape();
            float[] elements = new float[Math.toIntExact(shape.elementCount())];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = (float) random.nextGaussian();
            }
            inputs.put(name, Tensor.of(shape, elements));
        }
        return inputs;
    }

    private static double median(Session session, Map<String, Tensor> inputs) {
        for (int i = 0; i < WARMUPS; i++) {
            session.run(inputs);
        }
        long[] nanoseconds = new long[RUNS];
        for (int i = 0; i < RUNS; i++) {
            session.run(inputs);
            nanoseconds[i] = session.deviceTimes().map(DeviceTimes::compute)
                    .orElseThrow(() -> new EngineException("the session does not say how long it took"));
        }
        Arrays.sort(nanoseconds);
        return nanoseconds[RUNS / 2] / 1e9;
    }
}
