package dev.maskforge.engine.tensorrt.kernels.stem;

import dev.maskforge.engine.tensorrt.kernels.Compilations;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StemSourcesTest {
    @ParameterizedTest
    @ValueSource(ints = {80, 90})
    void compilesStems(int architecture) {
        List<KernelSource> sources = List.of(new StemLayout(1, 32, 64).source(), new StemLayout(1, 32, 65).source());
        Compilations.requireMachineCode(sources, architecture);
    }
}
