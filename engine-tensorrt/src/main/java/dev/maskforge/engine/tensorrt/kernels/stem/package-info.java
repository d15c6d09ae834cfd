/// The stem of a ResNet, from 8-bit pixels on.
@NullMarked
package dev.maskforge.engine.tensorrt.kernels.stem;

import org.jspecify.annotations.NullMarked;
