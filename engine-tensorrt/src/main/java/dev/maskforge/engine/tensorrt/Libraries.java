package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.tensorrt.cuda.CudaDevice;

/// What is installed here. Tests stand in for it.
interface Libraries {
    /// How many GPUs the driver finds.
    ///
    /// @throws IllegalArgumentException             if there is no driver
    /// @throws dev.maskforge.engine.EngineException if the driver does not start
    int devices();

    /// The GPU that is used.
    CudaDevice device();

    /// Whether TensorRT's Java classes are on the class path.
    boolean hasBindings();

    /// Loads TensorRT.
    ///
    /// @return its version as it says it: 100600 is 10.6.0
    /// @throws LinkageError if a library is missing
    int loadTensorRt();
}
