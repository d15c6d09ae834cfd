/// From 8-bit pixels to an image tensor.
@NullMarked
package dev.maskforge.engine.tensorrt.kernels.pixels;

import org.jspecify.annotations.NullMarked;
