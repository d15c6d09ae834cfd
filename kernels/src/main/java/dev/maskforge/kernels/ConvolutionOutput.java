package dev.maskforge.kernels;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/// Where sums of products become a convolution's results: bias and addend are added, what is negative becomes 0 if it is to,
/// and all is written.
final class ConvolutionOutput {
    private static final int LENGTH = VectorProduct.LENGTH;

    private final float[] bias;
    private final MemorySegment addend;
    private final boolean hasAddend;
    /// What a result is at least.
    private final float least;
    private final MemorySegment output;

    /// @param bias   an element for each filter, of groups that are full
    /// @param addend of the output's size
    /// @param isRelu whether negative results become 0
    ConvolutionOutput(float[] bias, Optional<Tensor> addend, boolean isRelu, Tensor output) {
        this.bias = bias;
        this.hasAddend = addend.isPresent();
        this.addend = addend.map(Tensor::memory).orElse(MemorySegment.NULL);
        this.least = isRelu ? 0 : Float.NEGATIVE_INFINITY;
        this.output = output.memory();
    }

    /// Writes results of one filter that lie side by side.
    ///
    /// @param first the first one's place in the output, in elements
    void write(float[] sums, int from, int count, int filter, long first) {
        float offset = bias[filter];
        int i = 0;
        for (; i <= count - LENGTH; i += LENGTH) {
            long at = (first + i) * Float.BYTES;
            FloatVector sum = FloatVector.fromArray(VectorProduct.FLOATS, sums, from + i).add(offset);
            if (hasAddend) {
                sum = sum.add(FloatVector.fromMemorySegment(VectorProduct.FLOATS, addend, at, ByteOrder.nativeOrder()));
            }
            sum.max(least).intoMemorySegment(output, at, ByteOrder.nativeOrder());
        }
        for (; i < count; i++) {
            long at = (first + i) * Float.BYTES;
            float sum = sums[from + i] + offset;
            if (hasAddend) {
                sum += addend.get(Tensor.FLOAT32, at);
            }
            output.set(Tensor.FLOAT32, at, Math.max(sum, least));
        }
    }
}
