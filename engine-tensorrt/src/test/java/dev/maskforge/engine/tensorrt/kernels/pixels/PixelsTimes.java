package dev.maskforge.engine.tensorrt.kernels.pixels;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelBench.Picture;
import dev.maskforge.engine.tensorrt.kernels.KernelBench.Times;
import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.graph.DataType;
import java.util.Collections;
import java.util.List;

/// How long the kernel of pixels takes.
public final class PixelsTimes {
    private PixelsTimes() {
    }

    /// In planes, and with channels last.
    public static void print(KernelBench bench) {
        for (Picture size : KernelBench.PICTURES) {
            for (PixelsLayout.Order order : List.of(PixelsLayout.Order.PLANES, PixelsLayout.Order.CHANNELS_OF_8)) {
                for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
                    System.out.println("pixels " + size + ", " + order + ", " + type + ": "
                            + times(bench, PixelsLayouts.imageNet(1, size.height(), size.width(), type, order)));
                }
            }
        }
    }

    private static Times times(KernelBench bench, PixelsLayout layout) {
        int count = layout.pictures() * layout.height() * layout.width();
        int channels = Math.max(3, layout.order().channels());
        byte[] pixels = Randoms.bytes(1, 3 * count);
        long imageBytes = (long) count * channels * layout.dataType().bytes();
        long bytes = pixels.length + imageBytes;
        int sets = KernelBench.sets(bytes);
        try (DeviceMemory memory = bench.memory(); PixelsKernel kernel = PixelsKernel.load(bench.loader(), layout)) {
            long valid = memory.integers(Collections.nCopies(layout.pictures(), List.of(layout.height(), layout.width())).stream()
                    .flatMap(List::stream).mapToInt(Integer::intValue).toArray());
            long[] inputs = new long[sets];
            long[] outputs = new long[sets];
            for (int i = 0; i < sets; i++) {
                inputs[i] = memory.bytes(pixels);
                outputs[i] = memory.poisoned(imageBytes);
            }
            return bench.time(bytes, sets, set -> kernel.enqueue(inputs[set], valid, outputs[set], bench.stream()));
        }
    }
}
