package dev.maskforge.kernels;

import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The implementation of the kernels: chosen once, when one is first needed, by a ladder that says why.
///
/// The Vector API is an incubating module of the JDK, two to three times as fast as plain Java here. Whoever starts the JVM
/// decides about it: `--add-modules jdk.incubator.vector`. It prints one line of warning then, and its code takes longer to
/// be compiled, so that it pays for processes that see more than a few pictures.
public final class Kernels {
    static final String MODULE = "jdk.incubator.vector";
    /// Shorter vectors do not make up for what the API costs.
    private static final int SHORTEST_VECTOR = 8;

    private final String description;
    private final HeadLanes head;
    private final SamplingLanes sampling;

    private Kernels(String description, HeadLanes head, SamplingLanes sampling) {
        this.description = description;
        this.head = head;
        this.sampling = sampling;
    }

    /// The fastest that runs here.
    public static Kernels best() {
        return Best.KERNELS;
    }

    /// Made when first asked for.
    private static final class Best {
        static final Kernels KERNELS = obstacle().map(reason -> plain("plain Java: " + reason)).orElseGet(Kernels::vector);
    }

    /// Why the Vector API is not used, and the cure if there is one.
    static Optional<String> obstacle() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return Optional.of("the Vector API is faster; start Java with --add-modules " + MODULE + " to use it");
        }
        String mode = System.getProperty("java.vm.info", "").toLowerCase(Locale.ROOT);
        if (mode.contains("interpreted") || mode.contains("emulated-client")) {
            return Optional.of("the Vector API needs the JVM's optimising compiler; start Java without -Xint and -XX:TieredStopAtLevel");
        }
        int length = VectorSamplingLanes.length();
        if (length < SHORTEST_VECTOR) {
            return Optional
                    .of("the processor's vectors hold " + length + " floats, and the Vector API pays from " + SHORTEST_VECTOR + " on");
        }
        return Optional.empty();
    }

    static Kernels plain() {
        return plain("plain Java");
    }

    private static Kernels plain(String description) {
        return new Kernels(description, new PlainHeadLanes(), new PlainSamplingLanes());
    }

    /// Only where there is no [obstacle][#obstacle()]: names classes of the module.
    static Kernels vector() {
        return new Kernels("Vector API, vectors of " + VectorSamplingLanes.length() + " floats", new VectorHeadLanes(),
                new VectorSamplingLanes());
    }

    HeadLanes head() {
        return head;
    }

    /// For heads of so many channels.
    SamplingLanes sampling(int headWidth) {
        return sampling.gathers(headWidth) ? sampling : new PlainSamplingLanes();
    }

    /// The operations that there are kernels of.
    public static Set<Class<? extends Operation>> operations() {
        return Set.of(Operation.DeformableAttention.class, Operation.SemanticLabels.class);
    }

    /// A kernel of an operation over tensors that stay where they are, and are of the types that the operation takes and
    /// gives.
    ///
    /// @param operation one of [#operations()], its dimensions constant
    /// @param inputs    in native memory, aligned to their elements
    /// @param output    likewise
    /// @param scratch   shared by kernels that never run at the same time
    /// @throws IllegalArgumentException if there is no kernel of the operation, or a tensor has more elements than an array
    public Kernel bind(Operation operation, List<Tensor> inputs, Tensor output, Scratch scratch) {
        try {
            return switch (operation) {
                case Operation.DeformableAttention attention -> new DeformableAttentionKernel(this, attention, inputs, output, scratch);
                case Operation.SemanticLabels _ -> new SemanticLabelsKernel(this, inputs, output);
                default -> throw new IllegalArgumentException("there is no kernel of " + operation.type());
            };
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    operation.type() + " on " + inputs + " exceeds Java's arrays; use a smaller picture or batch",
                    e);
        }
    }

    /// Such as `Vector API, vectors of 16 floats`, or `plain Java: ...` with the reason.
    @Override
    public String toString() {
        return description;
    }
}
