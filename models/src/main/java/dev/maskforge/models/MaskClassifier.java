package dev.maskforge.models;

import dev.maskforge.graph.Value;
import dev.maskforge.models.layer.Scope;

/// A network that answers a picture with pairs of a class and a mask ("Per-Pixel Classification is Not All You Need for
/// Semantic Segmentation", section 3.2).
public sealed interface MaskClassifier permits MaskFormer, Mask2Former {
    /// `[N, 3, H, W]`, normalised, H and W multiples of 32 -> class and mask logits.
    Prediction predict(Scope scope, Value image);

    /// The architecture's name, such as `MaskFormer`.
    String name();

    Backbone backbone();

    int queries();

    /// The number of classes, "no object" not counted.
    int classes();

    /// What the network says of a picture.
    ///
    /// @param classLogits `[N, Q, K+1]`, the last class is "no object"
    /// @param maskLogits  `[N, Q, H/4, W/4]`
    record Prediction(Value classLogits, Value maskLogits) {
        /// Mask logits of queries: the product of each query's mask embedding `[N, Q, C]` with each pixel's `[N, C, h, w]`.
        static Value masks(Value maskEmbedding, Value pixelEmbedding) {
            Value pixels = pixelEmbedding.reshape(pixelEmbedding.size(0), pixelEmbedding.size(1),
                    pixelEmbedding.size(2).times(pixelEmbedding.size(3)));
            return maskEmbedding.matMul(pixels).reshape(maskEmbedding.size(0), maskEmbedding.size(1), pixelEmbedding.size(2),
                    pixelEmbedding.size(3));
        }
    }
}
