package dev.maskforge.engine.tensorrt.kernels.pixels;

import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.DataType;

/// Types and sizes of what makes an image tensor of 8-bit pixels.
///
/// @param pictures  N
/// @param dataType  of the image, float32 or float16
/// @param mean      taken from each pixel
/// @param deviation by which the difference is divided, not zero
/// @param padding   what the image is beyond a picture's valid size: zero where the image is normalised, the pixels' mean
///                  where the network does that itself
public record PixelsLayout(int pictures, int height, int width, DataType dataType, Order order, Colour mean, Colour deviation,
        Colour padding) {
    public PixelsLayout {
        if (Math.min(pictures, Math.min(height, width)) < 1) {
            throw new IllegalArgumentException("there is at least one pixel, not " + pictures + " pictures of " + height + "x" + width);
        }
        if (deviation.red() == 0 || deviation.green() == 0 || deviation.blue() == 0) {
            throw new IllegalArgumentException("pixels are not divided by a deviation of zero: " + deviation);
        }
        if (pictures > 65_535) {
            throw new EngineException("the pixels kernel takes up to 65535 pictures, not " + pictures + "; use a smaller batch");
        }
    }

    /// How an image lies in memory.
    public enum Order {
        /// `[N, 3, H, W]`.
        PLANES(0),
        /// `[N, H, W, 4]`, the last channel zero.
        CHANNELS_OF_4(4),
        /// `[N, H, W, 8]`, the last five channels zero.
        CHANNELS_OF_8(8);

        private final int channels;

        Order(int channels) {
            this.channels = channels;
        }

        /// Of a pixel, or 0 where they are apart.
        int channels() {
            return channels;
        }
    }

    /// A number for each of red, green and blue, on the scale 0 to 255.
    public record Colour(float red, float green, float blue) {
        public static final Colour ZERO = new Colour(0, 0, 0);
        public static final Colour ONE = new Colour(1, 1, 1);
    }
}
