package dev.maskforge.kernels;

/// The mask logits of some queries of one picture, one row of a picture after another, so that nothing of `[Q, H, W]` is
/// ever whole in memory.
///
/// A row is handed out in chunks, whose elements stand in an order that suits the machine; [#columns()] undoes it. One
/// instance belongs to one thread.
public interface MaskRows {
    /// How many queries there are; they count from 0 here.
    int queries();

    int chunks();

    /// How many elements a chunk takes in a row.
    int chunkLength();

    /// How many of a chunk's elements are pixels; what follows them, up to [#chunkLength()], means nothing.
    int pixels(int chunk);

    /// Where in a row, which is chunk after chunk, each column is.
    int[] columns();

    /// Goes to row `y`.
    void seek(int y);

    /// The logits of a query in a chunk of the current row.
    ///
    /// @param target takes [#chunkLength()] elements from its start
    void logits(int query, int chunk, float[] target);

    default int rowLength() {
        return chunks() * chunkLength();
    }
}
