package dev.maskforge.engine.tensorrt.kernels.masks;

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

/// How long the kernel of masks takes, with blocks of all queries and with blocks of sixteen.
public final class MasksTimes {
    private MasksTimes() {
    }

    /// Of 100 queries: logits at a stride of 4 pixels, and where attention is blocked at 32, 16 and 8.
    public static void print(KernelBench bench) {
        for (Picture size : KernelBench.PICTURES) {
            for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
                for (int stride : new int[]{4, 8, 16, 32}) {
                    MasksGraphs sizes = new MasksGraphs(1, 100, 256, size.height() / stride, size.width() / stride, type, 256);
                    Graph graph = stride == 4 ? sizes.logitsWithProduct() : sizes.blockedWithProduct();
                    MasksLayout layout = MasksLayout.of(MasksProgram.of(graph), Map.of());
                    for (MasksBlocks blocks : List.of(MasksBlocks.whole(layout), MasksBlocks.ofParts(layout))) {
                        String chosen = blocks.equals(MasksBlocks.of(layout)) ? ", the one that is chosen" : "";
                        System.out.println("masks, " + size + ", stride " + stride + ", " + type + ", " + blocks.parts() + "x"
                                + blocks.across() + " blocks" + chosen + ": " + times(bench, sizes, graph, layout, blocks));
                    }
                }
            }
        }
    }

    private static Times times(KernelBench bench, MasksGraphs sizes, Graph graph, MasksLayout layout, MasksBlocks blocks) {
        SequencedMap<String, Tensor> inputs = sizes.inputs(graph, 7);
        long bytes = Stream.concat(graph.inputs().stream(), graph.outputs().stream()).map(graph::type)
                .mapToLong(type -> type.shape().elementCount() * type.dataType().bytes()).sum();
        int sets = KernelBench.sets(bytes);
        try (DeviceMemory memory = bench.memory();
                MasksKernel kernel = MasksKernel.load(bench.loader(), MasksProgram.of(graph), layout, blocks)) {
            List<Map<String, Long>> places = new ArrayList<>();
            for (int i = 0; i < sets; i++) {
                places.add(MasksCheck.places(graph, inputs, memory));
            }
            long workspace = kernel.workspaceBytes() == 0 ? 0 : memory.poisoned(kernel.workspaceBytes());
            return bench.time(bytes, sets, set -> kernel.enqueue(name -> Objects.requireNonNull(places.get(set).get(name), name), workspace,
                    bench.stream()));
        }
    }
}
