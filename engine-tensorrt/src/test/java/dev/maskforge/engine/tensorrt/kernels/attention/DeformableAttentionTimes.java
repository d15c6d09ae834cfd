package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelBench.Picture;
import dev.maskforge.engine.tensorrt.kernels.KernelBench.Times;
import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionKernel.Added;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionKernel.Operands;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Rows;
import dev.maskforge.graph.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/// How long the kernel of deformable attention takes.
public final class DeformableAttentionTimes {
    private DeformableAttentionTimes() {
    }

    /// Mask2Former's pixel decoder, in each mix of types.
    public static void print(KernelBench bench) {
        for (Picture size : KernelBench.PICTURES) {
            for (DataType[] types : new DataType[][]{{DataType.FLOAT16, DataType.FLOAT32}, {DataType.FLOAT16, DataType.FLOAT16},
                    {DataType.FLOAT32, DataType.FLOAT32}}) {
                DeformableAttentionLayout layout = AttentionLayouts.pixelDecoder(size.height(), size.width(), types[0], types[1]);
                System.out.println("deformable attention " + size + ", values " + types[0] + ", queries " + types[1] + ": "
                        + times(bench, layout, List.of(DeformableAttentionTile.standard(layout))).getFirst());
            }
        }
    }

    /// With many tiles.
    public static void tune(KernelBench bench) {
        for (Picture size : List.of(KernelBench.PICTURES.getFirst(), KernelBench.PICTURES.get(2), KernelBench.PICTURES.getLast())) {
            DeformableAttentionLayout layout = AttentionLayouts.pixelDecoder(size.height(), size.width(), DataType.FLOAT16,
                    DataType.FLOAT32);
            List<DeformableAttentionTile> tiles = tiles(layout);
            List<Times> all = times(bench, layout, tiles);
            for (int i = 0; i < tiles.size(); i++) {
                System.out.println("deformable attention " + size + ", " + tiles.get(i) + ": " + all.get(i));
            }
        }
    }

    private static List<DeformableAttentionTile> tiles(DeformableAttentionLayout layout) {
        List<DeformableAttentionTile> tiles = new ArrayList<>();
        for (int threads : new int[]{128, 256, 512, 1024}) {
            for (int heads : new int[]{2, 4}) {
                for (int loads : new int[]{1, 2}) {
                    for (int resident : new int[]{1024, 1536}) {
                        tiles.add(DeformableAttentionTile.of(layout, threads, heads, loads, resident));
                    }
                }
            }
        }
        return tiles;
    }

    /// What a run reads and writes.
    private record Buffers(Operands operands, long output) {}

    private static List<Times> times(KernelBench bench, DeformableAttentionLayout layout, List<DeformableAttentionTile> tiles) {
        int tokens = layout.pictures() * layout.tokens();
        DataType type = layout.value().dataType();
        float[] value = Randoms.normal(1, tokens * layout.value().stride(), 1, type);
        float[] offsets = Randoms.normal(2, tokens * layout.offsets().stride(), 2, layout.offsets().dataType());
        float[] logits = Randoms.normal(3, tokens * layout.logits().stride(), 2, layout.logits().dataType());
        long queryBytes = layout.offsets().dataType().bytes();
        long bytes = 2L * value.length * type.bytes() + (offsets.length + logits.length) * queryBytes;
        return times(bench, layout, tiles, bytes,
                memory -> new Buffers(new Operands(memory.floats(value, type), memory.floats(offsets, layout.offsets().dataType()),
                        memory.floats(logits, layout.logits().dataType()), Optional.empty()),
                        memory.poisoned((long) value.length * type.bytes())));
    }

    private static List<Times> times(KernelBench bench, DeformableAttentionLayout layout, List<DeformableAttentionTile> tiles, long bytes,
            Function<DeviceMemory, Buffers> buffers) {
        int sets = KernelBench.sets(bytes);
        List<Times> all = new ArrayList<>();
        try (DeviceMemory memory = bench.memory()) {
            List<Buffers> own = IntStream.range(0, sets).mapToObj(_ -> buffers.apply(memory)).toList();
            for (DeformableAttentionTile tile : tiles) {
                try (DeformableAttentionKernel kernel = DeformableAttentionKernel.load(bench.loader(), layout, tile)) {
                    all.add(bench.time(bytes, sets, set -> kernel.enqueue(own.get(set).operands(), own.get(set).output(), bench.stream())));
                }
            }
        }
        return all;
    }

    /// As columns of one product: where something else has added positions to offsets and logits, in a matrix of their sums, and where
    /// the kernel adds them. What the sums themselves take is not in it.
    public static void printPositioned(KernelBench bench) {
        for (Picture size : KernelBench.PICTURES) {
            for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
                DeformableAttentionLayout within = AttentionLayouts.positioned(size.height(), size.width(), type, type);
                Rows sums = within.tables().orElseThrow().offsets().rows();
                DeformableAttentionLayout before = new DeformableAttentionLayout(within.pictures(), within.heads(), within.channels(),
                        within.points(), within.levels(), within.value(), sums, sums);
                System.out.println("deformable attention " + size + ", columns of " + type + ", positions added before: "
                        + timesOfColumns(bench, before));
                System.out.println("deformable attention " + size + ", columns of " + type + ", positions added within: "
                        + timesOfColumns(bench, within));
            }
        }
    }

    /// Offsets are as far spread as those of their own, and their columns follow the values' in the product, or begin the sums.
    private static Times timesOfColumns(KernelBench bench, DeformableAttentionLayout layout) {
        DataType type = layout.value().dataType();
        int tokens = layout.tokens();
        int channels = layout.heads() * layout.channels();
        int offsets = 2 * layout.heads() * layout.levels().size() * layout.points();
        int width = layout.tables().map(tables -> tables.offsets().rows()).orElse(layout.offsets()).stride();
        boolean isAdded = layout.tables().isPresent();
        float[] product = Randoms.normal(1, tokens * layout.value().stride(), isAdded ? 1.4 : 1, type);
        float[] table = Randoms.normal(2, tokens * width, isAdded ? 1.4 : 2, type);
        long read = channels + (isAdded ? 2L : 1L) * (offsets + offsets / 2);
        long bytes = (read + channels) * tokens * type.bytes();
        return times(bench, layout, List.of(DeformableAttentionTile.standard(layout)), bytes, memory -> {
            long columns = memory.floats(product, type);
            long added = memory.floats(table, type);
            long output = memory.poisoned((long) tokens * channels * type.bytes());
            long first = isAdded ? columns + (long) channels * type.bytes() : added;
            long logits = (long) offsets * type.bytes();
            return new Buffers(new Operands(columns, first, first + logits,
                    isAdded ? Optional.of(new Added(added, added + logits)) : Optional.empty()), output);
        }).getFirst();
    }
}
