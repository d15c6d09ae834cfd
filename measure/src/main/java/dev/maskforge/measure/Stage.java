package dev.maskforge.measure;

import java.util.Locale;

/// What the time of a run goes into. A run has those that its engine has: one on the CPU transfers nothing, one that takes
/// bytes preprocesses on the device.
public enum Stage {
    /// From a file's bytes to 8-bit RGB. It is a row of its own, and part of neither total.
    DECODE,
    /// From 8-bit RGB in a heap array to the network's input.
    PREPROCESS,
    /// From the host's memory to the device's.
    TRANSFER_IN,
    /// The network, with its head where the engine has that.
    COMPUTE,
    /// From class and mask logits, or from scores, to labels, where the engine does not do that itself.
    HEAD,
    /// From the device's memory to the host's.
    TRANSFER_OUT,
    /// From labels to a label map in a heap array, in the picture's geometry.
    POSTPROCESS;

    /// Such as `transfer-in`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
