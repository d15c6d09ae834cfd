package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongToIntFunction;

/// How weights of float16 lie where a kernel reads them: under another shape, with its axes in another order, so that a graph that has
/// them like that takes the way back by a Transpose and a Reshape.
///
/// @param packed  their shape as they lie
/// @param natural the axes of that in the order that makes what they were of them
public record WeightOrder(Shape packed, List<Integer> natural) {
    public WeightOrder {
        natural = List.copyOf(natural);
    }

    /// Weights in this order.
    ///
    /// @param element the bits of what lies at each place before
    public Tensor pack(LongToIntFunction element) {
        long[] sizes = packed.sizes();
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int axis : natural.reversed()) {
            strides[axis] = stride;
            stride *= sizes[axis];
        }
        int count = Math.toIntExact(packed.elementCount());
        MemorySegment memory = MemorySegment.ofArray(new byte[Math.multiplyExact(count, DataType.FLOAT16.bytes())]);
        for (int to = 0; to < count; to++) {
            long from = 0;
            long rest = to;
            for (int axis = sizes.length - 1; axis >= 0; axis--) {
                from += rest % sizes[axis] * strides[axis];
                rest /= sizes[axis];
            }
            memory.set(Tensor.INT16, 2L * to, (short) element.applyAsInt(from));
        }
        return new Tensor(new TensorType(DataType.FLOAT16, packed), memory);
    }
}
