package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.GraphKernel;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
import dev.maskforge.engine.tensorrt.kernels.KernelDevices;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.KernelModule;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Addends;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Factors;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Normalisation;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Operand;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/// What a decoder does with its queries between two looks at the picture: a launch up to attention, and one from there on.
public final class QueriesKernel implements GraphKernel {
    /// Compute capabilities 9.x and 10.x have clusters of 16 blocks, each with 227 KB of shared memory. 12.x has 99 KB.
    public static final KernelDevices DEVICES = new KernelDevices("queries", Architecture.HOPPER, Optional.of(new Architecture(110)),
            "compute capability 9 or 10 (H100, B200)");
    private static final double LOG2_E = 1 / Math.log(2);
    /// The kernel's `Kind`.
    private static final int LINEAR = 0;
    private static final int FEED_FORWARD = 1;
    private static final int ATTENTION = 2;
    private static final int ALIGNMENT = 256;
    private static final int VECTOR_BYTES = 16;

    private final QueryProgram program;
    private final int pictures;
    private final KernelModule module;
    private final Kernel queries;

    private QueriesKernel(QueryProgram program, int pictures, KernelModule module) {
        this.program = program;
        this.pictures = pictures;
        this.module = module;
        this.queries = module.kernel("queries");
        queries.allow(program.layout().sharedBytes());
    }

    /// Compiles the kernel for a program, unless it has been, and loads it.
    ///
    /// @throws dev.maskforge.engine.EngineException if there is no compiler, the device is too old or it refuses
    public static QueriesKernel load(KernelLoader loader, QueryProgram program, int pictures) {
        DEVICES.require(loader.driver().architecture());
        return loader.load(List.of(program.layout().source()), modules -> new QueriesKernel(program, pictures, modules.getFirst()));
    }

    /// What a run needs beside its inputs and outputs: values that pass from one launch to another.
    @Override
    public long workspaceBytes() {
        return program.scratch().values().stream().mapToLong(this::bytes).sum();
    }

    private long bytes(int width) {
        long bytes = Math.multiplyExact(Math.multiplyExact((long) pictures * program.layout().rows(), width),
                program.layout().dataType().bytes());
        return Math.ceilDiv(bytes, (long) ALIGNMENT) * ALIGNMENT;
    }

    @Override
    public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
        Map<String, Long> scratch = new HashMap<>();
        long next = workspace;
        for (Map.Entry<String, Integer> value : program.scratch().entrySet()) {
            scratch.put(value.getKey(), next);
            next += bytes(value.getValue());
        }
        ToLongFunction<String> all = value -> {
            Long place = scratch.get(value);
            long address = place == null ? addresses.applyAsLong(value) : place;
            ValueTypes.requireAligned(address, VECTOR_BYTES, "'" + value + "'");
            return address;
        };
        for (QueryProgram.Launch launch : program.launches()) {
            queries.launch(geometry(program.layout(), pictures), stream, arguments(launch, all));
        }
    }

    static LaunchGeometry geometry(QueryLayout layout, int pictures) {
        int blocks = Math.multiplyExact(Math.multiplyExact(QueryLayout.CLUSTER, layout.clusters()), pictures);
        return new LaunchGeometry(blocks, 1, 1, QueryLayout.THREADS, 1, layout.sharedBytes());
    }

    KernelArguments arguments(QueryProgram.Launch launch, ToLongFunction<String> addresses) {
        KernelArguments arguments = new KernelArguments();
        for (int i = 0; i < QueryLayout.MOST_STAGES; i++) {
            Members members = new Members(addresses);
            if (i < launch.stages().size()) {
                members.put(launch.stages().get(i), launch.asks().get(i + 1));
            }
            members.to(arguments);
        }
        return arguments.int32(launch.stages().size()).int32(program.layout().rows()).int32(launch.asks().getFirst()).int32(0);
    }

    /// The kernel's `Stage`.
    private final class Members {
        private final ToLongFunction<String> addresses;
        private Optional<Operand> input = Optional.empty();
        private Optional<Operand> scale = Optional.empty();
        private Optional<Operand> shift = Optional.empty();
        private Optional<Operand> normal = Optional.empty();
        private Optional<Operand> weight = Optional.empty();
        private Optional<Operand> bias = Optional.empty();
        private Optional<Operand> moreWeight = Optional.empty();
        private Optional<Operand> moreBias = Optional.empty();
        private Optional<Operand> addend = Optional.empty();
        private Optional<Operand> output = Optional.empty();
        private int kind;
        private int outer;
        private boolean positive;
        private int from;
        private boolean receives;
        private int to = QueryStage.NONE;
        private int more = QueryStage.NONE;
        private float factor;
        private int next;
        private int moreRow;
        private int moreBlock;

        Members(ToLongFunction<String> addresses) {
            this.addresses = addresses;
        }

        void put(QueryStage stage, int asks) {
            next = asks;
            input = stage.intake().loaded();
            from = Math.max(0, stage.intake().buffer());
            receives = stage.intake().receives();
            scale = stage.normalisation().map(Normalisation::scale);
            shift = stage.normalisation().map(Normalisation::shift);
            normal = stage.normalisation().flatMap(Normalisation::to);
            factor = stage.normalisation().map(Normalisation::epsilon).orElse(0f);
            to = stage.result().buffer();
            output = stage.result().to();
            switch (stage) {
                case QueryStage.Product product -> {
                    kind = LINEAR;
                    outer = product.factors().map(Factors::outputs).orElse(0);
                    positive = product.positive();
                    weight = product.factors().map(Factors::weight);
                    bias = product.factors().flatMap(Factors::bias);
                    Addends addends = product.addends();
                    addend = addends.global();
                    more = addends.buffer();
                }
                case QueryStage.FeedForward network -> {
                    kind = FEED_FORWARD;
                    outer = network.up().outputs();
                    weight = Optional.of(network.up().weight());
                    bias = network.up().bias();
                    moreWeight = Optional.of(network.down().weight());
                    moreBias = network.down().bias();
                    more = network.buffer();
                    moreRow = outer;
                    moreBlock = program.layout().hiddenOfBlock();
                }
                case QueryStage.Attention attention -> {
                    kind = ATTENTION;
                    outer = attention.heads();
                    input = Optional.of(attention.query());
                    weight = Optional.of(attention.key());
                    bias = Optional.of(attention.value());
                    factor = (float) (LOG2_E / Math.sqrt(program.layout().head()));
                }
            }
        }

        void to(KernelArguments arguments) {
            for (Optional<Operand> operand : List.of(input, scale, shift, normal, weight, bias, moreWeight, moreBias, addend, output)) {
                arguments.address(operand.map(this::address).orElse(0L));
            }
            arguments.int32(kind).int32(outer).int32(positive ? 1 : 0).int32(from).int32(receives ? 1 : 0).int32(to).int32(more);
            boolean isAttention = kind == ATTENTION;
            rows(arguments, input);
            rows(arguments, isAttention ? weight : Optional.empty());
            rows(arguments, isAttention ? bias : Optional.empty());
            rows(arguments, addend);
            arguments.int32(addend.isPresent() ? outer : 0);
            rows(arguments, output);
            arguments.float32(factor).int32(next).int32(moreRow).int32(moreBlock).int32(0).int32(0);
        }

        private void rows(KernelArguments arguments, Optional<Operand> operand) {
            int row = operand.map(Operand::row).orElse(0);
            boolean ofPicture = operand.map(Operand::ofPicture).orElse(false);
            arguments.int32(row).int32(ofPicture ? Math.multiplyExact(row, program.layout().rows()) : 0);
        }

        private long address(Operand operand) {
            return addresses.applyAsLong(operand.value()) + (long) operand.offset() * program.layout().dataType().bytes();
        }
    }

    @Override
    public void close() {
        module.close();
    }
}
