package dev.maskforge.engine.tensorrt.cuda;

/// What machine code a GPU runs: 80 for A100, 90 for H100 and H200.
///
/// @param number ten times the compute capability
public record Architecture(int number) implements Comparable<Architecture> {
    /// The oldest that the kernels are written for.
    public static final Architecture OLDEST = new Architecture(80);

    /// H100 and H200.
    public static final Architecture HOPPER = new Architecture(90);

    public static Architecture of(int major, int minor) {
        return new Architecture(10 * major + minor);
    }

    /// Whether there are instructions that it alone has, as there are from compute capability 9.0 on.
    public boolean hasOwnInstructions() {
        return compareTo(HOPPER) >= 0;
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
