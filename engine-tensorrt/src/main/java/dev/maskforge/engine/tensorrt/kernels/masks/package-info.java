/// Masks of queries: their product with the features of all pixels, as logits or as where attention is blocked.
@NullMarked
package dev.maskforge.engine.tensorrt.kernels.masks;

import org.jspecify.annotations.NullMarked;
