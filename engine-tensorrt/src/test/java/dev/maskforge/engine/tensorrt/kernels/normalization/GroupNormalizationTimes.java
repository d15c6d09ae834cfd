package dev.maskforge.engine.tensorrt.kernels.normalization;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelBench.Picture;
import dev.maskforge.engine.tensorrt.kernels.KernelBench.Times;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// How long the kernel of group normalisation takes.
public final class GroupNormalizationTimes {
    private GroupNormalizationTimes() {
    }

    /// At a stride of 4 pixels.
    public static void print(KernelBench bench) {
        for (Picture size : KernelBench.PICTURES) {
            for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
                GroupNormalizationGraphs sizes = new GroupNormalizationGraphs(1, 256, 32, size.height() / 4, size.width() / 4, type);
                String what = size + ", " + type + ": ";
                System.out.println("group normalisation, " + what + times(bench, sizes, sizes.positive()));
                System.out.println("and Mask2Former's sum, " + what + times(bench, sizes, sizes.onTokens()));
                System.out.println("and MaskFormer's sum, " + what + times(bench, sizes, sizes.onNormalised()));
            }
        }
    }

    private static Times times(KernelBench bench, GroupNormalizationGraphs sizes, Graph graph) {
        SequencedMap<String, Tensor> inputs = sizes.inputs(graph, 7);
        long bytes = Stream.concat(graph.inputs().stream(), graph.outputs().stream())
                .mapToLong(name -> graph.type(name).shape().elementCount() * sizes.type().bytes()).sum();
        int sets = KernelBench.sets(bytes);
        try (DeviceMemory memory = bench.memory();
                GroupNormalizationKernel kernel = GroupNormalizationKernel.load(bench.loader(), GroupNormalizationProgram.of(graph),
                        Map.of())) {
            List<Map<String, Long>> places = new ArrayList<>();
            for (int i = 0; i < sets; i++) {
                places.add(GroupNormalizationCheck.places(graph, inputs, sizes.type(), memory));
            }
            long workspace = memory.poisoned(kernel.workspaceBytes());
            return bench.time(bytes, sets, set -> kernel.enqueue(name -> Objects.requireNonNull(places.get(set).get(name), name), workspace,
                    bench.stream()));
        }
    }
}
