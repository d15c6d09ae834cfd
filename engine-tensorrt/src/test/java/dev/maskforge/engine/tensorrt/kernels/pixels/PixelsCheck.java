package dev.maskforge.engine.tensorrt.kernels.pixels;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.graph.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The pixels kernel against Java's own arithmetic, which is the same: every element must be equal.
public record PixelsCheck(PixelsLayout layout) implements KernelCheck {
    private static final int CHANNELS = 3;

    /// Sizes that no vector or block divides, and such as some do, and several pictures.
    public static List<KernelCheck> all() {
        List<KernelCheck> checks = new ArrayList<>();
        for (PixelsLayout.Order order : PixelsLayout.Order.values()) {
            for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
                checks.add(new PixelsCheck(PixelsLayouts.imageNet(3, 37, 53, type, order)));
                checks.add(new PixelsCheck(PixelsLayouts.imageNet(2, 70, 256, type, order)));
            }
        }
        return List.copyOf(checks);
    }

    @Override
    public Stream<Finding> findings(KernelBench bench) {
        return Stream.of(bench).map(this::different)
                .map(different -> new Finding(different == 0, "pixels, " + layout + ": " + different + " elements differ"));
    }

    /// How many elements are not what they should be.
    private int different(KernelBench bench) {
        int plane = layout.height() * layout.width();
        byte[] pixels = Randoms.bytes(7, layout.pictures() * plane * CHANNELS);
        int[] valid = new int[2 * layout.pictures()];
        for (int picture = 0; picture < layout.pictures(); picture++) {
            valid[2 * picture] = Math.max(1, layout.height() - 2 * picture);
            valid[2 * picture + 1] = Math.max(1, layout.width() - picture);
        }
        float[] expected = expected(pixels, valid);
        try (DeviceMemory memory = bench.memory(); PixelsKernel kernel = PixelsKernel.load(bench.loader(), layout)) {
            long image = memory.poisoned((long) expected.length * layout.dataType().bytes());
            kernel.enqueue(memory.bytes(pixels), memory.integers(valid), image, bench.stream());
            float[] actual = memory.floats(image, expected.length, layout.dataType());
            int different = 0;
            for (int i = 0; i < expected.length; i++) {
                different += Float.floatToIntBits(actual[i]) == Float.floatToIntBits(expected[i]) ? 0 : 1;
            }
            return different;
        }
    }

    private float[] expected(byte[] pixels, int[] valid) {
        int plane = layout.height() * layout.width();
        int channels = layout.order() == PixelsLayout.Order.PLANES ? CHANNELS : layout.order().channels();
        float[] expected = new float[layout.pictures() * plane * channels];
        for (int pixel = 0; pixel < layout.pictures() * plane; pixel++) {
            int picture = pixel / plane;
            int row = pixel % plane / layout.width();
            int column = pixel % layout.width();
            boolean inside = row < valid[2 * picture] && column < valid[2 * picture + 1];
            for (int channel = 0; channel < CHANNELS; channel++) {
                float value = inside
                        ? ((pixels[CHANNELS * pixel + channel] & 255) - of(layout.mean(), channel)) / of(layout.deviation(), channel)
                        : of(layout.padding(), channel);
                int at = layout.order() == PixelsLayout.Order.PLANES
                        ? (picture * CHANNELS + channel) * plane + pixel % plane
                        : pixel * channels + channel;
                expected[at] = layout.dataType() == DataType.FLOAT16 ? Float.float16ToFloat(Float.floatToFloat16(value)) : value;
            }
        }
        return expected;
    }

    private static float of(PixelsLayout.Colour colour, int channel) {
        return switch (channel) {
            case 0 -> colour.red();
            case 1 -> colour.green();
            default -> colour.blue();
        };
    }
}
