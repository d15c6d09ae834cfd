package dev.maskforge.engine.tensorrt.kernels.stem;

import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.util.List;
import java.util.stream.IntStream;

/// A stem as the pass gathers it, of any sizes, and numbers for it.
public record StemGraphs(int pictures, int height, int width) {
    private static final int OUTPUTS = 64;
    private static final int KERNEL = 7;
    private static final Operation.Pixels PIXELS = new Operation.Pixels(List.of(123.675f, 116.28f, 103.53f),
            List.of(58.395f, 57.12f, 57.375f), DataType.FLOAT16);

    StemLayout layout() {
        return new StemLayout(pictures, height, width);
    }

    /// What the kernel reads, and `output`.
    public Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        Value pixels = builder.input("pixels", new TensorType(DataType.UINT8, Shape.of(pictures, height, width, 3)));
        Value valid = builder.input("valid", new TensorType(DataType.INT32, Shape.of(pictures, 2)));
        Value packed = builder.input("weights", StemWeights.pack(Tensor.ofHalves(StemWeights.NATURAL, weights(1))).type());
        Value bias = builder.input("bias", new TensorType(DataType.FLOAT16, Shape.of(OUTPUTS)));
        Value image = builder.add(PIXELS, pixels, valid);
        Value convolved = builder.add(new Operation.Conv(2, 3, 1, 1), image, StemWeights.unpack(packed), bias).relu();
        builder.output("output", builder.add(new Operation.MaxPool(3, 2, 1), convolved));
        return builder.build();
    }

    byte[] pixels(long seed) {
        return Randoms.bytes(seed, pictures * height * width * 3);
    }

    /// All of the last picture but its last row and last two columns, and less of those before it.
    int[] valid() {
        return IntStream.range(0, pictures)
                .flatMap(picture -> IntStream.of(Math.max(1, height - 1 - 2 * picture), Math.max(1, width - 2 - picture))).toArray();
    }

    /// `[64, 3, 7, 7]`, of float16.
    static float[] weights(long seed) {
        return Randoms.normal(seed, OUTPUTS * 3 * KERNEL * KERNEL, 0.1, DataType.FLOAT16);
    }

    static float[] bias(long seed) {
        return Randoms.normal(seed + 1, OUTPUTS, 0.3, DataType.FLOAT16);
    }

    /// `[N, H/4, W/4, 64]` in float64, but for the image, which is rounded to half; what is not a number stays so.
    float[] reference(byte[] pixels, int[] valid, float[] weights, float[] bias) {
        int convHeight = StemLayout.halved(height);
        int convWidth = StemLayout.halved(width);
        int rows = layout().outputHeight();
        int columns = layout().outputWidth();
        float[] results = new float[pictures * rows * columns * OUTPUTS];
        float[] image = image(pixels, valid);
        for (int picture = 0; picture < pictures; picture++) {
            int first = picture;
            double[] convolved = new double[convHeight * convWidth * OUTPUTS];
            IntStream.range(0, convHeight * convWidth).parallel()
                    .forEach(place -> convolve(image, first, place / convWidth, place % convWidth, weights, bias, convolved));
            for (int place = 0; place < rows * columns; place++) {
                for (int output = 0; output < OUTPUTS; output++) {
                    double largest = 0;
                    for (int y = Math.max(0, place / columns * 2 - 1); y <= Math.min(convHeight - 1, place / columns * 2 + 1); y++) {
                        for (int x = Math.max(0, place % columns * 2 - 1); x <= Math.min(convWidth - 1, place % columns * 2 + 1); x++) {
                            largest = Math.max(largest, convolved[(y * convWidth + x) * OUTPUTS + output]);
                        }
                    }
                    results[(picture * rows * columns + place) * OUTPUTS + output] = (float) largest;
                }
            }
        }
        return results;
    }

    /// `[N, H, W, 3]`.
    private float[] image(byte[] pixels, int[] valid) {
        float[] image = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            int channel = i % 3;
            int picture = i / (height * width * 3);
            boolean isValid = i / 3 / width % height < valid[2 * picture] && i / 3 % width < valid[2 * picture + 1];
            float normalised = ((pixels[i] & 255) - PIXELS.mean().get(channel)) / PIXELS.deviation().get(channel);
            image[i] = isValid ? Float.float16ToFloat(Float.floatToFloat16(normalised)) : 0;
        }
        return image;
    }

    /// Zeros around the picture are multiplied, too: with a weight that is no number, or infinite, they are none.
    private void convolve(float[] image, int picture, int row, int column, float[] weights, float[] bias, double[] to) {
        double[] seen = new double[3 * KERNEL * KERNEL];
        for (int i = 0; i < seen.length; i++) {
            int y = 2 * row + i / KERNEL % KERNEL - 3;
            int x = 2 * column + i % KERNEL - 3;
            boolean isInside = y >= 0 && y < height && x >= 0 && x < width;
            seen[i] = isInside ? image[((picture * height + y) * width + x) * 3 + i / (KERNEL * KERNEL)] : 0;
        }
        for (int output = 0; output < OUTPUTS; output++) {
            double sum = bias[output];
            for (int i = 0; i < seen.length; i++) {
                sum += seen[i] * weights[output * seen.length + i];
            }
            to[(row * StemLayout.halved(width) + column) * OUTPUTS + output] = Math.max(sum, 0);
        }
    }
}
