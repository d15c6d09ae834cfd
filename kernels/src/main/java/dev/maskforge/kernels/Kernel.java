package dev.maskforge.kernels;

/// One operation at sizes that are known, over tensors that stay where they are. It belongs to one thread at a time, which
/// may have others work along, and allocates next to nothing from the second run on.
@FunctionalInterface
public interface Kernel {
    /// Computes the output from what is in the inputs now.
    ///
    /// @param workers the threads that it may use; the same number at each run
    void run(Workers workers);
}
