package dev.maskforge.engine;

/// Where a run's time went on a device with memory of its own, in nanoseconds by the device's clock. What the run took
/// besides is the host's: filling buffers and starting the work.
///
/// @param transferIn  from the host's memory to the device's
/// @param compute     the network, inputs and outputs on the device
/// @param transferOut from the device's memory to the host's
public record DeviceTimes(long transferIn, long compute, long transferOut) {
    public DeviceTimes {
        if (transferIn < 0 || compute < 0 || transferOut < 0) {
            throw new IllegalArgumentException("no part of a run takes less than nothing: " + transferIn + ", " + compute + ", "
                    + transferOut + " ns");
        }
    }
}
