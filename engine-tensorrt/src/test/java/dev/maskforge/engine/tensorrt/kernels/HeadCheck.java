package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.kernels.PictureHeadKernel.Resized;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.Interpreter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// The head's kernels against the reference interpreter, on the same numbers.
record HeadCheck(HeadLayout layout, Tensor classes, Tensor masks, List<Picture> pictures, CompletableFuture<List<Scores>> masksFirst,
        CompletableFuture<List<Scores>> scoresFirst) {
    /// Below it two scores are as good as equal: float32's rounding in sums over all queries.
    private static final double SMALLEST_MARGIN = 1e-5;

    /// What of the network's input is a picture, and the picture's own size.
    record Picture(HeadLayout.Size crop, HeadLayout.Size size) {}

    /// `[K, height, width]`.
    record Scores(Tensor values, int classes, HeadLayout.Size size) {}

    /// How labels compare.
    ///
    /// @param pixels       of all pictures
    /// @param different    from the reference's
    /// @param unexplained  of those, where the reference's margin is not tiny
    /// @param smallTies    pixels where it is
    record Result(int pixels, int different, int unexplained, int smallTies) {
        @Override
        public String toString() {
            return different + " of " + pixels + " labels differ, " + unexplained + " of them at a margin above " + SMALLEST_MARGIN + " ("
                    + smallTies + " pixels are below)";
        }
    }

    static HeadCheck of(HeadLayout layout, long seed, List<Picture> pictures) {
        HeadLayout.Size mask = layout.mask();
        int rows = layout.pictures() * layout.queries();
        Tensor classes = Tensor.of(Shape.of(layout.pictures(), layout.queries(), layout.classes() + 1L),
                Randoms.normal(seed, rows * (layout.classes() + 1), 3, layout.dataType()));
        Tensor masks = Tensor.of(Shape.of(layout.pictures(), layout.queries(), mask.height(), mask.width()),
                Randoms.normal(seed + 1, rows * mask.height() * mask.width(), 4, layout.dataType()));
        return new HeadCheck(layout, classes, masks, pictures,
                CompletableFuture.supplyAsync(() -> pictures.isEmpty() ? List.of() : masksFirst(layout, classes, masks, pictures)),
                CompletableFuture.supplyAsync(() -> scoresFirst(layout, classes, masks, pictures)));
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

    /// Labels at the network's size.
    Result labels(Cuda cuda, long stream, Supplier<HeadKernel> made) {
        try (DeviceMemory memory = new DeviceMemory(cuda, stream); HeadKernel kernel = made.get()) {
            int pixels = layout.pictures() * layout.network().height() * layout.network().width();
            long output = memory.poisoned((long) pixels * layout.labelType().bytes());
            kernel.enqueue(logits(memory), memory.poisoned(kernel.workspaceBytes()), output, stream);
            return compare(memory.labels(output, pixels, layout.labelType()), layout.network(), scoresFirst.join());
        }
    }

    /// Labels at pictures' sizes.
    Result pictureLabels(KernelLoader loader, Cuda cuda, long stream, Resized resized) {
        HeadLayout.Size largest = new HeadLayout.Size(pictures.stream().mapToInt(picture -> picture.size().height()).max().orElseThrow(),
                pictures.stream().mapToInt(picture -> picture.size().width()).max().orElseThrow());
        try (DeviceMemory memory = new DeviceMemory(cuda, stream);
                PictureHeadKernel kernel = PictureHeadKernel.load(loader, layout, largest, resized)) {
            int pixels = layout.pictures() * largest.height() * largest.width();
            long output = memory.poisoned((long) pixels * layout.labelType().bytes());
            int[] sizes = pictures.stream().flatMapToInt(picture -> IntStream.of(picture.crop().height(),
                    picture.crop().width(), picture.size().height(), picture.size().width())).toArray();
            kernel.enqueue(logits(memory), memory.integers(sizes), memory.poisoned(kernel.workspaceBytes()), output, stream);
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
