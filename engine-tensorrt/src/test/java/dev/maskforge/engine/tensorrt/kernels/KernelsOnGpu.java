package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.engine.tensorrt.cuda.DriverModules;
import dev.maskforge.graph.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Function;

/// Checks and times the kernels on the first GPU; docs/cuda-kernels.md has the command and what it gave.
///
/// Arguments: any of `small` (awkward sizes only, for compute-sanitizer), `check`, `queries` (only what computes with a decoder's
/// queries, checked and timed, which needs clusters of blocks: compute capability 9.0), `normalization` (only group normalisation,
/// checked and timed), `time`, `tune`,
/// `attention` (only that of few queries over many keys, timed or, with `tune`, tuned); without any, `check` and `time`.
final class KernelsOnGpu {
    private static final List<HeadLayout.Size> SIZES = List.of(new HeadLayout.Size(128, 256), new HeadLayout.Size(256, 512),
            new HeadLayout.Size(512, 1024), new HeadLayout.Size(1024, 2048));

    private KernelsOnGpu() {
    }

    public static void main(String[] arguments) throws IOException {
        Set<String> wanted = arguments.length == 0 ? Set.of("check", "time") : Set.copyOf(Arrays.asList(arguments));
        DriverCuda cuda = DriverCuda.open();
        cuda.useOnThisThread();
        NvrtcCompiler compiler = NvrtcCompiler.open();
        System.out.println(cuda.describe() + ", " + compiler.version() + ", Java " + Runtime.version());
        KernelLoader loader = new KernelLoader(new DriverModules(), compiler, new KernelCache(Files.createTempDirectory("kernels")));
        long stream = cuda.newStream();
        List<String> failures = new ArrayList<>();
        if (wanted.contains("small")) {
            failures.addAll(KernelChecks.awkward().run(loader, cuda, stream));
        }
        if (wanted.contains("check")) {
            failures.addAll(KernelChecks.all().run(loader, cuda, stream));
        }
        if (wanted.contains("queries")) {
            failures.addAll(KernelChecks.queries().run(loader, cuda, stream));
            timeQueries(new KernelTimes(loader, cuda, stream));
        }
        if (wanted.contains("normalization")) {
            failures.addAll(KernelChecks.groupNormalization().run(loader, cuda, stream));
            timeGroupNormalization(new KernelTimes(loader, cuda, stream));
        }
        if (wanted.contains("time")) {
            time(new KernelTimes(loader, cuda, stream));
            timeMaskedAttention(new KernelTimes(loader, cuda, stream), false);
        }
        if (wanted.contains("attention")) {
            timeMaskedAttention(new KernelTimes(loader, cuda, stream), wanted.contains("tune"));
        } else if (wanted.contains("tune")) {
            tune(new KernelTimes(loader, cuda, stream));
        }
        cuda.destroyStream(stream);
        System.out.println(failures.size() + " checks fell short");
    }

    /// What fell short of the reference.
    static List<String> check(Cuda cuda, KernelLoader loader) {
        cuda.useOnThisThread();
        long stream = cuda.newStream();
        try {
            List<String> failures = new ArrayList<>(KernelChecks.all().run(loader, cuda, stream));
            failures.addAll(KernelChecks.groupNormalization().run(loader, cuda, stream));
            if (QueriesKernel.runsOn(loader.driver().architecture())) {
                failures.addAll(KernelChecks.queries().run(loader, cuda, stream));
            }
            return failures;
        } finally {
            cuda.destroyStream(stream);
        }
    }

    private static void timeQueries(KernelTimes times) {
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            QueryGraphs sizes = new QueryGraphs(1, 100, 256, 2048, 8, type);
            System.out.println("queries, a layer of Mask2Former, " + type + ": " + times.queries(sizes, sizes.mask2Former()));
            System.out.println("queries, the last of Mask2Former, " + type + ": " + times.queries(sizes, sizes.endOfMask2Former()));
            System.out.println("queries, a layer of MaskFormer, " + type + ": " + times.queries(sizes, sizes.maskFormer()));
            System.out.println("queries, the last of MaskFormer, " + type + ": " + times.queries(sizes, sizes.endOfMaskFormer()));
        }
    }

    /// At a stride of 4 pixels.
    private static void timeGroupNormalization(KernelTimes times) {
        for (HeadLayout.Size size : SIZES) {
            for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
                GroupNormalizationGraphs sizes = new GroupNormalizationGraphs(1, 256, 32, size.height() / 4, size.width() / 4, type);
                System.out.println("group normalisation, " + size + ", " + type + ": " + times.groupNormalization(sizes, sizes.positive()));
                System.out
                        .println("and Mask2Former's sum, " + size + ", " + type + ": " + times.groupNormalization(sizes, sizes.onTokens()));
                System.out.println("and MaskFormer's sum, " + size + ", " + type + ": "
                        + times.groupNormalization(sizes, sizes.onNormalised()));
            }
        }
    }

    /// 100 queries over a picture's keys at a stride of 8 pixels, or at 32, 16 and 8.
    private static void timeMaskedAttention(KernelTimes times, boolean tune) {
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            for (int keys : new int[]{32, 128, 512, 2048, 8192, 32768}) {
                AttentionLayout layout = new AttentionLayout(1, 8, 32, 100, keys, true, type);
                SequencedSet<AttentionTile> tiles = new LinkedHashSet<>(List.of(AttentionTile.standard(layout)));
                if (tune) {
                    for (int parts : new int[]{1, 2, 4}) {
                        for (int inBlock : new int[]{1, 2, 4, 7}) {
                            for (int splits : new int[]{1, 2, 4, 8, 16, 32, 64}) {
                                tiles.add(AttentionTile.of(layout, inBlock, inBlock == 7 ? Math.min(parts, 2) : parts, splits));
                            }
                        }
                    }
                }
                List<AttentionTile> all = List.copyOf(tiles);
                List<KernelTimes.Times> results = times.maskedAttention(layout, all);
                for (int i = 0; i < all.size(); i++) {
                    System.out.println("attention, 100 queries, " + keys + " keys, " + type + ", " + all.get(i) + ": " + results.get(i));
                }
            }
        }
    }

    private static void time(KernelTimes times) {
        for (HeadLayout.Size size : SIZES) {
            for (DataType[] types : new DataType[][]{{DataType.FLOAT16, DataType.FLOAT32}, {DataType.FLOAT16, DataType.FLOAT16},
                    {DataType.FLOAT32, DataType.FLOAT32}}) {
                DeformableAttentionLayout layout = Layouts.pixelDecoder(size.height(), size.width(), types[0], types[1]);
                System.out.println("deformable attention " + size + ", values " + types[0] + ", queries " + types[1] + ": "
                        + times.attention(layout, DeformableAttentionTile.standard(layout)));
            }
            for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
                HeadLayout layout = Layouts.cityscapes(size.height(), size.width(), type);
                System.out.println("head " + size + ", 100 queries, 19 classes, " + type + ": "
                        + times.head(layout, List.of(loader -> HeadKernel.load(loader, layout))).getFirst());
            }
            for (PixelsLayout.Order order : List.of(PixelsLayout.Order.PLANES, PixelsLayout.Order.CHANNELS_OF_8)) {
                for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
                    System.out.println("pixels " + size + ", " + order + ", " + type + ": "
                            + times.pixels(Layouts.pixels(1, size.height(), size.width(), type, order)));
                }
            }
        }
        HeadLayout half = Layouts.cityscapes(512, 1024, DataType.FLOAT32);
        for (PictureHeadKernel.Resized resized : PictureHeadKernel.Resized.values()) {
            System.out.println("picture head, " + resized + " resized, " + half.network() + " to " + SIZES.getLast() + ": "
                    + times.pictureHead(half, SIZES.getLast(), resized));
        }
    }

    private static void tune(KernelTimes times) {
        for (HeadLayout.Size size : List.of(SIZES.getFirst(), SIZES.get(2), SIZES.getLast())) {
            DeformableAttentionLayout layout = Layouts.pixelDecoder(size.height(), size.width(), DataType.FLOAT16, DataType.FLOAT32);
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
            List<KernelTimes.Times> all = times.attention(layout, tiles);
            for (int i = 0; i < tiles.size(); i++) {
                System.out.println("deformable attention " + size + ", " + tiles.get(i) + ": " + all.get(i));
            }
        }
        for (HeadLayout.Size size : List.of(SIZES.getFirst(), SIZES.get(2), SIZES.getLast())) {
            tuneHead(times, size);
        }
    }

    private static void tuneHead(KernelTimes times, HeadLayout.Size size) {
        HeadLayout layout = Layouts.cityscapes(size.height(), size.width(), DataType.FLOAT32);
        SequencedMap<String, Function<KernelLoader, HeadKernel>> variants = new LinkedHashMap<>();
        for (int rows : new int[]{1, 2, 4}) {
            for (int blocks : new int[]{3, 4, 5, 6}) {
                QuadProgram.Tuning tuning = new QuadProgram.Tuning(rows, blocks);
                variants.put("matrix units, " + tuning, loader -> HeadKernel.load(loader, layout, tuning));
            }
        }
        for (int unroll : new int[]{1, 2, 4}) {
            SemanticInferenceProgram.Tuning tuning = new SemanticInferenceProgram.Tuning(4, 4, unroll);
            variants.put("without, " + tuning, loader -> HeadKernel.load(loader, layout, tuning));
        }
        List<KernelTimes.Times> all = times.head(layout, List.copyOf(variants.values()));
        List<String> names = List.copyOf(variants.keySet());
        for (int i = 0; i < names.size(); i++) {
            System.out.println("head " + size + ", " + names.get(i) + ": " + all.get(i));
        }
    }
}
