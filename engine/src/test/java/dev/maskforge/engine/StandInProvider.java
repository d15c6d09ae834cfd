package dev.maskforge.engine;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.onnx.OnnxReader;
import dev.maskforge.graph.onnx.OnnxWriter;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Stands for an engine that compiles ahead of time: its plans are ONNX behind a line of its own, run by another engine. It
/// may be made to be wrong, or to misbehave as native compilers do; properties say so to those that are found as a service.
public final class StandInProvider implements EngineProvider, PlanCompiler {
    public static final String NAME = "stand-in";
    public static final String FAULT = "maskforge.stand-in.fault";
    public static final String MISBEHAVIOUR = "maskforge.stand-in.misbehaviour";
    public static final String DEVICE = "maskforge.stand-in.device";
    public static final String DELEGATE = "maskforge.stand-in.delegate";
    /// `true` lets builds choose a lowering that depends on what the graph gives, as measured times might, unless one is set.
    public static final String CHOOSES = "maskforge.stand-in.chooses";
    private static final String MARK = "stand-in plan\n";
    private static final int PHASES = 3;

    /// What a compiler does to its process.
    public enum Misbehaviour {
        NONE, HANGS, HALTS, REFUSES, THROWS, PRINTS_GARBAGE, FILLS_THE_DISK
    }

    private final EngineProvider delegate;
    private final Fault fault;

    public StandInProvider(EngineProvider delegate, Fault fault) {
        this.delegate = delegate;
        this.fault = fault;
    }

    /// As the properties say.
    public StandInProvider() {
        this(System.getProperty(DELEGATE, "reference").equals("reference") ? new ReferenceEngineProvider() : new Named(),
                Fault.valueOf(System.getProperty(FAULT, "NONE")));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Availability availability() {
        return new Availability.Available("1.0", "for tests");
    }

    @Override
    public Device device() {
        return new Device(Device.Kind.CPU, System.getProperty(DEVICE, "a device"), Optional.of("550.1"), Optional.empty());
    }

    @Override
    public Set<Precision> precisions() {
        return Set.of(Precision.FP32, Precision.FP16);
    }

    @Override
    public Set<Class<? extends Operation>> nativeOperations() {
        return Set.of();
    }

    @Override
    public Engine build(Graph graph, EngineOptions options) {
        return run(fault.in(graph, logits(graph)), options);
    }

    private Engine run(Graph graph, EngineOptions options) {
        return delegate.build(graph, new EngineOptions(options.threads(), Precision.FP32));
    }

    /// Class logits are what the head takes, or known by their name.
    private static String logits(Graph authored) {
        return authored.nodes().stream()
                .filter(node -> node.operation() instanceof Operation.SemanticLabels
                        || node.operation() instanceof Operation.SemanticInference)
                .map(Node::inputs)
                .map(List::getFirst).findFirst().orElse("pred_logits");
    }

    @Override
    public Optional<PlanCompiler> planCompiler() {
        return Optional.of(this);
    }

    @Override
    public PlanTarget target() {
        SequencedMap<String, String> libraries = new LinkedHashMap<>();
        libraries.put("StandIn", "1.0");
        return new PlanTarget(libraries, device().name(), device().driver(), Optional.of("9.0"));
    }

    @Override
    public Compiled compile(Graph graph, BuildOptions options, BuildProgress progress, Path plan) {
        if (!precisions().contains(options.precision())) {
            throw new EngineException("engine '" + NAME + "' has no " + options.precision() + ", but fp16 and fp32");
        }
        for (int step = 0; step < PHASES; step++) {
            progress.phase("pretending", step, PHASES);
        }
        Lowering.DeformableAttention lowering = lowering(graph, options);
        if (Boolean.getBoolean(CHOOSES)) {
            progress.phase("lowering by " + lowering, 0, 0);
        }
        try {
            write(graph, lowering, plan, Misbehaviour.valueOf(System.getProperty(MISBEHAVIOUR, "NONE")));
        } catch (IOException e) {
            throw new EngineException("the plan cannot be written: " + e.getMessage() + "; check the free space", e);
        }
        return Compiled.of(lowering.toString().toLowerCase(Locale.ROOT));
    }

    private static Lowering.DeformableAttention lowering(Graph graph, BuildOptions options) {
        String set = options.settings().get(Compiled.LOWERING);
        if (set != null) {
            return Lowering.DeformableAttention.valueOf(set.toUpperCase(Locale.ROOT));
        }
        return Boolean.getBoolean(CHOOSES) && graph.outputs().contains("labels")
                ? Lowering.DeformableAttention.GATHER
                : Lowering.DeformableAttention.GRID_SAMPLE;
    }

    @Override
    public BuildOptions alike(BuildOptions options, Compiled compiled) {
        return options.withSetting(Compiled.LOWERING, String.valueOf(compiled.facts().get(Compiled.LOWERING)));
    }

    private void write(Graph graph, Lowering.DeformableAttention form, Path plan, Misbehaviour misbehaviour) throws IOException {
        Lowering lowering = new Lowering(nativeOperations(), form);
        try (OutputStream output = Files.newOutputStream(plan)) {
            output.write(MARK.getBytes(StandardCharsets.US_ASCII));
            switch (misbehaviour) {
                case HANGS -> hang();
                case HALTS -> Runtime.getRuntime().halt(42);
                case REFUSES -> throw new EngineException("engine '" + NAME + "' refuses the graph; take another");
                case THROWS -> throw new IllegalStateException("a fault\nof two lines");
                case FILLS_THE_DISK -> output.write(new byte[64 << 20]);
                case PRINTS_GARBAGE -> printGarbage();
                case NONE -> {
                    // the plan first
                }
            }
            boolean comesLater = fault.isOfLoweredOperations();
            Graph before = comesLater ? graph : fault.in(graph, logits(graph));
            Graph lowered = Pipeline.of(lowering, new RemoveUnused()).run(before).graph();
            OnnxWriter.write(comesLater ? fault.in(lowered, "") : lowered, "", Channels.newChannel(output));
        }
    }

    private static void hang() {
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void printGarbage() {
        StringBuilder garbage = new StringBuilder("maskforge-0000 done\t1\tabc\n");
        for (int i = 0; i < 300_000; i++) {
            garbage.append((char) (i % 200 + 33));
        }
        System.out.println(garbage);
        System.err.println(garbage);
    }

    @Override
    public Engine open(MemorySegment plan, EngineOptions options) {
        byte[] bytes = plan.toArray(ValueLayout.JAVA_BYTE);
        byte[] mark = MARK.getBytes(StandardCharsets.US_ASCII);
        if (!new String(bytes, 0, Math.min(mark.length, bytes.length), StandardCharsets.US_ASCII).equals(MARK)) {
            throw new EngineException("these bytes are no plan of '" + NAME + "'");
        }
        try {
            Path file = Files.createTempFile("stand-in", ".onnx");
            Files.write(file, Arrays.copyOfRange(bytes, mark.length, bytes.length));
            Graph graph = OnnxReader.read(file, Arena.ofAuto());
            Files.delete(file);
            return run(graph, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The default engine, where it is on the class path.
    private record Named() implements EngineProvider {
        private static EngineProvider found() {
            return Engines.named(System.getProperty(DELEGATE, "reference"));
        }

        @Override
        public String name() {
            return found().name();
        }

        @Override
        public Availability availability() {
            return found().availability();
        }

        @Override
        public Set<Class<? extends Operation>> nativeOperations() {
            return Set.of();
        }

        @Override
        public Engine build(Graph graph, EngineOptions options) {
            return found().build(graph, options);
        }
    }
}
