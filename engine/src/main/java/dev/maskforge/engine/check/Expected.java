package dev.maskforge.engine.check;

import dev.maskforge.graph.Tensor;

/// What the reference says of a picture, each for one picture alone.
///
/// @param classLogits float32 `[1, Q, K+1]`
/// @param maskLogits  float32 `[1, Q, h, w]`
/// @param scores      float32 `[1, K, H, W]`
record Expected(Tensor classLogits, Tensor maskLogits, Tensor scores) {}
