package dev.maskforge.vision;

import dev.maskforge.kernels.MaskRows;
import dev.maskforge.kernels.NetworkMaskRows;
import java.util.stream.IntStream;

/// The mask logits of a picture, at the two sizes at which they are asked for.
final class MaskSource {
    private MaskSource() {
    }

    /// Mask logits where semantic models mix classes: in the network's input, cropped to the resized picture.
    static MaskRows atNetworkSize(QueryOutputs outputs, int image, Geometry geometry) {
        return network(outputs, image, all(outputs), geometry);
    }

    /// Mask logits as panoptic and instance inference take them: bilinear to the network's input, cropped to the resized
    /// picture, bilinear to the original size.
    ///
    /// @param queries which queries, in the order wanted
    static MaskRows atOriginalSize(QueryOutputs outputs, int image, int[] queries, Geometry geometry) {
        NetworkMaskRows rows = network(outputs, image, queries, geometry);
        return geometry.isIdentity() ? rows : new PictureMaskRows(rows, geometry);
    }

    static MaskRows atOriginalSize(QueryOutputs outputs, int image, Geometry geometry) {
        return atOriginalSize(outputs, image, all(outputs), geometry);
    }

    private static NetworkMaskRows network(QueryOutputs outputs, int image, int[] queries, Geometry geometry) {
        return new NetworkMaskRows(outputs.maskLogits(image), queries, new NetworkMaskRows.Frame(outputs.maskHeight(), outputs.maskWidth(),
                geometry.paddedHeight(), geometry.paddedWidth(), geometry.resizedHeight(), geometry.resizedWidth()));
    }

    private static int[] all(QueryOutputs outputs) {
        return IntStream.range(0, outputs.queries()).toArray();
    }
}
