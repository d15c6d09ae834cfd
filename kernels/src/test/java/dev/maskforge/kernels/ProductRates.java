package dev.maskforge.kernels;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Operation.FeedForward;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.kernels.ConvolutionCase.Extras;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// How fast the kernels of convolutions and feed-forward networks multiply, on the shapes that networks with a ResNet-50 have at
/// 512x1024; no test, but a program: its argument is the number of threads. Operations are counted as a sum of products has
/// them, so that Winograd's exceed what the processor can do.
final class ProductRates {
    private static final int LEAST_RUNS = 8;
    private static final double ENOUGH_OPERATIONS = 1.5e11;

    private ProductRates() {
    }

    public static void main(String[] arguments) {
        int threads = Integer.parseInt(arguments[0]);
        System.out.println(Kernels.vector() + ", " + threads + " threads");
        try (ExecutorService lent = Executors.newFixedThreadPool(threads)) {
            Workers workers = threads == 1 ? Workers.callerOnly() : new Workers(lent, threads);
            product();
            for (ConvolutionCase convolution : convolutions()) {
                convolve(convolution, workers);
            }
            feedForward(10752, 256, 1024, workers);
        }
    }

    private static List<ConvolutionCase> convolutions() {
        List<ConvolutionCase> convolutions = new ArrayList<>();
        convolutions.add(new ConvolutionCase(1, 3, 512, 1024, 64, 7, 7, 2, 3, 1, Extras.BIAS_RELU));
        int width = 64;
        for (int height = 128; height >= 16; height /= 2) {
            convolutions.add(ConvolutionCase.same(4 * width, height, 2 * height, width, 1, Extras.BIAS_RELU));
            convolutions.add(ConvolutionCase.same(width, height, 2 * height, width, 3, Extras.BIAS_RELU));
            convolutions.add(ConvolutionCase.same(width, height, 2 * height, 4 * width, 1, Extras.ADDEND_RELU));
            convolutions.add(new ConvolutionCase(1, width, height, 2 * height, width, 3, 3, 2, 1, 1, Extras.BIAS_RELU));
            width *= 2;
        }
        convolutions.add(ConvolutionCase.same(256, 128, 256, 256, 3, Extras.BIAS));
        return convolutions;
    }

    /// The inner loop alone, from the first cache.
    private static void product() {
        int depth = 64;
        float[] weights = new float[depth * VectorProduct.ROWS];
        float[] panel = new float[depth * VectorProduct.COLUMNS];
        float[] result = new float[VectorProduct.ROWS * VectorProduct.COLUMNS];
        int products = 10_000;
        double operations = 2.0 * products * depth * result.length;
        report("product of rows and a panel, one thread", operations, () -> {
            for (int i = 0; i < products; i++) {
                VectorProduct.multiply(weights, 0, panel, 0, depth, result, 0, VectorProduct.COLUMNS);
            }
        });
    }

    private static void convolve(ConvolutionCase convolution, Workers workers) {
        try (Arena arena = Arena.ofShared()) {
            List<Tensor> inputs = convolution.inputs(arena);
            Tensor output = Tensor.allocate(DataType.FLOAT32, convolution.output(), arena);
            double operations = 2.0 * convolution.depth() * output.elementCount();
            Kernel direct = convolution.direct(inputs, output);
            report(convolution + ", direct", operations, () -> direct.run(workers));
            if (convolution.shape(inputs).hasTiles()) {
                Kernel winograd = convolution.winograd(inputs, output);
                report(convolution + ", Winograd", operations, () -> winograd.run(workers));
            }
        }
    }

    private static void feedForward(int tokens, int width, int hidden, Workers workers) {
        try (Arena arena = Arena.ofShared()) {
            SplittableRandom random = new SplittableRandom(1);
            List<Tensor> inputs = new ArrayList<>();
            for (Shape shape : List.of(Shape.of(1, tokens, width), Shape.of(width, hidden), Shape.of(hidden), Shape.of(hidden, width),
                    Shape.of(width))) {
                inputs.add(KernelsTest.gaussian(shape, 0.1, random, arena));
            }
            List<Optional<Tensor>> constants = inputs.stream().map(Optional::of).toList();
            Tensor output = Tensor.allocate(DataType.FLOAT32, Shape.of(1, tokens, width), arena);
            Kernel kernel = Kernels.vector().prepare(new FeedForward(), constants).bind(new FeedForward(), inputs, output, new Scratch());
            report(tokens + " tokens, " + width + " to " + hidden + " and back", 4.0 * tokens * width * hidden, () -> kernel.run(workers));
        }
    }

    /// The fastest of enough runs.
    private static void report(String what, double operations, Runnable run) {
        int runs = (int) Math.max(LEAST_RUNS, ENOUGH_OPERATIONS / operations);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < runs; i++) {
            long start = System.nanoTime();
            run.run();
            least = Math.min(least, System.nanoTime() - start);
        }
        System.out.printf(Locale.ROOT, "%8.2f ms %7.1f GFLOP/s  %s%n", least / 1e6, operations / least, what);
    }
}
