/// Tests of recognition: what is recognised computes the same, and what only looks alike stays.
@NullMarked
package dev.maskforge.passes.recognise;

import org.jspecify.annotations.NullMarked;
