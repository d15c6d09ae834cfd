package dev.maskforge.engine.tensorrt.plan;

/// The sizes that a symbol may have.
///
/// @param smallest at least 1
/// @param usual    what the plan is made fastest for
/// @param largest  what the plan takes memory for
public record SizeRange(long smallest, long usual, long largest) {
    public SizeRange {
        if (smallest < 1 || usual < smallest || largest < usual) {
            throw new IllegalArgumentException("sizes go from the smallest, at least 1, over the usual to the largest, not " + smallest
                    + ", " + usual + ", " + largest);
        }
    }

    /// Such as `8..16..32`.
    @Override
    public String toString() {
        return smallest + ".." + usual + ".." + largest;
    }
}
