package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.BatchNormalization;
import dev.maskforge.graph.Operation.Conv;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// BatchNormalization(Conv(x, W, b), γ, β, μ, σ²) -> Conv(x, W', b'), where W' = W·γ / √(σ² + ε) and
/// b' = (b - μ)·γ / √(σ² + ε) + β.
///
/// Up to rounding: the new weights are computed in double precision and rounded once. A normalisation after a convolution
/// scales and shifts what comes out, so the convolution's zero padding stays what it is. (One before a convolution does not
/// fold so: its shift would have to reach into the padding.)
public final class FoldBatchNormalization implements Pass {
    @Override
    public String name() {
        return "fold batch normalisation into convolutions";
    }

    @Override
    public Outcome apply(Graph graph) {
        return Rule.apply(graph, FoldBatchNormalization::at);
    }

    private static Verdict at(Node node, Site site) {
        if (!(node.operation() instanceof BatchNormalization(float epsilon))) {
            return Verdict.keep();
        }
        String convolved = node.inputs().getFirst();
        Optional<Node> convolution = site.producer(convolved, Conv.class);
        if (convolution.isEmpty()) {
            return Verdict.refuse("what it normalises does not come from a convolution");
        }
        Node conv = convolution.get();
        if (!site.isOnlyFor(convolved, node)) {
            return Verdict.refuse("the convolution's result is also used as it is");
        }
        List<Tensor> constants = node.inputs().stream().skip(1).flatMap(name -> site.constant(name).stream()).toList();
        List<Tensor> weights = conv.inputs().stream().skip(1).flatMap(name -> site.constant(name).stream()).toList();
        if (constants.size() != 4 || weights.size() != conv.inputs().size() - 1) {
            return Verdict.refuse("weights or statistics are computed");
        }
        Statistics statistics = Statistics.of(constants, epsilon);
        Value weight = site.builder().constant("weight", statistics.scaled(weights.getFirst()));
        Value bias = site.builder().constant("bias", statistics.shifted(weights.stream().skip(1).findFirst()));
        return Verdict.replace(site.builder().add(conv.operation(), site.value(conv.inputs().getFirst()), weight, bias));
    }

    /// What a normalisation does to a channel: x·factor + shift.
    private static final class Statistics {
        private final double[] factors;
        private final double[] shifts;

        private Statistics(double[] factors, double[] shifts) {
            this.factors = factors;
            this.shifts = shifts;
        }

        static Statistics of(List<Tensor> parameters, float epsilon) {
            float[] scale = parameters.get(0).toFloats();
            float[] bias = parameters.get(1).toFloats();
            float[] mean = parameters.get(2).toFloats();
            float[] variance = parameters.get(3).toFloats();
            double[] factors = new double[scale.length];
            double[] shifts = new double[scale.length];
            for (int channel = 0; channel < scale.length; channel++) {
                factors[channel] = scale[channel] / Math.sqrt((double) variance[channel] + epsilon);
                shifts[channel] = bias[channel] - mean[channel] * factors[channel];
            }
            return new Statistics(factors, shifts);
        }

        /// In native memory, where engines read weights without copying them.
        Tensor scaled(Tensor weight) {
            Tensor scaled = Tensor.allocate(DataType.FLOAT32, weight.shape(), Arena.ofAuto());
            MemorySegment from = weight.memory();
            MemorySegment to = scaled.memory();
            long row = factors.length == 0 ? 0 : from.byteSize() / factors.length;
            for (int channel = 0; channel < factors.length; channel++) {
                double factor = factors[channel];
                for (long offset = channel * row; offset < (channel + 1) * row; offset += Float.BYTES) {
                    to.set(Tensor.FLOAT32, offset, (float) (from.get(Tensor.FLOAT32, offset) * factor));
                }
            }
            return scaled;
        }

        Tensor shifted(Optional<Tensor> bias) {
            float[] shifted = new float[factors.length];
            float[] given = bias.map(Tensor::toFloats).orElseGet(() -> new float[factors.length]);
            for (int channel = 0; channel < shifted.length; channel++) {
                shifted[channel] = (float) (given[channel] * factors[channel] + shifts[channel]);
            }
            return Tensor.of(Shape.of(shifted.length), shifted);
        }
    }
}
