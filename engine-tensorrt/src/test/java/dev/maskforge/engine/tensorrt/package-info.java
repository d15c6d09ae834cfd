/// Tests of the TensorRT engine: without a GPU by stand-ins, with one by the GPU suite.
@NullMarked
package dev.maskforge.engine.tensorrt;

import org.jspecify.annotations.NullMarked;
