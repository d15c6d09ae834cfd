/// What Maskforge computes itself on the processor, in plain Java and with the Vector API: deformable attention, and the
/// head of mask classification.
@NullMarked
package dev.maskforge.kernels;

import org.jspecify.annotations.NullMarked;
