package dev.maskforge.engine.tensorrt.kernels.tokens;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// How long the kernel of tokens takes.
public final class TokensTimes {
    /// What multiplications and sums an H100's matrix units do in a microsecond, by its data sheet: 989 TFLOPS of float16, dense.
    private static final double OPERATIONS_PER_MICROSECOND = 989e6;

    private TokensTimes() {
    }

    /// Of Mask2Former's encoder at pictures of 128x256 to 1024x2048, whose strides are 8, 16 and 32.
    public static void print(KernelBench bench) {
        for (int rows : new int[]{672, 2688, 10_752, 43_008}) {
            for (int outputs : new int[]{544, 0}) {
                TokensGraphs sizes = new TokensGraphs(rows, 256, 1024, outputs);
                System.out.println("tokens, " + sizes + ": " + times(bench, sizes) + ", of products %.2f us".formatted(
                        operations(sizes) / OPERATIONS_PER_MICROSECOND));
            }
        }
    }

    private static double operations(TokensGraphs sizes) {
        return 2.0 * sizes.rows() * sizes.channels() * (sizes.channels() + 2L * sizes.hidden() + sizes.outputs());
    }

    private static KernelBench.Times times(KernelBench bench, TokensGraphs sizes) {
        Graph graph = sizes.graph();
        SequencedMap<String, Tensor> inputs = TokensGraphs.inputs(sizes.numbers(7));
        long bytes = Stream.concat(graph.inputs().stream(), graph.outputs().stream()).map(graph::type)
                .mapToLong(type -> type.shape().elementCount() * type.dataType().bytes()).sum();
        int sets = KernelBench.sets(bytes);
        try (DeviceMemory memory = bench.memory();
                TokensKernel kernel = TokensKernel.load(bench.loader(), TokensProgram.of(graph), Map.of())) {
            List<Map<String, Long>> places = new ArrayList<>();
            for (int i = 0; i < sets; i++) {
                places.add(TokensCheck.places(graph, inputs, memory));
            }
            return bench.time(bytes, sets, set -> kernel.enqueue(name -> TokensCheck.place(places.get(set), name), 0, bench.stream()));
        }
    }
}
