/// What an encoder does with each token by itself between two deformable attentions.
@NullMarked
package dev.maskforge.engine.tensorrt.kernels.tokens;

import org.jspecify.annotations.NullMarked;
