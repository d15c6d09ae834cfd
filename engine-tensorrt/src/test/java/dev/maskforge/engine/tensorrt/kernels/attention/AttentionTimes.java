package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelBench.Times;
import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.graph.DataType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedSet;
import java.util.function.Function;

/// How long the kernel of attention takes: 100 queries over a picture's keys at a stride of 8 pixels, or at 32, 16 and 8.
public final class AttentionTimes {
    private AttentionTimes() {
    }

    /// As it is.
    public static void print(KernelBench bench) {
        print(bench, layout -> List.of(AttentionTile.standard(layout)));
    }

    /// With many tiles.
    public static void tune(KernelBench bench) {
        print(bench, AttentionTimes::tiles);
    }

    private static void print(KernelBench bench, Function<AttentionLayout, List<AttentionTile>> tiles) {
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            for (int keys : new int[]{32, 128, 512, 2048, 8192, 32768}) {
                AttentionLayout layout = new AttentionLayout(1, 8, 32, 100, keys, true, type);
                List<AttentionTile> all = tiles.apply(layout);
                List<Times> results = times(bench, layout, all);
                for (int i = 0; i < all.size(); i++) {
                    System.out.println("attention, 100 queries, " + keys + " keys, " + type + ", " + all.get(i) + ": " + results.get(i));
                }
            }
        }
    }

    private static List<AttentionTile> tiles(AttentionLayout layout) {
        SequencedSet<AttentionTile> tiles = new LinkedHashSet<>(List.of(AttentionTile.standard(layout)));
        for (int parts : new int[]{1, 2, 4}) {
            for (int inBlock : new int[]{1, 2, 4, 7}) {
                for (int splits : new int[]{1, 2, 4, 8, 16, 32, 64}) {
                    tiles.add(AttentionTile.of(layout, inBlock, inBlock == 7 ? Math.min(parts, 2) : parts, splits));
                }
            }
        }
        return List.copyOf(tiles);
    }

    private static List<Times> times(KernelBench bench, AttentionLayout layout, List<AttentionTile> tiles) {
        DataType type = layout.dataType();
        float[] query = Randoms.normal(1, layout.pictures() * layout.queries() * layout.model(), 1, type);
        float[] key = Randoms.normal(2, layout.pictures() * layout.keys() * layout.model(), 1, type);
        byte[] blocked = AttentionCheck.mask(layout, 3);
        long bytes = 2L * (query.length + key.length) * type.bytes() + blocked.length;
        int sets = KernelBench.sets(bytes);
        List<Times> all = new ArrayList<>();
        try (DeviceMemory memory = bench.memory()) {
            long[][] addresses = new long[sets][];
            for (int i = 0; i < sets; i++) {
                addresses[i] = new long[]{memory.floats(query, type), memory.floats(key, type), memory.floats(key, type),
                        memory.bytes(blocked), memory.poisoned((long) query.length * type.bytes())};
            }
            for (AttentionTile tile : tiles) {
                try (AttentionKernel kernel = AttentionKernel.load(bench.loader(), layout, tile)) {
                    long workspace = kernel.workspaceBytes() == 0 ? 0 : memory.poisoned(kernel.workspaceBytes());
                    all.add(bench.time(bytes, sets, set -> {
                        long[] at = addresses[set];
                        OptionalLong mask = layout.masked() ? OptionalLong.of(at[3]) : OptionalLong.empty();
                        kernel.enqueue(at[0], at[1], at[2], mask, workspace, at[4], bench.stream());
                    }));
                }
            }
        }
        return all;
    }
}
