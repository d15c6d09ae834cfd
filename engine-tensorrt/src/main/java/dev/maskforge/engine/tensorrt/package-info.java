/// NVIDIA GPUs by way of TensorRT; the only importer of `org.bytedeco`. Nothing native is loaded before the engine is asked for.
@NullMarked
package dev.maskforge.engine.tensorrt;

import org.jspecify.annotations.NullMarked;
