package org.bytedeco.offender;

/// Stands for any class of the TensorRT bindings, which are not on this class path.
public interface Library {
}
