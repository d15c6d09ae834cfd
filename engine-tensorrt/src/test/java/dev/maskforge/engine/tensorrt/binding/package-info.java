@NullMarked
package dev.maskforge.engine.tensorrt.binding;

import org.jspecify.annotations.NullMarked;
