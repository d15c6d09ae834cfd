package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineContractTest;
import dev.maskforge.engine.tensorrt.binding.TensorRt;
import dev.maskforge.engine.tensorrt.plan.SizeRange;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/// The contract that all engines keep, on the GPU.
@WhereThereIsAGpu
@Timeout(600)
class TensorRtEngineTest extends EngineContractTest {
    private Optional<TensorRt.Kept> builder = Optional.empty();

    /// A hundred builds, each of which would load TensorRT's kernels.
    @BeforeAll
    void keepBuilder() {
        builder = Optional.of(TensorRt.instance().keepBuilder());
    }

    @AfterAll
    void releaseBuilder() {
        builder.ifPresent(TensorRt.Kept::close);
    }

    TensorRtEngineTest() {
        super(new TensorRtProvider(options()));
    }

    private static TensorRtOptions options() {
        return TensorRtOptions.standard().withSymbols(Map.of("m", new SizeRange(1, 64, SLOW_ON_A_GPU)))
                .withOtherSizes(new SizeRange(1, 4, 16)).withLevel(0)
                .withTimingCache(Path.of(System.getProperty("java.io.tmpdir"), "maskforge-gpu-suite.timing"));
    }

    private static final int SLOW_ON_A_GPU = 4096;

    @Override
    protected int slowSize() {
        return SLOW_ON_A_GPU;
    }
}
