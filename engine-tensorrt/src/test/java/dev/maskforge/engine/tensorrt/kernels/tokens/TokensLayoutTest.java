package dev.maskforge.engine.tensorrt.kernels.tokens;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.kernels.KernelCache;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.StandInCompiler;
import dev.maskforge.engine.tensorrt.kernels.StandInModules;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.Interpreter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TokensLayoutTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "64, 1, 1", "65, 1, 2", "8448, 1, 132", "8449, 2, 67", "16896, 2, 132", "43008, 2, 132"})
    void rowsAreSharedOut(int rows, int warpgroups, int blocks) {
        TokensLayout layout = new TokensLayout(rows, 256, 1024, 544);
        assertEquals(warpgroups, layout.warpgroups());
        assertEquals(128 * (warpgroups + 1), layout.threads());
        assertEquals(blocks, layout.blocks());
        assertEquals(4 * (2 * 64 * 256 + 16) + warpgroups * 2 * 64 * 256, layout.sharedBytes());
    }

    @ParameterizedTest
    @CsvSource({"10, 320, 128, 0", "10, 32, 128, 0", "10, 64, 96, 0", "10, 64, 0, 0", "10, 64, 128, 40", "10, 64, 2147483584, 0",
            "0, 64, 128, 0"})
    void refusesOtherSizes(int rows, int channels, int hidden, int outputs) {
        assertThrows(EngineException.class, () -> new TokensLayout(rows, channels, hidden, outputs));
    }

    @Test
    void refusesMoreTokensThanThereAreNumbers() {
        TokensProgram program = TokensProgram.of(new TokensGraphs(5, 64, 128, 0).graph());
        TensorType many = new TensorType(DataType.FLOAT16, Shape.of(Dimension.symbol("n"), Dimension.of(1 << 20), Dimension.of(64)));
        TokensProgram free = new TokensProgram(program.attended(), program.tokens(), program.projection(), program.first(),
                program.inner(), program.outer(), program.second(), program.output(), program.following(), many);
        assertEquals(1 << 30, TokensLayout.of(free, Map.of("n", 1024L)).rows());
        assertThrows(EngineException.class, () -> TokensLayout.of(free, Map.of("n", 2048L)));
    }

    /// `Arguments` as a C++ compiler lays them out: twelve pointers, two structures of 24 bytes, the rows.
    @Test
    void argumentsAreTheFiles() {
        StandInModules modules = new StandInModules();
        StandInCompiler compiler = new StandInCompiler();
        KernelLoader loader = new KernelLoader(modules, compiler, new KernelCache(folder));
        List<String> order = List.of("attended", "tokens", "projection", "projection bias", "inner", "inner bias", "outer", "outer bias",
                "following", "following bias", "y", "product", "first scale", "first shift", "second scale", "second shift");
        Map<String, Long> places = new HashMap<>();
        order.forEach(name -> places.put(name, 256L * (places.size() + 1)));
        for (int outputs : new int[]{544, 0}) {
            try (TokensKernel kernel = TokensKernel.load(loader,
                    TokensProgram.of(new TokensGraphs(129, 256, 1024, outputs).graph()), Map.of())) {
                kernel.enqueue(name -> TokensCheck.place(places, name), 0, 7);
            }
            ByteBuffer arguments = modules.launches().getLast().arguments();
            assertEquals(152, arguments.remaining());
            for (int i = 0; i < 12; i++) {
                boolean isGiven = outputs > 0 || i < 8 || i == 10;
                assertEquals(isGiven ? TokensCheck.place(places, order.get(i)) : 0, arguments.getLong(8 * i), order.get(i));
            }
            for (int i = 0; i < 2; i++) {
                assertEquals(TokensCheck.place(places, order.get(12 + 2 * i)), arguments.getLong(96 + 24 * i));
                assertEquals(TokensCheck.place(places, order.get(13 + 2 * i)), arguments.getLong(104 + 24 * i));
                assertEquals(TokensGraphs.EPSILON, arguments.getFloat(112 + 24 * i));
            }
            assertEquals(129, arguments.getInt(144));
            assertEquals(3, modules.launches().getLast().geometry().blocksAcross());
            assertTrue(compiler.last().startsWith("tokens.cu [-DCHANNELS=256, -DHIDDEN=1024, -DOUTPUTS=" + outputs + ", -DWARPGROUPS=1]"),
                    compiler.last());
        }
    }

    @ParameterizedTest
    @CsvSource({"80, false", "89, false", "90, true", "100, false", "120, false"})
    void runsOnOneArchitecture(int number, boolean runs) {
        assertEquals(runs, TokensKernel.DEVICES.include(new Architecture(number)));
    }

    @Test
    void anotherDeviceIsToldWhatToDo() {
        EngineException e = assertThrows(EngineException.class, () -> TokensKernel.DEVICES.require(new Architecture(100)));
        assertTrue(String.valueOf(e.getMessage()).contains("--setting tokens=network"), e.getMessage());
    }

    /// What the kernel is held against is held against the interpreter, whose values are rounded to float16.
    @Test
    void theReferenceOfChecksSaysWhatTheGraphSays() {
        TokensGraphs sizes = new TokensGraphs(9, 64, 128, 32);
        SequencedMap<String, Tensor> numbers = sizes.numbers(3);
        Graph graph = sizes.graph();
        Map<String, Tensor> actual = Interpreter.run(graph, TokensGraphs.inputs(numbers));
        List<float[]> expected = sizes.reference(numbers);
        assertTrue(KernelCheck.relativeError(Objects.requireNonNull(actual.get("y")).halvesToFloats(), expected.getFirst()) < 2e-3);
        assertTrue(KernelCheck.relativeError(Objects.requireNonNull(actual.get("product")).halvesToFloats(), expected.getLast()) < 2e-3);
    }
}
