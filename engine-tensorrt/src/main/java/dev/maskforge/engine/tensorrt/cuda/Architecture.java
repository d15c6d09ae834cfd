package dev.maskforge.engine.tensorrt.cuda;

/// What machine code a GPU runs: 80 for A100, 90 for H100 and H200.
///
/// @param number ten times the compute capability
public record Architecture(int number) implements Comparable<Architecture> {
    /// T4 and RTX 20: the oldest that TensorRT 10 runs on, and kernels are written for.
    public static final Architecture TURING = new Architecture(75);

    /// A100: from here on copies go on while a thread computes, and matrix units take 16 float16 at once.
    public static final Architecture AMPERE = new Architecture(80);

    /// H100 and H200.
    public static final Architecture HOPPER = new Architecture(90);

    public static Architecture of(int major, int minor) {
        return new Architecture(10 * major + minor);
    }

    /// Whether what another runs is to be had here, too, but for what that one has alone.
    public boolean isAtLeast(Architecture other) {
        return compareTo(other) >= 0;
    }

    /// Whether there are instructions that it alone has, as there are from compute capability 9.0 on.
    public boolean hasOwnInstructions() {
        return isAtLeast(HOPPER);
    }

    @Override
    public int compareTo(Architecture other) {
        return Integer.compare(number, other.number);
    }

    /// Such as `sm_90`.
    @Override
    public String toString() {
        return "sm_" + number;
    }
}
