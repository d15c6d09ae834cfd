package dev.maskforge.engine.tensorrt.kernels.pixels;

import dev.maskforge.graph.DataType;

/// Pixels as networks have them.
public final class PixelsLayouts {
    private PixelsLayouts() {
    }

    /// ImageNet's mean and deviation.
    public static PixelsLayout imageNet(int pictures, int height, int width, DataType dataType, PixelsLayout.Order order) {
        return new PixelsLayout(pictures, height, width, dataType, order, new PixelsLayout.Colour(123.675f, 116.28f, 103.53f),
                new PixelsLayout.Colour(58.395f, 57.12f, 57.375f), PixelsLayout.Colour.ZERO);
    }
}
