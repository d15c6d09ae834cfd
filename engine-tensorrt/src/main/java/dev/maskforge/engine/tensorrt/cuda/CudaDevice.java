package dev.maskforge.engine.tensorrt.cuda;

/// A graphics card, as its driver describes it.
///
/// @param name          such as `NVIDIA H200`
/// @param major         of the compute capability
/// @param minor         of the compute capability
/// @param memory        in bytes
/// @param driverVersion the newest CUDA that the driver runs, such as `13.0`
public record CudaDevice(String name, int major, int minor, long memory, String driverVersion) {
    /// Such as `9.0`.
    public String computeCapability() {
        return major + "." + minor;
    }
}
