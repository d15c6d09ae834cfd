package dev.maskforge.engine.tensorrt.kernels.tokens;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.kernels.Compilations;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.NvrtcCompiler;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(300)
class TokensSourcesTest {
    @Test
    void compilesTokens() {
        List<KernelSource> sources = List.of(new TokensLayout(8448, 64, 128, 32).source(), new TokensLayout(8449, 192, 64, 0).source(),
                new TokensLayout(100, 256, 1024, 544).source(), new TokensLayout(10_000, 256, 1024, 544).source());
        Compilations.requireMachineCode(sources, 90);
    }

    /// PTX of its instructions would not help newer devices, and older ones have none.
    @ParameterizedTest
    @ValueSource(ints = {80, 89, 990})
    void isOfOneArchitecture(int other) {
        NvrtcCompiler compiler = Compilations.compiler();
        KernelSource source = new TokensLayout(100, 64, 128, 32).source();
        EngineException e = assertThrows(EngineException.class, () -> compiler.compile(source, new Architecture(other)));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("sm_" + other + "a") && message.contains("tokens.cu"), message);
        assertEquals(1, message.lines().count());
    }
}
