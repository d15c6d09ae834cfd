/// The part of CUDA's driver API that Maskforge calls, by way of `java.lang.foreign`. It needs the driver and nothing else.
@NullMarked
package dev.maskforge.engine.tensorrt.cuda;

import org.jspecify.annotations.NullMarked;
