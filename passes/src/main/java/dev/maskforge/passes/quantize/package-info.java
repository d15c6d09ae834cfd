/// Int8: how ranges of values are measured, and where a graph computes with integers.
@NullMarked
package dev.maskforge.passes.quantize;

import org.jspecify.annotations.NullMarked;
