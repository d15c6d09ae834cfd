package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.DeviceTimes;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.OutputError;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;

/// Deformable attention alone, at a graph's usual sizes: built in a form, held against the interpreter, and run.
///
/// @param alone     a graph of the one operation
/// @param precision of the network that it is for
/// @param options   of the build
record FormTrial(Graph alone, Precision precision, TensorRtOptions options) {
    /// How forms are timed: choices that were made otherwise are not taken over.
    private static final String RULE = "least of rounds";
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
                dimension -> dimension.symbols().forEach(symbol -> sizes.put(symbol, options.sizes().of(symbol).usual())));
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
        return String.join("\n", RULE, device, tensorRt, precision.toString(), Integer.toString(options.search().level()),
                alone.nodes().toString(),
                alone.types().toString());
    }

    /// Builds and checks a form.
    ///
    /// @throws EngineException if it is not to be had
    FormChooser.Candidate open(DeformableAttentionForm form) {
        Map<String, Tensor> inputs = inputs();
        SequencedMap<String, Tensor> expected = Interpreter.run(alone, inputs);
        Engine engine = engine(form);
        try {
            Session session = engine.openSession();
            try {
                OutputError error = Comparator.errors(expected, session.run(inputs)).getFirst();
                return new Opened(engine, session, inputs, error.relative(), precision == Precision.FP16 ? HALF_TOLERANCE : TOLERANCE);
            } catch (RuntimeException | Error e) {
                session.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    private Engine engine(DeformableAttentionForm form) {
        try (Arena arena = Arena.ofConfined()) {
            return PlanOpening
                    .open(PlanBuilding.of(false, precision, options.withForm(form), BuildProgress.NONE).build(alone, arena).bytes(), 1);
        }
    }

    private record Opened(Engine engine, Session session, Map<String, Tensor> inputs, double error,
            double tolerance) implements FormChooser.Candidate {
        @Override
        public double seconds() {
            session.run(inputs);
            return session.deviceTimes().map(DeviceTimes::compute)
                    .orElseThrow(() -> new EngineException("the session does not say how long it took")) / 1e9;
        }

        @Override
        public void close() {
            try (engine) {
                session.close();
            }
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
}
