package dev.maskforge.kernels;

import java.lang.foreign.MemorySegment;

/// The inner loops of deformable attention.
///
/// No branch asks whether a sample lies outside: with k = (int) clamp(x, 0, W - 2) its four pixels always exist, and their
/// shares max(0, 1 - |x - k|) and max(0, 1 - |x - k - 1|) are 0 where it does.
sealed interface SamplingLanes permits PlainSamplingLanes, VectorSamplingLanes {
    /// Whether heads of so many channels are gathered.
    boolean gathers(int headWidth);

    /// Turns the block's logits into weights: the softmax over each lane's taps.
    void softmax(SampleBlock block);

    /// Finds the four pixels around each place that is looked at, and their shares times its weight.
    void findCorners(SampleBlock block);

    /// The values that are gathered from.
    ///
    /// @param value float32 `[N, S, C]`, in native memory
    Values values(MemorySegment value, int elements, Scratch scratch);

    /// What [SamplingLanes] gathers from.
    interface Values {
        /// Makes elements ready; all are before any is gathered.
        void prepare(int from, int to);

        /// Sums the shares of what one lane looks at, over the channels of a head, into the block's output.
        ///
        /// @param picture the first element of the picture
        void gather(SampleBlock block, int lane, int head, int picture);
    }
}
