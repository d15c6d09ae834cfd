package dev.maskforge.vision;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// From a picture to the network's input as Detectron2 does it at test time: resize with Pillow's bilinear filter on
/// 8-bit samples, then pad on the right and at the bottom. The original pads with zeros after normalising; here the
/// network normalises, so the padding is the pixel mean.
///
/// @param resizeRule      the size before padding
/// @param sizeDivisibility what both sides of the input are padded to a multiple of
///                         (`MASK_FORMER.SIZE_DIVISIBILITY`); 1 pads nothing
/// @param mean            the colour of the padding
public record Preprocessing(ResizeRule resizeRule, int sizeDivisibility, PixelMean mean) {
    /// @throws IllegalArgumentException if the rule is a frame whose sides are no multiples of the divisibility
    public Preprocessing {
        if (sizeDivisibility < 1) {
            throw new IllegalArgumentException("a size divisibility of " + sizeDivisibility + " is none: take 1 for no padding");
        }
        if (resizeRule instanceof ResizeRule.FitInside(int height, int width)) {
            requireMultiples(height, width, sizeDivisibility);
        }
    }

    /// The official preprocessing: sides are multiples of 32, the mean is ImageNet's.
    public static Preprocessing official(ResizeRule resizeRule) {
        return new Preprocessing(resizeRule, 32, PixelMean.IMAGENET);
    }

    private static void requireMultiples(int height, int width, int divisor) {
        if (height % divisor == 0 && width % divisor == 0) {
            return;
        }
        Size below = new Size(Math.max(divisor, height / divisor * divisor), Math.max(divisor, width / divisor * divisor));
        Size above = new Size(Math.ceilDiv(height, divisor) * divisor, Math.ceilDiv(width, divisor) * divisor);
        String nearest = below.equals(above) ? below.toString() : below + " or " + above;
        throw new IllegalArgumentException(
                "a network size of " + height + "x" + width + " does not work: height and width must be multiples of "
                        + divisor + "; take " + nearest);
    }

    /// Where a picture of this height and width comes to lie.
    public Geometry geometry(int height, int width) {
        Size resized = resizeRule.resized(height, width);
        Size padded = resizeRule.padded(height, width, sizeDivisibility);
        return new Geometry(height, width, resized.height(), resized.width(), padded.height(), padded.width());
    }

    /// The picture at the size that it has within the network's input, without the padding. Prepared in turn it stays as it
    /// is, so that what a network says of it is in its own pixels.
    public RgbImage resized(RgbImage image) {
        Geometry geometry = geometry(image.height(), image.width());
        return PillowBilinear.resize(image, geometry.resizedHeight(), geometry.resizedWidth());
    }

    /// The network's input for a picture, in a heap array of its own.
    public NetworkInput prepare(RgbImage image) {
        Geometry geometry = geometry(image.height(), image.width());
        float[] planes = new float[Math.multiplyExact(3 * geometry.paddedHeight(), geometry.paddedWidth())];
        Tensor tensor = FloatTensors.of(planes, 1, 3, geometry.paddedHeight(), geometry.paddedWidth());
        write(image, geometry, tensor.memory());
        return new NetworkInput(tensor, geometry);
    }

    /// Writes the network's input for a picture into memory of the caller, such as one image of an engine's batch.
    ///
    /// @param geometry as [#geometry(int, int)] gives it
    /// @param planes   float32 `[3, paddedHeight, paddedWidth]`, little-endian; every element is written
    /// @throws IllegalArgumentException if the picture or the memory has another size
    public void write(RgbImage image, Geometry geometry, MemorySegment planes) {
        int height = geometry.paddedHeight();
        int width = geometry.paddedWidth();
        requirePicture(image, geometry);
        long bytes = 3L * height * width * Float.BYTES;
        if (planes.byteSize() != bytes) {
            throw new IllegalArgumentException(
                    "an input [3, " + height + ", " + width + "] takes " + bytes + " bytes, not " + planes.byteSize());
        }
        RgbImage resized = PillowBilinear.resize(image, geometry.resizedHeight(), geometry.resizedWidth());
        float[] means = {mean.red(), mean.green(), mean.blue()};
        float[] row = new float[width];
        for (int channel = 0; channel < 3; channel++) {
            Arrays.fill(row, means[channel]);
            for (int y = 0; y < height; y++) {
                if (y < resized.height()) {
                    widen(resized, channel, y, row);
                } else if (y == resized.height()) {
                    Arrays.fill(row, means[channel]);
                }
                long offset = ((long) channel * height + y) * width * Float.BYTES;
                MemorySegment.copy(row, 0, planes, Tensor.FLOAT32, offset, width);
            }
        }
    }

    /// Writes the 8-bit pixels of a picture at the size that it has within the network's input, from the upper left corner on;
    /// what lies beyond them stays as it is.
    ///
    /// @param geometry as [#geometry(int, int)] gives it
    /// @param pixels   uint8 `[paddedHeight, paddedWidth, 3]`
    /// @throws IllegalArgumentException if the picture or the memory has another size
    public void writePixels(RgbImage image, Geometry geometry, MemorySegment pixels) {
        requirePicture(image, geometry);
        long rowBytes = 3L * geometry.paddedWidth();
        if (pixels.byteSize() != rowBytes * geometry.paddedHeight()) {
            throw new IllegalArgumentException("pixels [" + geometry.paddedHeight() + ", " + geometry.paddedWidth() + ", 3] take "
                    + rowBytes * geometry.paddedHeight() + " bytes, not " + pixels.byteSize());
        }
        RgbImage resized = PillowBilinear.resize(image, geometry.resizedHeight(), geometry.resizedWidth());
        int own = 3 * resized.width();
        for (int y = 0; y < resized.height(); y++) {
            MemorySegment.copy(resized.samples(), y * own, pixels, ValueLayout.JAVA_BYTE, y * rowBytes, own);
        }
    }

    private static void requirePicture(RgbImage image, Geometry geometry) {
        if (image.height() != geometry.originalHeight() || image.width() != geometry.originalWidth()) {
            throw new IllegalArgumentException(
                    "the geometry is of a picture of " + geometry.originalHeight() + "x" + geometry.originalWidth()
                            + " pixels, not of the " + image);
        }
    }

    private static void widen(RgbImage image, int channel, int y, float[] row) {
        byte[] samples = image.samples();
        int at = 3 * y * image.width() + channel;
        for (int x = 0; x < image.width(); x++, at += 3) {
            row[x] = samples[at] & 0xff;
        }
    }
}
