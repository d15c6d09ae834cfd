package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;

/// Pictures on their way into a network.
final class Pictures {
    private Pictures() {
    }

    /// In float32, rounded once more where halves are asked for.
    ///
    /// @param pixels uint8 `[N, H, W, 3]`
    /// @param valid  int32 `[N, 2]`
    /// @param shape  `[N, 3, H, W]`
    static Tensor pixels(Operation.Pixels operation, Tensor pixels, Tensor valid, Shape shape) {
        int height = Elements.size(shape, 2);
        int width = Elements.size(shape, 3);
        int channels = Operation.Pixels.CHANNELS;
        byte[] samples = Elements.bytes(pixels, DataType.UINT8);
        float[] image = new float[Elements.count(shape)];
        for (int row = 0; row < image.length / width; row++) {
            int picture = row / (channels * height);
            int channel = row / height % channels;
            int y = row % height;
            if (y >= size(valid, picture, 0)) {
                continue;
            }
            float mean = operation.mean().get(channel);
            float deviation = operation.deviation().get(channel);
            int first = (picture * height + y) * width * channels + channel;
            for (int x = 0; x < Math.min(width, size(valid, picture, 1)); x++) {
                image[row * width + x] = (Byte.toUnsignedInt(samples[first + x * channels]) - mean) / deviation;
            }
        }
        return Casts.cast(Elements.tensor(shape, image), operation.to());
    }

    private static int size(Tensor valid, int picture, int axis) {
        return valid.memory().get(Tensor.INT32, (2L * picture + axis) * Integer.BYTES);
    }
}
