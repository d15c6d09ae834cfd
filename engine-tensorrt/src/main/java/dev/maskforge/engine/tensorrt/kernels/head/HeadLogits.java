package dev.maskforge.engine.tensorrt.kernels.head;

import dev.maskforge.engine.tensorrt.kernels.ValueTypes;

/// Where the head's inputs lie on the device.
///
/// @param classes `[N, Q, K+1]`
/// @param masks   `[N, Q, h, w]`
public record HeadLogits(long classes, long masks) {
    void requireAligned(HeadLayout layout) {
        ValueTypes.requireAligned(classes, layout.dataType().bytes(), "class logits");
        ValueTypes.requireAligned(masks, layout.dataType().bytes(), "mask logits");
    }
}
