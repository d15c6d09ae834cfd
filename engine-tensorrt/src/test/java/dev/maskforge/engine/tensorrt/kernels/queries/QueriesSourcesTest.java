package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.kernels.Compilations;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.NvrtcCompiler;
import dev.maskforge.graph.DataType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertTrue;

/// The kernel of queries, compiled for the oldest architecture that has clusters.
@Timeout(300)
class QueriesSourcesTest {
    /// The file refuses another number of bytes of shared memory than launches ask for.
    @Test
    void compilesTheKernelOfQueries() {
        List<KernelSource> sources = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            for (QueryLayout layout : List.of(new QueryLayout(100, 256, 2048, 32, type), new QueryLayout(50, 128, 512, 16, type),
                    new QueryLayout(128, 192, 1536, 64, type), new QueryLayout(1, 64, 1024, 64, type))) {
                sources.add(layout.source());
            }
        }
        Compilations.requireMachineCode(sources, 90);
    }

    /// A Relu of NaN is NaN, which a maximum of it and 0 is only if it is told to be.
    @Test
    void reluOfQueriesKeepsWhatIsNoNumber() {
        NvrtcCompiler compiler = Compilations.compiler();
        Pattern zero = Pattern.compile("mov\\.f32\\s+(%f\\d+), 0f00000000;");
        Pattern maximum = Pattern.compile("max(\\.\\w+)*\\.f32\\s+%f\\d+, %f\\d+, (%f\\d+|0f00000000);");
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            KernelSource source = new QueryLayout(100, 256, 2048, 32, type).source();
            String ptx = new String(compiler.compile(source, new Architecture(990)), StandardCharsets.US_ASCII);
            Set<String> zeros = zero.matcher(ptx).results().map(found -> found.group(1)).collect(Collectors.toSet());
            zeros.add("0f00000000");
            List<String> withZero = maximum.matcher(ptx).results().filter(found -> zeros.contains(found.group(2))).map(MatchResult::group)
                    .toList();
            assertTrue(!withZero.isEmpty() && withZero.stream().allMatch(line -> line.startsWith("max.NaN.f32")),
                    type + ": " + withZero);
        }
    }
}
