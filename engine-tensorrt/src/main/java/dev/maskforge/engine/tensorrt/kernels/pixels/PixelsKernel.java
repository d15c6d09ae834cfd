package dev.maskforge.engine.tensorrt.kernels.pixels;

import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.KernelModule;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import java.util.List;

/// From 8-bit pixels to an image tensor: normalised, padded, in the layout and type that the network wants.
public final class PixelsKernel implements AutoCloseable {
    private static final int THREADS = 256;

    private final PixelsLayout layout;
    private final KernelModule module;
    private final Kernel kernel;

    private PixelsKernel(PixelsLayout layout, KernelModule module) {
        this.layout = layout;
        this.module = module;
        this.kernel = module.kernel("pixels");
    }

    /// Compiles the kernel for a layout, unless it has been, and loads it.
    ///
    /// @throws dev.maskforge.engine.EngineException if there is no compiler or the device refuses
    public static PixelsKernel load(KernelLoader loader, PixelsLayout layout) {
        return loader.load(List.of(source(layout)), modules -> new PixelsKernel(layout, modules.getFirst()));
    }

    static KernelSource source(PixelsLayout layout) {
        return KernelSource.of("pixels.cu", "values.cuh")
                .with("IMAGE", ValueTypes.name(layout.dataType(), "images"))
                .with("PIXELS", run(layout)).with("CHANNELS", layout.order().channels());
    }

    /// Pixels that one thread does: four where planes are written and rows begin at multiples of four.
    private static int run(PixelsLayout layout) {
        return layout.order() == PixelsLayout.Order.PLANES && layout.width() % 4 == 0 ? 4 : 1;
    }

    /// Puts one run into a stream. Addresses are the device's.
    ///
    /// @param pixels uint8 `[N, H, W, 3]`
    /// @param valid  int32 `[N, 2]`: height and width of each picture, from the upper left corner
    /// @param image  in the layout's order
    public void enqueue(long pixels, long valid, long image, long stream) {
        ValueTypes.requireAligned(pixels, run(layout), "pixels");
        ValueTypes.requireAligned(valid, Integer.BYTES, "valid sizes");
        ValueTypes.requireAligned(image, 16, "images");
        KernelArguments arguments = new KernelArguments().address(pixels).address(valid).address(image).int32(layout.height())
                .int32(layout.width());
        for (PixelsLayout.Colour colour : List.of(layout.mean(), layout.deviation(), layout.padding())) {
            arguments.float32(colour.red()).float32(colour.green()).float32(colour.blue());
        }
        kernel.launch(geometry(layout), stream, arguments);
    }

    static LaunchGeometry geometry(PixelsLayout layout) {
        long runs = (long) layout.height() * Math.ceilDiv(layout.width(), run(layout));
        return LaunchGeometry.ofRow(Math.ceilDiv(runs, THREADS), layout.pictures(), THREADS);
    }

    @Override
    public void close() {
        module.close();
    }
}
