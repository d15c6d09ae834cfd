/// TensorRT behind plain interfaces: the classes that touch `org.bytedeco`, and all that is left to the garbage of C++.
@NullMarked
package dev.maskforge.engine.tensorrt.binding;

import org.jspecify.annotations.NullMarked;
