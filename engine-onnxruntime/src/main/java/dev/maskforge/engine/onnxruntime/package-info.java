/// ONNX Runtime on the CPU as an engine; the only importer of `ai.onnxruntime`.
@NullMarked
package dev.maskforge.engine.onnxruntime;

import org.jspecify.annotations.NullMarked;
