package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelBench.Times;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// How long the kernel of queries takes. "Warm" is with weights that lie in the second-level cache, as in a network they do not.
public final class QueriesTimes {
    private QueriesTimes() {
    }

    /// What networks do with their queries.
    public static void print(KernelBench bench) {
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            QueryGraphs sizes = new QueryGraphs(1, 100, 256, 2048, 8, type);
            print(bench, "a layer of Mask2Former", sizes, sizes.mask2Former());
            print(bench, "the last of Mask2Former", sizes, sizes.endOfMask2Former());
            print(bench, "a layer of MaskFormer", sizes, sizes.maskFormer());
            print(bench, "the last of MaskFormer", sizes, sizes.endOfMaskFormer());
        }
    }

    private static void print(KernelBench bench, String what, QueryGraphs sizes, Graph graph) {
        System.out.println("queries, " + what + ", " + sizes.type() + ": " + times(bench, sizes, graph));
    }

    private static Times times(KernelBench bench, QueryGraphs sizes, Graph graph) {
        SequencedMap<String, Tensor> inputs = sizes.inputs(graph, 7);
        long bytes = Stream.concat(graph.inputs().stream(), graph.outputs().stream())
                .mapToLong(name -> graph.type(name).shape().elementCount() * sizes.type().bytes()).sum();
        int sets = KernelBench.sets(bytes);
        try (DeviceMemory memory = bench.memory();
                QueriesKernel kernel = QueriesKernel.load(bench.loader(), QueryProgram.of(graph), sizes.pictures())) {
            List<Map<String, Long>> places = new ArrayList<>();
            for (int i = 0; i < sets; i++) {
                Map<String, Long> place = new HashMap<>();
                inputs.forEach((name, tensor) -> place.put(name, memory.floats(KernelCheck.floats(tensor), sizes.type())));
                graph.outputs().forEach(name -> place.put(name,
                        memory.poisoned(graph.type(name).shape().elementCount() * sizes.type().bytes())));
                places.add(place);
            }
            long workspace = kernel.workspaceBytes() == 0 ? 0 : memory.poisoned(kernel.workspaceBytes());
            return bench.time(bytes, sets, set -> kernel.enqueue(name -> Objects.requireNonNull(places.get(set).get(name), name), workspace,
                    bench.stream()));
        }
    }
}
