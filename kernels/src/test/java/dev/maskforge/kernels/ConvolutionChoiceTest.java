package dev.maskforge.kernels;

import com.sun.management.ThreadMXBean;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Conv;
import dev.maskforge.graph.Operation.FusedConv;
import dev.maskforge.graph.Operation.Unary;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.text.GraphText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Which convolutions there are kernels of, and what is refused. Not run, and reported so, on a processor with short vectors.
class ConvolutionChoiceTest {
    private static final String CONVOLUTION = """
            (x: float32[n, 4, h, w], a: float32[n, 6, h, w]) -> (y) {
              W: float32[6, 4, 1, 1]
              b: float32[6]
              y = Conv(x, W, b) as node
            }
            """;
    private static final long MOST_BYTES_ALLOCATED = 1 << 20;

    private final Kernels kernels = Kernels.vector();

    @BeforeAll
    static void needsLongVectors() {
        Optional<String> obstacle = Kernels.obstacle();
        Assumptions.assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
    }

    private static boolean convolves(Kernels kernels, String text) {
        Graph graph = GraphText.parse(text);
        Node node = graph.nodes().getLast();
        return kernels.convolve(node, graph);
    }

    @Test
    void convolutionsOfConstantWeightsAreConvolved() {
        assertTrue(convolves(kernels, CONVOLUTION));
        assertTrue(convolves(kernels, CONVOLUTION.replace("(x, W, b)", "(x, W)")));
        assertTrue(convolves(kernels, CONVOLUTION.replace("Conv(x, W, b)", "FusedConv{activation=relu}(x, W, b, a)")));
    }

    @Test
    void othersAreNot() {
        assertFalse(convolves(kernels, CONVOLUTION.replace("Conv(x, W, b)", "Relu(x)")));
        assertFalse(convolves(kernels, CONVOLUTION.replace("a: float32[n, 6, h, w]", "W: float32[6, 4, 1, 1]")
                .replace("  W: float32[6, 4, 1, 1]\n", "")), "a weight that is an input");
        assertFalse(convolves(kernels, CONVOLUTION.replace("a: float32[n, 6, h, w]", "b: float32[6]")
                .replace("  b: float32[6]\n", "")), "a bias that is an input");
        assertFalse(convolves(kernels, CONVOLUTION.replace("float32", "float16")), "half precision");
        assertFalse(convolves(kernels, CONVOLUTION.replace("Conv(", "Conv{groups=2}(").replace("[6, 4, 1, 1]", "[6, 2, 1, 1]")),
                "two groups");
    }

    @Test
    void plainJavaConvolvesNothing() {
        Kernels plain = Kernels.plain();
        assertFalse(convolves(plain, CONVOLUTION));
        assertFalse(convolves(plain, CONVOLUTION.replace("Conv(x, W, b)", "FusedConv{activation=relu}(x, W, b, a)")));
        assertRefuses(plain, new Conv(1, 0, 1, 1), "there is no kernel of Conv");
        assertRefuses(plain, new FusedConv(1, 0, 1, 1, FusedConv.Activation.RELU), "there is no kernel of FusedConv");
    }

    private static void assertRefuses(Kernels kernels, Operation operation, String message) {
        List<Optional<Tensor>> constants = List.of(Optional.empty(), Optional.of(Tensor.of(Shape.of(1, 1, 1, 1), 1f)));
        assertEquals(message, assertThrows(IllegalArgumentException.class, () -> kernels.prepare(operation, constants)).getMessage());
    }

    @Test
    void operationsWithoutKernelsAreNotPrepared() {
        assertRefuses(kernels, new Unary(UnaryFunction.RELU), "there is no kernel of Relu");
        assertRefuses(kernels, new Operation.MatMul(), "there is no kernel of MatMul");
        assertRefuses(kernels, new Conv(1, 0, 1, 2), "there is no kernel of Conv");
        assertRefuses(kernels, new FusedConv(1, 0, 1, 3, FusedConv.Activation.NONE), "there is no kernel of FusedConv");
    }

    @Test
    void weightsThatAreNotConstantAreNotPrepared() {
        Operation operation = new Conv(1, 0, 1, 1);
        Optional<Tensor> weight = Optional.of(Tensor.of(Shape.of(1, 1, 1, 1), 1f));
        assertEquals("the weight is not constant", assertThrows(IllegalArgumentException.class,
                () -> kernels.prepare(operation, List.of(Optional.empty(), Optional.empty()))).getMessage());
        assertEquals("the bias is not constant", assertThrows(IllegalArgumentException.class,
                () -> kernels.prepare(operation, List.of(Optional.empty(), weight, Optional.empty()))).getMessage());
    }

    /// Sessions and sizes share what a node's weights were made into.
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void weightsArePreparedOnceForAllKernels(int kernel) {
        ConvolutionCase convolution = ConvolutionCase.same(128, 16, 16, 128, kernel, ConvolutionCase.Extras.NOTHING);
        try (Arena arena = Arena.ofShared()) {
            List<Tensor> inputs = convolution.inputs(arena);
            Tensor output = Tensor.allocate(DataType.FLOAT32, convolution.output(), arena);
            Kernels.Prepared prepared = kernels.prepare(convolution.operation(),
                    List.of(Optional.empty(), Optional.of(inputs.get(1))));
            long weights = inputs.get(1).memory().byteSize();
            assertTrue(allocated(() -> prepared.bind(convolution.operation(), inputs, output, new Scratch())) >= weights);
            long again = allocated(() -> prepared.bind(convolution.operation(), inputs, output, new Scratch()));
            assertTrue(again < weights / 2, again + " bytes");
        }
    }

    private static long allocated(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /// Addresses without memory behind them, which nobody must look at.
    @SuppressWarnings("restricted") // of no memory at all
    private static Tensor large(long... sizes) {
        TensorType type = new TensorType(DataType.FLOAT32, Shape.of(sizes));
        return new Tensor(type, MemorySegment.ofAddress(4096).reinterpret(type.shape().elementCount() * Float.BYTES));
    }

    /// Of a picture, of its result, of the weights with their groups filled, of a panel of patches, and of all of a panel's
    /// transformed tiles.
    @Test
    void whatExceedsArraysIsRefused() {
        int longestPanel = Math.ceilDiv(Integer.MAX_VALUE, VectorProduct.COLUMNS);
        assertRefused(32768, 256, 512, 1, 1);
        assertRefused(1, 16384, 16384, 8, 1);
        assertRefused(65536, 1, 1, 65537, 1);
        assertRefused(longestPanel, 1, 1, 1, 1);
        assertRefused(longestPanel / WinogradTransform.POINTS, 8, 16, 1, 3);
    }

    private void assertRefused(int channels, int height, int width, int filters, int kernel) {
        Conv operation = new Conv(1, kernel / 2, 1, 1);
        Tensor x = large(1, channels, height, width);
        Tensor weight = large(filters, channels, kernel, kernel);
        Tensor output = large(1, filters, height, width);
        Kernels.Prepared prepared = kernels.prepare(operation, List.of(Optional.empty(), Optional.of(weight)));
        List<IllegalArgumentException> refusals = new ArrayList<>();
        long bytes = allocated(() -> refusals.add(assertThrows(IllegalArgumentException.class,
                () -> prepared.bind(operation, List.of(x, weight), output, new Scratch()))));
        assertEquals("Conv on [" + x + ", " + weight + "] exceeds Java's arrays; use a smaller picture or batch",
                refusals.getFirst().getMessage());
        assertTrue(bytes < MOST_BYTES_ALLOCATED, bytes + " bytes");
    }
}
