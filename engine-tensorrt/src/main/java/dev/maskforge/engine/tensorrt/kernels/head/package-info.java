/// From class and mask logits to labels, at the network's size or at that of the pictures.
@NullMarked
package dev.maskforge.engine.tensorrt.kernels.head;

import org.jspecify.annotations.NullMarked;
