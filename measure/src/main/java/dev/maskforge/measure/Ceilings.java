package dev.maskforge.measure;

/// The fastest that a machine was seen to compute and to copy: what no engine on it will exceed by much.
///
/// @param productFlopsPerSecond     of products of square matrices, in the precision they were measured in
/// @param convolutionFlopsPerSecond of 3x3 convolutions of 256 channels, in the same
/// @param copiedBytesPerSecond      of the memory that the engine computes in, bytes read and bytes written together
public record Ceilings(double productFlopsPerSecond, double convolutionFlopsPerSecond, double copiedBytesPerSecond) {
    public Ceilings {
        requirePositive(productFlopsPerSecond);
        requirePositive(convolutionFlopsPerSecond);
        requirePositive(copiedBytesPerSecond);
    }

    private static void requirePositive(double rate) {
        if (!(rate > 0 && Double.isFinite(rate))) {
            throw new IllegalArgumentException("a rate is positive, not " + rate);
        }
    }

    /// The better of the two. A rate of products alone is no ceiling: Winograd's way through a convolution needs fewer
    /// operations than are counted.
    public double flopsPerSecond() {
        return Math.max(productFlopsPerSecond, convolutionFlopsPerSecond);
    }

    /// The least time, in seconds, that something can take: its products at the best rate, or the bytes that it cannot do
    /// without as fast as memory is copied, whichever takes longer.
    public double floorOf(long productFlops, long bytes) {
        return Math.max(productFlops / flopsPerSecond(), bytes / copiedBytesPerSecond);
    }
}
