package dev.maskforge.engine.tensorrt.kernels.stem;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.KernelCache;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.StandInCompiler;
import dev.maskforge.engine.tensorrt.kernels.StandInModules;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Interpreter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class StemLayoutTest {
    @TempDir
    private Path folder;

    /// Strips are even, cover the maximum, and are no shorter than keeps the multiprocessors busy.
    @ParameterizedTest
    @CsvSource({"1, 1, 1, 2", "1, 128, 256, 2", "1, 512, 1024, 10", "1, 1024, 2048, 20", "8, 512, 1024, 16"})
    void stripsAreSharedOut(int pictures, int height, int width, int rows) {
        StemLayout layout = new StemLayout(pictures, height, width);
        assertEquals(rows, layout.rows());
        LaunchGeometry geometry = layout.geometry();
        assertTrue((geometry.blocksDown() - 1) * rows < layout.outputHeight() && geometry.blocksDown() * rows >= layout.outputHeight());
        assertTrue((geometry.blocksAcross() - 1) * 28 < layout.outputWidth() && geometry.blocksAcross() * 28 >= layout.outputWidth());
        assertEquals(pictures, geometry.blocksDeep());
        assertEquals(256, geometry.threadsAcross());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "4, 1", "5, 2", "33, 9", "1024, 256"})
    void sizesAreHalvedTwice(int size, int quarter) {
        assertEquals(quarter, new StemLayout(1, size, 1).outputHeight());
        assertEquals(quarter, new StemLayout(1, 1, size).outputWidth());
    }

    @Test
    void refusesWhatCannotBeLaunched() {
        assertThrows(IllegalArgumentException.class, () -> new StemLayout(1, 0, 5));
        assertThrows(EngineException.class, () -> new StemLayout(70_000, 5, 5).geometry());
    }

    /// `Arguments` as a C++ compiler lays them out: five pointers, three numbers, two colours, and up to a multiple of a pointer.
    @Test
    void argumentsAreTheFiles() {
        StandInModules modules = new StandInModules();
        StandInCompiler compiler = new StandInCompiler();
        KernelLoader loader = new KernelLoader(modules, compiler, new KernelCache(folder));
        List<String> order = List.of("pixels", "valid", "weights", "bias", "output");
        try (StemKernel kernel = StemKernel.load(loader, StemProgram.of(new StemGraphs(2, 33, 67).graph()), Map.of())) {
            kernel.enqueue(name -> 256L * (order.indexOf(name) + 1), 0, 7);
        }
        ByteBuffer arguments = modules.launches().getLast().arguments();
        assertEquals(80, arguments.remaining());
        for (int i = 0; i < order.size(); i++) {
            assertEquals(256L * (i + 1), arguments.getLong(8 * i), order.get(i));
        }
        assertEquals(33, arguments.getInt(40));
        assertEquals(67, arguments.getInt(44));
        assertEquals(new StemLayout(2, 33, 67).rows(), arguments.getInt(48));
        assertEquals(123.675f, arguments.getFloat(52));
        assertEquals(57.375f, arguments.getFloat(72));
        assertTrue(compiler.last().startsWith("stem.cu [-DWIDE=0]"), compiler.last());
    }

    /// What the kernel is held against is held against the interpreter, whose values are rounded to float16.
    @Test
    void theReferenceOfChecksSaysWhatTheGraphSays() {
        StemGraphs sizes = new StemGraphs(2, 19, 30);
        byte[] pixels = sizes.pixels(3);
        float[] weights = StemGraphs.weights(3);
        float[] bias = StemGraphs.bias(3);
        Tensor output = Objects.requireNonNull(run(sizes.graph(), sizes, pixels, weights, bias).get("output"));
        assertEquals(Shape.of(2, 64, 5, 8), output.shape());
        double error = KernelCheck.relativeError(KernelCheck.channelsLast(output.shape(), output.halvesToFloats()),
                sizes.reference(pixels, sizes.valid(), weights, bias));
        assertTrue(error < 1e-3, "error " + error);
    }

    private static Map<String, Tensor> run(Graph graph, StemGraphs sizes, byte[] pixels, float[] weights, float[] bias) {
        return Interpreter.run(graph, Map.of("pixels",
                Tensor.ofBytes(Shape.of(sizes.pictures(), sizes.height(), sizes.width(), 3), pixels), "valid",
                Tensor.ofIntegers(Shape.of(sizes.pictures(), 2), sizes.valid()), "weights",
                StemWeights.pack(Tensor.ofHalves(StemWeights.NATURAL, weights)), "bias", Tensor.ofHalves(Shape.of(64), bias)));
    }

    @Test
    void aPlanOfAnotherStemIsRefused() {
        GraphBuilder builder = new GraphBuilder();
        Graph stem = new StemGraphs(1, 8, 8).graph();
        stem.inputs().forEach(name -> builder.input(name, stem.type(name)));
        stem.nodes().stream().limit(stem.nodes().size() - 1).forEach(node -> builder.copy(node, builder::value));
        builder.output("relu", builder.value(stem.nodes().get(stem.nodes().size() - 2).output()));
        Graph unpooled = builder.build();
        assertTrue(StemProgram.isFor(unpooled));
        EngineException e = assertThrows(EngineException.class, () -> StemProgram.of(unpooled));
        assertTrue(String.valueOf(e.getMessage()).contains("build it anew"), e.getMessage());
    }
}
