package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.LongStream;

/// Between float32 and small integers that stand for it: x ≈ scale·(integer - zero point).
final class Quantization {
    private Quantization() {
    }

    static Tensor quantize(List<Tensor> inputs, int axis) {
        float[] x = Elements.floats(inputs.getFirst());
        Scales scales = Scales.of(inputs, axis);
        boolean isSigned = inputs.size() == 3 && inputs.get(2).dataType() == DataType.INT8;
        int lowest = isSigned ? Byte.MIN_VALUE : 0;
        int highest = isSigned ? Byte.MAX_VALUE : 255;
        byte[] result = new byte[x.length];
        for (int i = 0; i < x.length; i++) {
            int index = scales.index(i);
            // rint rounds halves to even; a quotient that is not a number is kept from becoming 0 by the comparison.
            double rounded = Math.rint(x[i] / scales.scales[index]) + scales.zeroPoints[index];
            result[i] = (byte) (rounded >= lowest ? (int) Math.min(rounded, highest) : lowest);
        }
        return Elements.tensor(isSigned ? DataType.INT8 : DataType.UINT8, inputs.getFirst().shape(), result);
    }

    static Tensor dequantize(List<Tensor> inputs, int axis) {
        long[] x = integers(inputs.getFirst());
        Scales scales = Scales.of(inputs, axis);
        float[] result = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            int index = scales.index(i);
            // int32 wraps round here as it does in runtimes.
            result[i] = (int) (x[i] - scales.zeroPoints[index]) * scales.scales[index];
        }
        return Elements.tensor(inputs.getFirst().shape(), result);
    }

    private static long[] integers(Tensor tensor) {
        return LongStream.range(0, tensor.elementCount()).map(i -> switch (tensor.dataType()) {
            case INT8 -> tensor.memory().get(ValueLayout.JAVA_BYTE, i);
            case UINT8 -> Byte.toUnsignedLong(tensor.memory().get(ValueLayout.JAVA_BYTE, i));
            case INT32 -> tensor.memory().get(Tensor.INT32, 4 * i);
            default -> throw new IllegalArgumentException("takes uint8, int8 or int32, not " + tensor);
        }).toArray();
    }

    /// Scales and zero points, and which of them an element has: that of its index along the axis.
    private static final class Scales {
        private final float[] scales;
        private final long[] zeroPoints;
        /// Elements from one index along the axis to the next.
        private final int after;

        private Scales(float[] scales, long[] zeroPoints, int after) {
            this.scales = scales;
            this.zeroPoints = zeroPoints;
            this.after = after;
        }

        static Scales of(List<Tensor> inputs, int axis) {
            float[] scales = Elements.floats(inputs.get(1));
            Shape shape = inputs.getFirst().shape();
            int after = scales.length == 1 ? 1 : Elements.product(shape, shape.axis(axis) + 1, shape.rank());
            return new Scales(scales, inputs.size() == 3 ? integers(inputs.get(2)) : new long[scales.length], after);
        }

        int index(int element) {
            return scales.length == 1 ? 0 : element / after % scales.length;
        }
    }
}
