/// Tensors, symbolic shapes and the immutable computation graph that every other module speaks.
@NullMarked
package dev.maskforge.graph;

import org.jspecify.annotations.NullMarked;
