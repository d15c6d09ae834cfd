package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.kernels.DeformableAttentionLayout.Level;
import dev.maskforge.graph.DataType;
import java.util.List;

/// Layouts as networks have them, and awkward ones.
final class Layouts {
    private Layouts() {
    }

    /// Mask2Former's pixel decoder at a picture's size.
    static DeformableAttentionLayout pixelDecoder(int height, int width, DataType values, DataType queries) {
        List<Level> levels = List.of(new Level(height / 32, width / 32), new Level(height / 16, width / 16),
                new Level(height / 8, width / 8));
        return DeformableAttentionLayout.of(1, 8, 32, 4, levels, values, queries);
    }

    /// Mask2Former's head for Cityscapes at a picture's size.
    static HeadLayout cityscapes(int height, int width, DataType dataType) {
        return head(1, 100, 19, new HeadLayout.Size(height / 4, width / 4), new HeadLayout.Size(height, width), dataType);
    }

    static HeadLayout head(int pictures, int queries, int classes, HeadLayout.Size mask, HeadLayout.Size network, DataType dataType) {
        return new HeadLayout(pictures, queries, classes, mask, network, dataType);
    }

    /// ImageNet's mean and deviation.
    static PixelsLayout pixels(int pictures, int height, int width, DataType dataType, PixelsLayout.Order order) {
        return new PixelsLayout(pictures, height, width, dataType, order, new PixelsLayout.Colour(123.675f, 116.28f, 103.53f),
                new PixelsLayout.Colour(58.395f, 57.12f, 57.375f), PixelsLayout.Colour.ZERO);
    }
}
