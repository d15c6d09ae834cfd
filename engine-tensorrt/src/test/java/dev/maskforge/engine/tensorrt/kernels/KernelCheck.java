package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.stream.Stream;

/// A kernel at certain sizes against a reference, on the same numbers.
public interface KernelCheck {
    /// Runs the kernel in each of its forms, one after the other as findings are asked for.
    Stream<Finding> findings(KernelBench bench);

    /// How a run compares.
    ///
    /// @param isRight whether it is as near to the reference as it must be
    /// @param line    what ran, and how near it is
    record Finding(boolean isRight, String line) {
        /// What a tolerance makes of an error.
        ///
        /// @param error the largest; NaN is never right
        public static Finding ofError(String what, double error, double tolerance) {
            return new Finding(error <= tolerance, what + ": largest relative error %.1e".formatted(error));
        }
    }

    /// The largest difference, relative to the largest value.
    static double relativeError(float[] actual, float[] expected) {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
        }
        return difference / largest;
    }

    /// The same, where what is a number on neither side is the same, and an infinity is only the same infinity.
    static double relativeErrorOfNumbers(float[] actual, float[] expected) {
        float[] numbers = actual.clone();
        float[] wanted = expected.clone();
        for (int i = 0; i < wanted.length; i++) {
            if (!Float.isFinite(wanted[i]) && Float.compare(wanted[i], numbers[i]) == 0) {
                wanted[i] = 0;
                numbers[i] = 0;
            }
        }
        return relativeError(numbers, wanted);
    }

    /// The elements of a tensor of float32 or float16.
    static float[] floats(Tensor tensor) {
        return tensor.type().dataType() == DataType.FLOAT16 ? tensor.halvesToFloats() : tensor.toFloats();
    }

    /// From `[N, C, H, W]` to `[N, H, W, C]`; what is no map stays as it is.
    static float[] channelsLast(Shape shape, float[] values) {
        if (shape.rank() != 4) {
            return values;
        }
        int channels = Math.toIntExact(shape.get(1).size());
        int pixels = Math.toIntExact(shape.get(2).size() * shape.get(3).size());
        float[] last = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            int pixel = i % pixels;
            int channel = i / pixels % channels;
            int picture = i / pixels / channels;
            last[(picture * pixels + pixel) * channels + channel] = values[i];
        }
        return last;
    }
}
