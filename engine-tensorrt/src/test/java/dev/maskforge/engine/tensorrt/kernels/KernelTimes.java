package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/// How long kernels take, by CUDA events around a captured graph of many runs.
///
/// "Cold" goes round so many sets of inputs and outputs that the second-level cache holds none of them when it is used again;
/// "warm" uses one set, as if what made the inputs had just run.
final class KernelTimes {
    private static final long BEYOND_CACHE = 200L << 20;
    private static final int MOST_SETS = 16;
    private static final int RUNS_IN_GRAPH = 48;
    private static final int GRAPHS = 11;
    /// A copy's rate on an H200, reads and writes counted.
    private static final double BYTES_PER_MICROSECOND = 4.3e6;

    private final KernelLoader loader;
    private final Cuda cuda;
    private final long stream;

    KernelTimes(KernelLoader loader, Cuda cuda, long stream) {
        this.loader = loader;
        this.cuda = cuda;
        this.stream = stream;
    }

    /// @param cold  microseconds a run, median
    /// @param warm  microseconds a run, median
    /// @param floor microseconds that moving each byte once takes
    record Times(double cold, double warm, double floor) {
        @Override
        public String toString() {
            return "cold %7.2f us, warm %7.2f us, floor at 4.3 TB/s %6.2f us".formatted(cold, warm, floor);
        }
    }

    private Times time(long bytes, int sets, IntConsumer enqueue) {
        return new Times(median(sets, enqueue), median(1, enqueue), bytes / BYTES_PER_MICROSECOND);
    }

    private static int sets(long bytes) {
        return (int) Math.max(2, Math.min(MOST_SETS, Math.ceilDiv(BEYOND_CACHE, bytes)));
    }

    private double median(int sets, IntConsumer enqueue) {
        enqueue.accept(0);
        cuda.synchronize(stream);
        cuda.beginCapture(stream);
        for (int i = 0; i < RUNS_IN_GRAPH; i++) {
            enqueue.accept(i % sets);
        }
        long graph = cuda.endCapture(stream);
        long from = cuda.newEvent();
        long to = cuda.newEvent();
        try {
            double[] times = new double[GRAPHS];
            for (int i = 0; i < GRAPHS; i++) {
                cuda.launch(graph, stream);
                cuda.record(from, stream);
                cuda.launch(graph, stream);
                cuda.record(to, stream);
                cuda.synchronize(stream);
                times[i] = 1000.0 * cuda.milliseconds(from, to) / RUNS_IN_GRAPH;
            }
            Arrays.sort(times);
            return times[GRAPHS / 2];
        } finally {
            cuda.destroyEvent(from);
            cuda.destroyEvent(to);
            cuda.destroyGraph(graph);
        }
    }

    /// "Warm" is with weights that lie in the second-level cache, as in a network they do not.
    Times queries(QueryGraphs sizes, Graph graph) {
        SequencedMap<String, Tensor> inputs = sizes.inputs(graph, 7);
        long bytes = Stream.concat(graph.inputs().stream(), graph.outputs().stream())
                .mapToLong(name -> graph.type(name).shape().elementCount() * sizes.type().bytes()).sum();
        int sets = sets(bytes);
        try (DeviceMemory memory = new DeviceMemory(cuda, stream);
                QueriesKernel kernel = QueriesKernel.load(loader, QueryProgram.of(graph), sizes.pictures())) {
            List<Map<String, Long>> places = new ArrayList<>();
            for (int i = 0; i < sets; i++) {
                Map<String, Long> place = new HashMap<>();
                inputs.forEach((name, tensor) -> place.put(name, memory.floats(QueryGraphs.floats(tensor), sizes.type())));
                graph.outputs().forEach(name -> place.put(name,
                        memory.poisoned(graph.type(name).shape().elementCount() * sizes.type().bytes())));
                places.add(place);
            }
            long workspace = kernel.workspaceBytes() == 0 ? 0 : memory.poisoned(kernel.workspaceBytes());
            return time(bytes, sets, set -> kernel.enqueue(name -> Objects.requireNonNull(places.get(set).get(name), name), workspace,
                    stream));
        }
    }

    Times groupNormalization(GroupNormalizationGraphs sizes, Graph graph) {
        SequencedMap<String, Tensor> inputs = sizes.inputs(graph, 7);
        long bytes = Stream.concat(graph.inputs().stream(), graph.outputs().stream())
                .mapToLong(name -> graph.type(name).shape().elementCount() * sizes.type().bytes()).sum();
        int sets = sets(bytes);
        try (DeviceMemory memory = new DeviceMemory(cuda, stream);
                GroupNormalizationKernel kernel = GroupNormalizationKernel.load(loader, GroupNormalizationProgram.of(graph), Map.of())) {
            List<Map<String, Long>> places = new ArrayList<>();
            for (int i = 0; i < sets; i++) {
                places.add(GroupNormalizationCheck.places(graph, inputs, sizes.type(), memory));
            }
            long workspace = memory.poisoned(kernel.workspaceBytes());
            return time(bytes, sets, set -> kernel.enqueue(name -> Objects.requireNonNull(places.get(set).get(name), name), workspace,
                    stream));
        }
    }

    Times attention(DeformableAttentionLayout layout, DeformableAttentionTile tile) {
        return attention(layout, List.of(tile)).getFirst();
    }

    List<Times> attention(DeformableAttentionLayout layout, List<DeformableAttentionTile> tiles) {
        int tokens = layout.pictures() * layout.tokens();
        DataType type = layout.value().dataType();
        float[] value = Randoms.normal(1, tokens * layout.value().stride(), 1, type);
        float[] offsets = Randoms.normal(2, tokens * layout.offsets().stride(), 2, layout.offsets().dataType());
        float[] logits = Randoms.normal(3, tokens * layout.logits().stride(), 2, layout.logits().dataType());
        long queryBytes = layout.offsets().dataType().bytes();
        long bytes = 2L * value.length * type.bytes() + (offsets.length + logits.length) * queryBytes;
        int sets = sets(bytes);
        List<Times> all = new ArrayList<>();
        try (DeviceMemory memory = new DeviceMemory(cuda, stream)) {
            long[][] addresses = new long[sets][];
            for (int i = 0; i < sets; i++) {
                addresses[i] = new long[]{memory.floats(value, type), memory.floats(offsets, layout.offsets().dataType()),
                        memory.floats(logits, layout.logits().dataType()), memory.poisoned((long) value.length * type.bytes())};
            }
            for (DeformableAttentionTile tile : tiles) {
                try (DeformableAttentionKernel kernel = DeformableAttentionKernel.load(loader, layout, tile)) {
                    all.add(time(bytes, sets, set -> {
                        long[] at = addresses[set];
                        kernel.enqueue(at[0], at[1], at[2], at[3], stream);
                    }));
                }
            }
        }
        return all;
    }

    List<Times> maskedAttention(AttentionLayout layout, List<AttentionTile> tiles) {
        DataType type = layout.dataType();
        float[] query = Randoms.normal(1, layout.pictures() * layout.queries() * layout.model(), 1, type);
        float[] key = Randoms.normal(2, layout.pictures() * layout.keys() * layout.model(), 1, type);
        byte[] blocked = MaskedAttentionCheck.mask(layout, 3);
        long bytes = 2L * (query.length + key.length) * type.bytes() + blocked.length;
        int sets = sets(bytes);
        List<Times> all = new ArrayList<>();
        try (DeviceMemory memory = new DeviceMemory(cuda, stream)) {
            long[][] addresses = new long[sets][];
            for (int i = 0; i < sets; i++) {
                addresses[i] = new long[]{memory.floats(query, type), memory.floats(key, type), memory.floats(key, type),
                        memory.bytes(blocked), memory.poisoned((long) query.length * type.bytes())};
            }
            for (AttentionTile tile : tiles) {
                try (AttentionKernel kernel = AttentionKernel.load(loader, layout, tile)) {
                    long workspace = kernel.workspaceBytes() == 0 ? 0 : memory.poisoned(kernel.workspaceBytes());
                    all.add(time(bytes, sets, set -> {
                        long[] at = addresses[set];
                        OptionalLong mask = layout.masked() ? OptionalLong.of(at[3]) : OptionalLong.empty();
                        kernel.enqueue(at[0], at[1], at[2], mask, workspace, at[4], stream);
                    }));
                }
            }
        }
        return all;
    }

    List<Times> head(HeadLayout layout, List<Function<KernelLoader, HeadKernel>> variants) {
        float[] classes = Randoms.normal(1, layout.pictures() * layout.queries() * (layout.classes() + 1), 3, layout.dataType());
        float[] masks = Randoms.normal(2, layout.pictures() * layout.queries() * layout.mask().height() * layout.mask().width(), 4,
                layout.dataType());
        long labels = (long) layout.pictures() * layout.network().height() * layout.network().width() * layout.labelType().bytes();
        long bytes = (long) masks.length * layout.dataType().bytes() + labels;
        int sets = sets(bytes);
        List<Times> all = new ArrayList<>();
        try (DeviceMemory memory = new DeviceMemory(cuda, stream)) {
            HeadLogits[] logits = new HeadLogits[sets];
            for (int i = 0; i < sets; i++) {
                logits[i] = new HeadLogits(memory.floats(classes, layout.dataType()), memory.floats(masks, layout.dataType()));
            }
            long output = memory.poisoned(labels);
            for (Function<KernelLoader, HeadKernel> variant : variants) {
                try (HeadKernel kernel = variant.apply(loader)) {
                    long workspace = memory.poisoned(kernel.workspaceBytes());
                    all.add(time(bytes, sets, set -> kernel.enqueue(logits[set], workspace, output, stream)));
                }
            }
        }
        return all;
    }

    /// Labels at a picture's size, where the whole of the network's input is the picture.
    Times pictureHead(HeadLayout layout, HeadLayout.Size picture, PictureHeadKernel.Resized resized) {
        float[] classes = Randoms.normal(1, layout.queries() * (layout.classes() + 1), 3, layout.dataType());
        float[] masks = Randoms.normal(2, layout.queries() * layout.mask().height() * layout.mask().width(), 4, layout.dataType());
        long labels = (long) picture.height() * picture.width() * layout.labelType().bytes();
        long bytes = (long) masks.length * layout.dataType().bytes() + labels;
        int sets = sets(bytes);
        try (DeviceMemory memory = new DeviceMemory(cuda, stream);
                PictureHeadKernel kernel = PictureHeadKernel.load(loader, layout, picture, resized)) {
            HeadLogits[] logits = new HeadLogits[sets];
            for (int i = 0; i < sets; i++) {
                logits[i] = new HeadLogits(memory.floats(classes, layout.dataType()), memory.floats(masks, layout.dataType()));
            }
            long sizes = memory.integers(layout.network().height(), layout.network().width(), picture.height(), picture.width());
            long output = memory.poisoned(labels);
            long workspace = memory.poisoned(kernel.workspaceBytes());
            return time(bytes, sets, set -> kernel.enqueue(logits[set], sizes, workspace, output, stream));
        }
    }

    Times pixels(PixelsLayout layout) {
        int count = layout.pictures() * layout.height() * layout.width();
        int channels = Math.max(3, layout.order().channels());
        byte[] pixels = Randoms.bytes(1, 3 * count);
        long imageBytes = (long) count * channels * layout.dataType().bytes();
        long bytes = pixels.length + imageBytes;
        int sets = sets(bytes);
        try (DeviceMemory memory = new DeviceMemory(cuda, stream); PixelsKernel kernel = PixelsKernel.load(loader, layout)) {
            long valid = memory.integers(Collections.nCopies(layout.pictures(), List.of(layout.height(), layout.width())).stream()
                    .flatMap(List::stream).mapToInt(Integer::intValue).toArray());
            long[] inputs = new long[sets];
            long[] outputs = new long[sets];
            for (int i = 0; i < sets; i++) {
                inputs[i] = memory.bytes(pixels);
                outputs[i] = memory.poisoned(imageBytes);
            }
            return time(bytes, sets, set -> kernel.enqueue(inputs[set], valid, outputs[set], stream));
        }
    }
}
