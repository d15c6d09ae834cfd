package dev.maskforge.vision;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;

/// What a mask transformer says of a batch of pictures: for each of `Q` queries its class and its mask.
///
/// @param classLogits `pred_logits`, float32 `[N, Q, K + 1]`; the last class is "no object"
/// @param maskLogits  `pred_masks`, float32 `[N, Q, h, w]`, as a rule a quarter of the network's input a side
public record QueryOutputs(Tensor classLogits, Tensor maskLogits) {
    /// @throws IllegalArgumentException if the tensors are not float32, not of these shapes, or do not belong together
    public QueryOutputs {
        requireForm("pred_logits", classLogits, 3);
        requireForm("pred_masks", maskLogits, 4);
        if (size(classLogits, 0) != size(maskLogits, 0) || size(classLogits, 1) != size(maskLogits, 1)) {
            throw new IllegalArgumentException(
                    "pred_logits " + classLogits + " and pred_masks " + maskLogits + " differ in images or queries");
        }
        if (size(classLogits, 2) < 2) {
            throw new IllegalArgumentException("pred_logits " + classLogits + " has no class beside \"no object\"");
        }
        if (size(classLogits, 2) > 65_537) {
            throw new IllegalArgumentException("pred_logits " + classLogits + " has more than 65536 classes");
        }
    }

    private static void requireForm(String name, Tensor tensor, int rank) {
        if (tensor.dataType() != DataType.FLOAT32 || tensor.shape().rank() != rank) {
            throw new IllegalArgumentException(name + " must be float32 with " + rank + " axes, not " + tensor);
        }
        for (int axis = 0; axis < rank; axis++) {
            if (size(tensor, axis) < 1 || size(tensor, axis) > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(name + " " + tensor + " has no or too many elements along axis " + axis);
            }
        }
    }

    private static long size(Tensor tensor, int axis) {
        return tensor.shape().get(axis).size();
    }

    /// `N`
    public int images() {
        return (int) size(classLogits, 0);
    }

    /// `Q`
    public int queries() {
        return (int) size(classLogits, 1);
    }

    /// `K`, without "no object".
    public int classes() {
        return (int) size(classLogits, 2) - 1;
    }

    /// `h`
    public int maskHeight() {
        return (int) size(maskLogits, 2);
    }

    /// `w`
    public int maskWidth() {
        return (int) size(maskLogits, 3);
    }

    /// The class logits `[Q, K + 1]` of one picture of the batch, shared.
    MemorySegment classLogits(int image) {
        return slice(classLogits, image);
    }

    /// The mask logits `[Q, h, w]` of one picture of the batch, shared.
    MemorySegment maskLogits(int image) {
        return slice(maskLogits, image);
    }

    private MemorySegment slice(Tensor tensor, int image) {
        if (image < 0 || image >= images()) {
            throw new IllegalArgumentException("a batch of " + images() + " pictures has no picture " + image);
        }
        long bytes = tensor.memory().byteSize() / images();
        return tensor.memory().asSlice(image * bytes, bytes);
    }
}
