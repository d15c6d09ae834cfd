package dev.maskforge.engine;

/// The batches and sizes that a plan is made for: it takes all between minimum and maximum, and is fastest at the optimum.
///
/// @param batch  number of pictures
/// @param height of the network's input in pixels
/// @param width  of the network's input in pixels
public record BuildProfile(Range batch, Range height, Range width) {
    /// From where to where one size goes.
    ///
    /// @param minimum at least 1
    /// @param optimum from the minimum to the maximum
    /// @param maximum at least the optimum
    public record Range(long minimum, long optimum, long maximum) {
        public Range {
            if (minimum < 1 || optimum < minimum || maximum < optimum) {
                throw new IllegalArgumentException("a range goes from 1 or more by the best size to the largest, not " + minimum + ","
                        + optimum + "," + maximum);
            }
        }

        /// One size alone.
        public static Range fixed(long size) {
            return new Range(size, size, size);
        }

        public boolean isFixed() {
            return minimum == maximum;
        }

        public boolean holds(long size) {
            return size >= minimum && size <= maximum;
        }

        /// Such as `8`, or `1,4,8`.
        @Override
        public String toString() {
            return isFixed() ? Long.toString(optimum) : minimum + "," + optimum + "," + maximum;
        }
    }

    /// One batch of one size alone.
    public static BuildProfile fixed(long batch, long height, long width) {
        return new BuildProfile(Range.fixed(batch), Range.fixed(height), Range.fixed(width));
    }

    /// Such as `batch 1,4,8, height 512, width 1024`.
    @Override
    public String toString() {
        return "batch " + batch + ", height " + height + ", width " + width;
    }
}
