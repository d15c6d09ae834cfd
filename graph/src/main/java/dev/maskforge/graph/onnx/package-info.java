/// ONNX files: the only place that knows protobuf's wire format and ONNX's field numbers.
@NullMarked
package dev.maskforge.graph.onnx;

import org.jspecify.annotations.NullMarked;
