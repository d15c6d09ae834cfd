package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.graph.DataType;
import java.util.SplittableRandom;

/// Numbers as activations are: about normal.
public final class Randoms {
    private Randoms() {
    }

    public static float[] normal(long seed, int count, double deviation, DataType type) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            float value = (float) (deviation * sum(random));
            values[i] = type == DataType.FLOAT16 ? Float.float16ToFloat(Float.floatToFloat16(value)) : value;
        }
        return values;
    }

    /// Of four uniform numbers, with variance 1.
    private static double sum(SplittableRandom random) {
        long bits = random.nextLong();
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            sum += (bits >> 16 * i & 0xFFFF) / 65536.0 - 0.5;
        }
        return sum * Math.sqrt(3);
    }

    public static byte[] bytes(long seed, int count) {
        byte[] bytes = new byte[count];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }
}
