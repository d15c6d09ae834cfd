package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelBench.Picture;
import dev.maskforge.engine.tensorrt.kernels.KernelBench.Times;
import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.graph.DataType;
import java.util.ArrayList;
import java.util.List;

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

    private static List<Times> times(KernelBench bench, DeformableAttentionLayout layout, List<DeformableAttentionTile> tiles) {
        int tokens = layout.pictures() * layout.tokens();
        DataType type = layout.value().dataType();
        float[] value = Randoms.normal(1, tokens * layout.value().stride(), 1, type);
        float[] offsets = Randoms.normal(2, tokens * layout.offsets().stride(), 2, layout.offsets().dataType());
        float[] logits = Randoms.normal(3, tokens * layout.logits().stride(), 2, layout.logits().dataType());
        long queryBytes = layout.offsets().dataType().bytes();
        long bytes = 2L * value.length * type.bytes() + (offsets.length + logits.length) * queryBytes;
        int sets = KernelBench.sets(bytes);
        List<Times> all = new ArrayList<>();
        try (DeviceMemory memory = bench.memory()) {
            long[][] addresses = new long[sets][];
            for (int i = 0; i < sets; i++) {
                addresses[i] = new long[]{memory.floats(value, type), memory.floats(offsets, layout.offsets().dataType()),
                        memory.floats(logits, layout.logits().dataType()), memory.poisoned((long) value.length * type.bytes())};
            }
            for (DeformableAttentionTile tile : tiles) {
                try (DeformableAttentionKernel kernel = DeformableAttentionKernel.load(bench.loader(), layout, tile)) {
                    all.add(bench.time(bytes, sets, set -> {
                        long[] at = addresses[set];
                        kernel.enqueue(at[0], at[1], at[2], at[3], bench.stream());
                    }));
                }
            }
        }
        return all;
    }
}
