package dev.maskforge.vision;

import java.util.stream.IntStream;

/// The mask logits of some queries of one picture, one row of a picture after another, so that nothing of `[Q, H, W]` is
/// ever whole in memory.
///
/// A row is handed out in chunks, whose elements stand in an order that suits the machine; [#columns()] undoes it. One
/// instance belongs to one thread.
interface MaskRows {
    /// Mask logits where semantic models mix classes: in the network's input, cropped to the resized picture.
    static MaskRows atNetworkSize(QueryOutputs outputs, int image, Geometry geometry) {
        return new NetworkMaskRows(outputs, image, all(outputs), geometry);
    }

    /// Mask logits as panoptic and instance inference take them: bilinear to the network's input, cropped to the resized
    /// picture, bilinear to the original size.
    ///
    /// @param queries which queries, in the order wanted
    static MaskRows atOriginalSize(QueryOutputs outputs, int image, int[] queries, Geometry geometry) {
        NetworkMaskRows rows = new NetworkMaskRows(outputs, image, queries, geometry);
        return geometry.isIdentity() ? rows : new PictureMaskRows(rows, geometry);
    }

    static MaskRows atOriginalSize(QueryOutputs outputs, int image, Geometry geometry) {
        return atOriginalSize(outputs, image, all(outputs), geometry);
    }

    private static int[] all(QueryOutputs outputs) {
        return IntStream.range(0, outputs.queries()).toArray();
    }

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
