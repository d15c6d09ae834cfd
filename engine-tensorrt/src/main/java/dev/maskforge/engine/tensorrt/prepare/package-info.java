/// From a graph to what TensorRT's ONNX parser and the kernels of this engine take: the forms that operations can have, the
/// passes that give them these forms, and where the graph is cut.
@NullMarked
package dev.maskforge.engine.tensorrt.prepare;

import org.jspecify.annotations.NullMarked;
