package dev.maskforge.models;

/// What a graph gives.
public enum Output {
    /// `labels [N, H, W]`: the class of each pixel at the network's size; uint8, or int32 above 256 classes.
    LABELS,
    /// `scores` float32 `[N, K, H, W]`: each class's score at the network's size.
    SCORES,
    /// `pred_logits [N, Q, K+1]` and `pred_masks [N, Q, H/4, W/4]`: what the queries say, float32.
    RAW
}
