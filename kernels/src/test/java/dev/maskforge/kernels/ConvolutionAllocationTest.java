package dev.maskforge.kernels;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import dev.maskforge.kernels.ConvolutionCase.Extras;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// As [AllocationTest], of convolutions such as a network has, in a JVM of their own. Not run, and reported so, on a processor
/// with short vectors.
class ConvolutionAllocationTest {
    @BeforeAll
    static void needsLongVectors() {
        Optional<String> obstacle = Kernels.obstacle();
        Assumptions.assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
    }

    /// In turn, as an engine runs them: all share the code that the compiler makes of the first.
    @Test
    void runsAllocateNextToNothingOnceTheyAreCompiled() {
        List<ConvolutionCase> network = List.of(new ConvolutionCase(1, 3, 64, 128, 16, 7, 7, 2, 3, 1, Extras.BIAS_RELU),
                ConvolutionCase.same(64, 16, 32, 32, 1, Extras.BIAS_RELU), ConvolutionCase.same(32, 16, 32, 32, 3, Extras.BIAS_RELU),
                ConvolutionCase.same(32, 16, 32, 64, 1, Extras.ADDEND_RELU),
                new ConvolutionCase(1, 32, 16, 32, 32, 3, 3, 2, 1, 1, Extras.BIAS_RELU),
                new ConvolutionCase(1, 32, 16, 32, 64, 1, 1, 2, 0, 1, Extras.BIAS),
                ConvolutionCase.same(64, 4, 7, 64, 3, Extras.BIAS), ConvolutionCase.same(64, 4, 7, 19, 1, Extras.NOTHING),
                ConvolutionCase.same(32, 23, 37, 32, 3, Extras.NOTHING));
        try (Arena arena = Arena.ofShared()) {
            List<Kernel> kernels = network.stream().map(convolution -> {
                Tensor output = Tensor.allocate(DataType.FLOAT32, convolution.output(), arena);
                return convolution.kernel(Kernels.vector(), convolution.inputs(arena), output);
            }).toList();
            AllocationTest.assertAllocatesLittle(Kernels.vector(), network.size() + " convolutions", workers -> {
                for (Kernel kernel : kernels) {
                    kernel.run(workers);
                }
            });
        }
    }
}
