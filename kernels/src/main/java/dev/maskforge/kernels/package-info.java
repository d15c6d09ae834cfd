/// What Maskforge computes itself on the processor: deformable attention and the head of mask classification, in plain Java
/// and with the Vector API; convolutions and feed-forward networks with the Vector API alone, as runtimes' are faster than
/// plain Java's.
@NullMarked
package dev.maskforge.kernels;

import org.jspecify.annotations.NullMarked;
