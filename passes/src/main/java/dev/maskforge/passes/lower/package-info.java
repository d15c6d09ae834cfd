/// Expansions of the high-level operations into what ONNX's opset 17 has, one file each.
@NullMarked
package dev.maskforge.passes.lower;

import org.jspecify.annotations.NullMarked;
