package dev.maskforge.engine.tensorrt.kernels.head;

import dev.maskforge.graph.DataType;

/// Heads as networks have them.
public final class HeadLayouts {
    private HeadLayouts() {
    }

    /// Mask2Former's head for Cityscapes at a picture's size.
    public static HeadLayout cityscapes(int height, int width, DataType dataType) {
        return new HeadLayout(1, 100, 19, new HeadLayout.Size(height / 4, width / 4), new HeadLayout.Size(height, width), dataType);
    }
}
