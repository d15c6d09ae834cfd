package dev.maskforge.engine.tensorrt.kernels.head;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.kernels.DeviceMemory;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.engine.tensorrt.kernels.head.PictureHeadKernel.Resized;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.Interpreter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The head's kernels against the reference interpreter, on the same numbers.
public record HeadCheck(HeadLayout layout, Tensor classes, Tensor masks, List<Picture> pictures, CompletableFuture<List<Scores>> masksFirst,
        CompletableFuture<List<Scores>> scoresFirst) implements KernelCheck {
    /// Below it two scores are as good as equal: float32's rounding in sums over all queries.
    private static final double SMALLEST_MARGIN = 1e-5;
    private static final float NO_SHIFT = 0;
    /// Sigmoids of 1e-21 to 1e-8, which float16 does not hold as they are.
    private static final float UNCOVERED = -34;

    /// What of the network's input is a picture, and the picture's own size.
    public record Picture(HeadLayout.Size crop, HeadLayout.Size size) {}

    /// `[K, height, width]`.
    public record Scores(Tensor values, int classes, HeadLayout.Size size) {}

    /// How labels compare.
    ///
    /// @param pixels       of all pictures
    /// @param different    from the reference's
    /// @param unexplained  of those, where the reference's margin is not tiny
    /// @param smallTies    pixels where it is
    private record Result(int pixels, int different, int unexplained, int smallTies) {
        @Override
        public String toString() {
            return different + " of " + pixels + " labels differ, " + unexplained + " of them at a margin above " + SMALLEST_MARGIN + " ("
                    + smallTies + " pixels are below)";
        }
    }

    /// Sizes that no tile, vector or block divides, and several pictures.
    public static List<KernelCheck> awkward() {
        HeadLayout.Size one = new HeadLayout.Size(1, 1);
        HeadLayout.Size odd = new HeadLayout.Size(5, 7);
        HeadLayout.Size fourTimes = new HeadLayout.Size(20, 28);
        HeadLayout.Size large = new HeadLayout.Size(33, 65);
        HeadLayout.Size network = new HeadLayout.Size(64, 96);
        HeadLayout.Size quarter = new HeadLayout.Size(16, 24);
        List<Picture> two = List.of(new Picture(new HeadLayout.Size(61, 90), new HeadLayout.Size(123, 181)),
                new Picture(new HeadLayout.Size(64, 37), new HeadLayout.Size(40, 23)));
        return List.of(of(new HeadLayout(2, 100, 19, quarter, network, DataType.FLOAT32), 107, two),
                of(new HeadLayout(2, 100, 133, quarter, network, DataType.FLOAT16), 108, two),
                of(new HeadLayout(2, 5, 3, odd, fourTimes, DataType.FLOAT32), 102, List.of()),
                of(new HeadLayout(2, 99, 150, large, new HeadLayout.Size(132, 260), DataType.FLOAT16), 109, List.of()),
                of(new HeadLayout(3, 17, 300, odd, fourTimes, DataType.FLOAT32), 110, List.of()),
                of(new HeadLayout(1, 8, 2, one, new HeadLayout.Size(4, 4), DataType.FLOAT32), 111, List.of()),
                of(new HeadLayout(2, 1, 1, one, new HeadLayout.Size(4, 4), DataType.FLOAT16), 112, List.of()),
                of(new HeadLayout(1, 16, 150, odd, fourTimes, DataType.FLOAT32), 113, List.of()),
                of(new HeadLayout(3, 25, 133, odd, fourTimes, DataType.FLOAT16), 114, List.of()),
                of(new HeadLayout(1, 31, 24, quarter, network, DataType.FLOAT32), 115, List.of()),
                of(new HeadLayout(2, 100, 19, quarter, network, DataType.FLOAT32), 116, List.of(), UNCOVERED),
                of(new HeadLayout(2, 23, 133, odd, fourTimes, DataType.FLOAT16), 117, List.of(), UNCOVERED),
                of(new HeadLayout(3, 200, 19, odd, new HeadLayout.Size(19, 27), DataType.FLOAT32), 103, List.of()),
                of(new HeadLayout(2, 100, 150, large, new HeadLayout.Size(130, 260), DataType.FLOAT32), 104, List.of()),
                of(new HeadLayout(1, 301, 847, odd, new HeadLayout.Size(21, 29), DataType.FLOAT16), 105, List.of()),
                of(new HeadLayout(2, 1, 1, one, new HeadLayout.Size(3, 4), DataType.FLOAT32), 106, List.of()));
    }

    /// Those, and networks' own.
    public static List<KernelCheck> all() {
        return Stream.concat(awkward().stream(), Stream.of(of(HeadLayouts.cityscapes(1024, 2048, DataType.FLOAT32), 100, List.of()),
                of(HeadLayouts.cityscapes(512, 1024, DataType.FLOAT16), 101, List.of()))).toList();
    }

    private static HeadCheck of(HeadLayout layout, long seed, List<Picture> pictures) {
        return of(layout, seed, pictures, NO_SHIFT);
    }

    /// @param shift of all mask logits
    private static HeadCheck of(HeadLayout layout, long seed, List<Picture> pictures, float shift) {
        HeadLayout.Size mask = layout.mask();
        int rows = layout.pictures() * layout.queries();
        Tensor classes = Tensor.of(Shape.of(layout.pictures(), layout.queries(), layout.classes() + 1L),
                Randoms.normal(seed, rows * (layout.classes() + 1), 3, layout.dataType()));
        Tensor masks = Tensor.of(Shape.of(layout.pictures(), layout.queries(), mask.height(), mask.width()),
                shifted(Randoms.normal(seed + 1, rows * mask.height() * mask.width(), 4, layout.dataType()), shift, layout.dataType()));
        return new HeadCheck(layout, classes, masks, pictures,
                CompletableFuture.supplyAsync(() -> pictures.isEmpty() ? List.of() : masksFirst(layout, classes, masks, pictures)),
                CompletableFuture.supplyAsync(() -> scoresFirst(layout, classes, masks, pictures)));
    }

    private static float[] shifted(float[] values, float shift, DataType type) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            float value = values[i] + shift;
            result[i] = type == DataType.FLOAT16 ? Float.float16ToFloat(Float.floatToFloat16(value)) : value;
        }
        return result;
    }

    /// One picture of a batch.
    private static Tensor part(Tensor batch, int picture) {
        long bytes = batch.memory().byteSize() / batch.shape().get(0).size();
        return new Tensor(new TensorType(batch.dataType(), batch.shape().with(0, Dimension.ONE)),
                batch.memory().asSlice(picture * bytes, bytes));
    }

    /// Scores at the network's size; or, where there are pictures, cropped and resized to theirs.
    private static List<Scores> scoresFirst(HeadLayout layout, Tensor classes, Tensor masks, List<Picture> pictures) {
        List<Scores> results = new ArrayList<>();
        for (int i = 0; i < layout.pictures(); i++) {
            Tensor scores = inference(part(classes, i), part(masks, i), layout.network());
            HeadLayout.Size size = layout.network();
            if (!pictures.isEmpty()) {
                size = pictures.get(i).size();
                scores = resize(crop(scores, layout.network(), pictures.get(i).crop()), size);
            }
            results.add(new Scores(scores, layout.classes(), size));
        }
        return results;
    }

    private static List<Scores> masksFirst(HeadLayout layout, Tensor classes, Tensor masks, List<Picture> pictures) {
        List<Scores> results = new ArrayList<>();
        for (int i = 0; i < layout.pictures(); i++) {
            Picture picture = pictures.get(i);
            Tensor network = resize(part(masks, i), layout.network());
            Tensor resized = resize(crop(network, layout.network(), picture.crop()), picture.size());
            results.add(new Scores(inference(part(classes, i), resized, picture.size()), layout.classes(),
                    picture.size()));
        }
        return results;
    }

    private static Tensor inference(Tensor classes, Tensor masks, HeadLayout.Size size) {
        return Interpreter.evaluate(new Operation.SemanticInference(Dimension.of(size.height()), Dimension.of(size.width())),
                List.of(classes, masks));
    }

    private static Tensor resize(Tensor maps, HeadLayout.Size size) {
        return Interpreter.evaluate(
                new Operation.Resize(Operation.Resize.Mode.BILINEAR, Dimension.of(size.height()), Dimension.of(size.width())),
                List.of(maps));
    }

    private static Tensor crop(Tensor maps, HeadLayout.Size from, HeadLayout.Size to) {
        float[] source = maps.toFloats();
        int count = source.length / (from.height() * from.width());
        float[] result = new float[count * to.height() * to.width()];
        for (int map = 0; map < count; map++) {
            for (int row = 0; row < to.height(); row++) {
                System.arraycopy(source, (map * from.height() + row) * from.width(), result, (map * to.height() + row) * to.width(),
                        to.width());
            }
        }
        return Tensor.of(Shape.of(1, count, to.height(), to.width()), result);
    }

    @Override
    public Stream<Finding> findings(KernelBench bench) {
        return pictures.isEmpty()
                ? programs(bench.loader().driver().architecture()).entrySet().stream()
                        .map(program -> finding(program.getKey(), labels(bench, program.getValue())))
                : Stream.of(Resized.values())
                        .map(resized -> finding("picture head, " + resized + " resized", pictureLabels(bench, resized)));
    }

    private Finding finding(String what, Result result) {
        return new Finding(result.unexplained() == 0, what + ", " + this + ": " + result);
    }

    /// The head as it is, and its other ways where there are several.
    private SequencedMap<String, Function<KernelLoader, HeadKernel>> programs(Architecture architecture) {
        SequencedMap<String, Function<KernelLoader, HeadKernel>> programs = new LinkedHashMap<>();
        programs.put("head", loader -> HeadKernel.load(loader, layout));
        if (QuadProgram.takes(layout, architecture)) {
            for (int rows : new int[]{1, 2, 4}) {
                QuadProgram.Tuning tuning = new QuadProgram.Tuning(rows, 3);
                programs.put("head, " + tuning, loader -> HeadKernel.load(loader, layout, tuning));
            }
            SemanticInferenceProgram.Tuning plain = SemanticInferenceProgram.Tuning.standard(SemanticInferenceProgram.Form.LABELS);
            programs.put("head without matrix units", loader -> HeadKernel.load(loader, layout, plain));
        }
        return programs;
    }

    /// Labels at the network's size.
    private Result labels(KernelBench bench, Function<KernelLoader, HeadKernel> made) {
        try (DeviceMemory memory = bench.memory(); HeadKernel kernel = made.apply(bench.loader())) {
            int pixels = layout.pictures() * layout.network().height() * layout.network().width();
            long output = memory.poisoned((long) pixels * layout.labelType().bytes());
            kernel.enqueue(logits(memory), memory.poisoned(kernel.workspaceBytes()), output, bench.stream());
            return compare(memory.labels(output, pixels, layout.labelType()), layout.network(), scoresFirst.join());
        }
    }

    /// Labels at pictures' sizes.
    private Result pictureLabels(KernelBench bench, Resized resized) {
        HeadLayout.Size largest = new HeadLayout.Size(pictures.stream().mapToInt(picture -> picture.size().height()).max().orElseThrow(),
                pictures.stream().mapToInt(picture -> picture.size().width()).max().orElseThrow());
        try (DeviceMemory memory = bench.memory();
                PictureHeadKernel kernel = PictureHeadKernel.load(bench.loader(), layout, largest, resized)) {
            int pixels = layout.pictures() * largest.height() * largest.width();
            long output = memory.poisoned((long) pixels * layout.labelType().bytes());
            int[] sizes = pictures.stream().flatMapToInt(picture -> IntStream.of(picture.crop().height(),
                    picture.crop().width(), picture.size().height(), picture.size().width())).toArray();
            kernel.enqueue(logits(memory), memory.integers(sizes), memory.poisoned(kernel.workspaceBytes()), output, bench.stream());
            return compare(memory.labels(output, pixels, layout.labelType()), largest,
                    resized == Resized.MASKS ? masksFirst.join() : scoresFirst.join());
        }
    }

    private HeadLogits logits(DeviceMemory memory) {
        return new HeadLogits(memory.floats(classes.toFloats(), layout.dataType()), memory.floats(masks.toFloats(), layout.dataType()));
    }

    private static Result compare(int[] labels, HeadLayout.Size stride, List<Scores> expected) {
        int pixels = 0;
        int different = 0;
        int unexplained = 0;
        int ties = 0;
        for (int picture = 0; picture < expected.size(); picture++) {
            Scores scores = expected.get(picture);
            float[] values = scores.values().toFloats();
            int plane = scores.size().height() * scores.size().width();
            for (int i = 0; i < plane; i++) {
                int row = i / scores.size().width();
                int at = (picture * stride.height() + row) * stride.width() + i % scores.size().width();
                int best = 0;
                float second = 0;
                for (int label = 1; label < scores.classes(); label++) {
                    float score = values[label * plane + i];
                    float highest = values[best * plane + i];
                    second = Math.max(second, Math.min(score, highest));
                    best = score > highest ? label : best;
                }
                boolean tie = 1 - second / values[best * plane + i] < SMALLEST_MARGIN;
                ties += tie ? 1 : 0;
                different += labels[at] == best ? 0 : 1;
                unexplained += labels[at] == best || tie ? 0 : 1;
                pixels++;
            }
        }
        return new Result(pixels, different, unexplained, ties);
    }

    @Override
    public String toString() {
        return layout.pictures() + " x " + layout.queries() + " queries, " + layout.classes() + " classes, masks " + layout.mask() + " to "
                + layout.network() + ", " + layout.dataType() + (pictures.isEmpty() ? "" : ", pictures " + pictures);
    }
}
