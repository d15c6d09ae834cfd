package dev.maskforge.engine.onnxruntime;

import com.sun.management.OperatingSystemMXBean;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.kernels.Kernels;
import dev.maskforge.passes.Lowering;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/// How long one operation takes as a kernel of ours and as ONNX Runtime's own nodes, interleaved; no test, but a program:
/// arguments are the picture's height and width and the number of rounds.
final class KernelTimes {
    private static final int WARM_UPS = 12;

    private KernelTimes() {
    }

    private record Candidate(String name, Engine engine, Session session, Map<String, Tensor> inputs, List<Double> milliseconds,
            List<Double> processorMilliseconds) {
        private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

        void run() {
            long start = System.nanoTime();
            long processor = SYSTEM.getProcessCpuTime();
            session.run(inputs);
            processorMilliseconds.add((SYSTEM.getProcessCpuTime() - processor) / 1e6);
            milliseconds.add((System.nanoTime() - start) / 1e6);
        }

        /// The median of the times after the warm-ups.
        private static double median(List<Double> times) {
            double[] sorted = times.stream().skip(WARM_UPS).mapToDouble(time -> time).sorted().toArray();
            return sorted[sorted.length / 2];
        }

        private static double least(List<Double> times) {
            return times.stream().skip(WARM_UPS).mapToDouble(time -> time).min().orElseThrow();
        }

        /// Processor time tells more than the clock where the machine is shared.
        String times() {
            return String.format(Locale.ROOT, "%-50s median %7.1f ms, least %7.1f; of processors %7.1f, least %7.1f", name,
                    median(milliseconds), least(milliseconds), median(processorMilliseconds), least(processorMilliseconds));
        }
    }

    /// Prints medians and least times.
    public static void main(String[] arguments) {
        int height = Integer.parseInt(arguments[0]);
        int width = Integer.parseInt(arguments[1]);
        int rounds = Integer.parseInt(arguments[2]);
        System.out.println(height + "x" + width + ", " + rounds + " rounds, kernels: " + Kernels.best());
        for (Graph graph : List.of(attention(height, width), labels(height, width))) {
            for (int threads : new int[]{1, 2}) {
                List<Candidate> candidates = new ArrayList<>();
                for (Execution execution : Execution.values()) {
                    candidates.add(candidate(graph, execution, threads));
                }
                for (int round = 0; round < rounds + WARM_UPS; round++) {
                    candidates.forEach(Candidate::run);
                }
                candidates.forEach(each -> System.out.println(each.times()));
                candidates.forEach(each -> {
                    each.session().close();
                    each.engine().close();
                });
            }
        }
    }

    private static Candidate candidate(Graph graph, Execution execution, int threads) {
        OnnxRuntimeProvider provider = new OnnxRuntimeProvider(execution);
        Set<Class<? extends Operation>> own = provider.nativeOperations();
        Graph lowered = new Lowering(own, Lowering.DeformableAttention.ENGINE).apply(graph).graph();
        Engine engine = provider.build(lowered, EngineOptions.standard().withThreads(threads));
        Map<String, Tensor> inputs = new HashMap<>();
        SplittableRandom random = new SplittableRandom(1);
        for (String name : graph.inputs()) {
            float[] elements = new float[Math.toIntExact(graph.type(name).shape().elementCount())];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = (float) random.nextGaussian() * 2;
            }
            inputs.put(name, Tensor.of(graph.type(name).shape(), elements));
        }
        String name = graph.nodes().getLast().operation().type() + ", " + threads + " threads, " + execution;
        return new Candidate(name, engine, engine.openSession(), inputs, new ArrayList<>(), new ArrayList<>());
    }

    /// One encoder layer's, of 8 heads and 32 channels each, at strides 32, 16 and 8.
    private static Graph attention(int height, int width) {
        GraphBuilder builder = new GraphBuilder();
        List<Level> levels = Arrays.stream(new int[]{32, 16, 8})
                .mapToObj(stride -> new Level(Dimension.of(height / stride), Dimension.of(width / stride))).toList();
        long tokens = levels.stream().mapToLong(level -> level.tokens().size()).sum();
        builder.output("y", builder.add(new DeformableAttention(8, 4, levels), input(builder, "value", 1, tokens, 256),
                input(builder, "offsets", 1, tokens, 192), input(builder, "logits", 1, tokens, 96)));
        return builder.build();
    }

    private static Graph labels(int height, int width) {
        GraphBuilder builder = new GraphBuilder();
        builder.output("y", builder.add(new Operation.SemanticLabels(Dimension.of(height), Dimension.of(width)),
                input(builder, "classes", 1, 100, 20), input(builder, "masks", 1, 100, height / 4, width / 4)));
        return builder.build();
    }

    private static Value input(GraphBuilder builder, String name, long... sizes) {
        return builder.input(name, new TensorType(DataType.FLOAT32, Shape.of(sizes)));
    }
}
