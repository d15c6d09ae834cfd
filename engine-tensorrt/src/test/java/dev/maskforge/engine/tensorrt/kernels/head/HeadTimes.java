package dev.maskforge.engine.tensorrt.kernels.head;

import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelBench.Picture;
import dev.maskforge.engine.tensorrt.kernels.KernelBench.Times;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.graph.DataType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;

/// How long the kernels of the head take.
public final class HeadTimes {
    private HeadTimes() {
    }

    /// Mask2Former's for Cityscapes, to labels at the network's size and at a picture's.
    public static void print(KernelBench bench) {
        for (Picture size : KernelBench.PICTURES) {
            for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
                HeadLayout layout = HeadLayouts.cityscapes(size.height(), size.width(), type);
                System.out.println("head " + size + ", 100 queries, 19 classes, " + type + ": "
                        + times(bench, layout, List.of(loader -> HeadKernel.load(loader, layout))).getFirst());
            }
        }
        HeadLayout half = HeadLayouts.cityscapes(512, 1024, DataType.FLOAT32);
        HeadLayout.Size picture = new HeadLayout.Size(1024, 2048);
        for (PictureHeadKernel.Resized resized : PictureHeadKernel.Resized.values()) {
            System.out.println("picture head, " + resized + " resized, " + half.network() + " to " + picture + ": "
                    + ofPicture(bench, half, picture, resized));
        }
    }

    /// In many ways.
    public static void tune(KernelBench bench) {
        for (Picture size : List.of(KernelBench.PICTURES.getFirst(), KernelBench.PICTURES.get(2), KernelBench.PICTURES.getLast())) {
            tune(bench, size);
        }
    }

    private static void tune(KernelBench bench, Picture size) {
        HeadLayout layout = HeadLayouts.cityscapes(size.height(), size.width(), DataType.FLOAT32);
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
        List<Times> all = times(bench, layout, List.copyOf(variants.values()));
        List<String> names = List.copyOf(variants.keySet());
        for (int i = 0; i < names.size(); i++) {
            System.out.println("head " + size + ", " + names.get(i) + ": " + all.get(i));
        }
    }

    private static List<Times> times(KernelBench bench, HeadLayout layout, List<Function<KernelLoader, HeadKernel>> variants) {
        float[] classes = Randoms.normal(1, layout.pictures() * layout.queries() * (layout.classes() + 1), 3, layout.dataType());
        float[] masks = Randoms.normal(2, layout.pictures() * layout.queries() * layout.mask().height() * layout.mask().width(), 4,
                layout.dataType());
        long labels = (long) layout.pictures() * layout.network().height() * layout.network().width() * layout.labelType().bytes();
        long bytes = (long) masks.length * layout.dataType().bytes() + labels;
        int sets = KernelBench.sets(bytes);
        List<Times> all = new ArrayList<>();
        try (DeviceMemory memory = bench.memory()) {
            HeadLogits[] logits = new HeadLogits[sets];
            for (int i = 0; i < sets; i++) {
                logits[i] = new HeadLogits(memory.floats(classes, layout.dataType()), memory.floats(masks, layout.dataType()));
            }
            long output = memory.poisoned(labels);
            for (Function<KernelLoader, HeadKernel> variant : variants) {
                try (HeadKernel kernel = variant.apply(bench.loader())) {
                    long workspace = memory.poisoned(kernel.workspaceBytes());
                    all.add(bench.time(bytes, sets, set -> kernel.enqueue(logits[set], workspace, output, bench.stream())));
                }
            }
        }
        return all;
    }

    /// Labels at a picture's size, where the whole of the network's input is the picture.
    private static Times ofPicture(KernelBench bench, HeadLayout layout, HeadLayout.Size picture, PictureHeadKernel.Resized resized) {
        float[] classes = Randoms.normal(1, layout.queries() * (layout.classes() + 1), 3, layout.dataType());
        float[] masks = Randoms.normal(2, layout.queries() * layout.mask().height() * layout.mask().width(), 4, layout.dataType());
        long labels = (long) picture.height() * picture.width() * layout.labelType().bytes();
        long bytes = (long) masks.length * layout.dataType().bytes() + labels;
        int sets = KernelBench.sets(bytes);
        try (DeviceMemory memory = bench.memory();
                PictureHeadKernel kernel = PictureHeadKernel.load(bench.loader(), layout, picture, resized)) {
            HeadLogits[] logits = new HeadLogits[sets];
            for (int i = 0; i < sets; i++) {
                logits[i] = new HeadLogits(memory.floats(classes, layout.dataType()), memory.floats(masks, layout.dataType()));
            }
            long sizes = memory.integers(layout.network().height(), layout.network().width(), picture.height(), picture.width());
            long output = memory.poisoned(labels);
            long workspace = memory.poisoned(kernel.workspaceBytes());
            return bench.time(bytes, sets, set -> kernel.enqueue(logits[set], sizes, workspace, output, bench.stream()));
        }
    }
}
