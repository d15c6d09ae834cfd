package dev.maskforge.engine.tensorrt;

/// How finely the driver tells of free memory.
final class DeviceGranularity {
    /// It takes memory from the device in blocks of 2 MiB and hands it out in smaller pieces, so that two moments at which the
    /// same is held may differ by one block on each side.
    static final long BYTES = 2 * (2L << 20);

    private DeviceGranularity() {
    }
}
