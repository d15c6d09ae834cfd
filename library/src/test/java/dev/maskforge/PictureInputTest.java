package dev.maskforge;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.kernels.Workers;
import dev.maskforge.models.Input;
import dev.maskforge.models.Normalisation;
import dev.maskforge.passes.Lowering;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

/// What a network makes of 8-bit pixels is what it makes of the image that is padded here, to the last bit.
class PictureInputTest {
    private static final Preprocessing PREPROCESSING = Preprocessing.official(new ResizeRule.FitInside(64, 96));
    private static final Normalisation NORMALISATION = Normalisation.IMAGENET;

    private static RgbImage picture(int height, int width, long seed) {
        byte[] samples = new byte[3 * height * width];
        new Random(seed).nextBytes(samples);
        return RgbImage.ofRgb(samples, height, width);
    }

    /// Two that fit into 64x96 in different ways, and so leave different margins.
    private static List<RgbImage> pictures() {
        return List.of(picture(61, 83, 1), picture(30, 90, 2));
    }

    private static Graph image() {
        GraphBuilder builder = new GraphBuilder();
        Value image = builder.input("image", new TensorType(DataType.FLOAT32, Shape.of(Dimension.symbol("n"), Dimension.of(3),
                Dimension.symbol("h"), Dimension.symbol("w"))));
        builder.output("normalised", image.subtract(channels(builder, "mean", NORMALISATION.mean()))
                .divide(channels(builder, "deviation", NORMALISATION.deviation())));
        return builder.build();
    }

    private static Value channels(GraphBuilder builder, String name, List<Float> values) {
        return builder.initializer(name, Tensor.of(Shape.of(1, 3, 1, 1), values.get(0), values.get(1), values.get(2)));
    }

    private static Graph pixels() {
        GraphBuilder builder = new GraphBuilder();
        Value pixels = builder.input("pixels", new TensorType(DataType.UINT8, Shape.of(Dimension.symbol("n"), Dimension.symbol("h"),
                Dimension.symbol("w"), Dimension.of(3))));
        Value valid = builder.input("valid", new TensorType(DataType.INT32, Shape.of(Dimension.symbol("n"), Dimension.of(2))));
        builder.output("normalised",
                builder.add(new Operation.Pixels(NORMALISATION.mean(), NORMALISATION.deviation()), pixels, valid));
        return builder.build();
    }

    private static float[] run(String engine, Graph graph, SequencedMap<String, Tensor> inputs) {
        EngineProvider provider = Engines.named(engine);
        Graph lowered = new Lowering(provider.nativeOperations(), Lowering.DeformableAttention.ENGINE).apply(graph).graph();
        try (Engine built = provider.build(lowered, EngineOptions.standard().withThreads(1)); Session session = built.openSession()) {
            return Objects.requireNonNull(session.run(inputs).get("normalised")).toFloats();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reference", "onnxruntime"})
    void pixelsGiveTheVeryImage(String engine) {
        try (Arena memory = Arena.ofConfined()) {
            float[] expected = run(engine, image(),
                    PictureInput.of(Input.IMAGE).inputs(pictures(), PREPROCESSING, memory, Workers.callerOnly()));
            float[] actual = run(engine, pixels(),
                    PictureInput.of(Input.PIXELS).inputs(pictures(), PREPROCESSING, memory, Workers.callerOnly()));
            assertEquals(2 * 3 * 64 * 96, actual.length);
            assertArrayEquals(expected, actual);
        }
    }

    /// Memory that is used again holds the pictures of the run before.
    @ParameterizedTest
    @EnumSource(Input.class)
    void whatLayWhereTheyGoIsOfNoAccount(Input input) {
        byte[] before = new byte[1 << 20];
        new Random(4).nextBytes(before);
        try (Arena memory = Arena.ofConfined()) {
            Graph graph = input == Input.IMAGE ? image() : pixels();
            PictureInput taken = PictureInput.of(input);
            SegmentAllocator used = SegmentAllocator
                    .prefixAllocator(memory.allocate(before.length, 64).copyFrom(MemorySegment.ofArray(before)));
            assertArrayEquals(run("reference", graph, taken.inputs(pictures(), PREPROCESSING, memory, Workers.callerOnly())),
                    run("reference", graph, taken.inputs(pictures(), PREPROCESSING, used, Workers.callerOnly())));
        }
    }

    @Test
    void picturesOfTheNetworksSizeAreNotCopied() {
        Size size = new Size(64, 96);
        List<RgbImage> picture = List.of(picture(64, 96, 3));
        try (Arena memory = Arena.ofConfined()) {
            Function<List<RgbImage>, SequencedMap<String, Tensor>> inTurn = PictureInput.of(Input.PIXELS).inTurn(1, size, memory,
                    Workers.callerOnly());
            assertSame(picture.getFirst().samples(),
                    Objects.requireNonNull(inTurn.apply(picture).get("pixels")).memory().heapBase().orElseThrow());
            Function<List<RgbImage>, SequencedMap<String, Tensor>> planes = PictureInput.of(Input.IMAGE).inTurn(1, size, memory,
                    Workers.callerOnly());
            assertArrayEquals(run("reference", image(), planes.apply(picture)), run("reference", pixels(), inTurn.apply(picture)));
            assertSame(planes.apply(picture), planes.apply(List.of(picture(64, 96, 4))));
        }
    }

    @Test
    void batchesOfPicturesOfTheNetworksSizeAreTheVeryImagesToo() {
        Size size = new Size(32, 64);
        List<RgbImage> pictures = List.of(picture(32, 64, 5), picture(32, 64, 6), picture(32, 64, 7));
        try (Arena memory = Arena.ofConfined()) {
            assertArrayEquals(
                    run("reference", image(), PictureInput.of(Input.IMAGE).inTurn(3, size, memory, Workers.callerOnly()).apply(pictures)),
                    run("reference", pixels(),
                            PictureInput.of(Input.PIXELS).inTurn(3, size, memory, Workers.callerOnly()).apply(pictures)));
            assertThrows(IllegalArgumentException.class,
                    () -> PictureInput.of(Input.PIXELS).inTurn(2, size, memory, Workers.callerOnly()).apply(pictures));
        }
    }

    /// Of eight pictures, each of another size or all of the network's. Others are not asked to touch memory of one thread.
    @ParameterizedTest
    @EnumSource(Input.class)
    void severalThreadsWriteWhatOneWrites(Input input) {
        List<RgbImage> fitted = IntStream.range(0, 8).mapToObj(i -> picture(30 + i, 90 - i, i)).toList();
        Size size = new Size(64, 96);
        List<RgbImage> fixed = IntStream.range(0, 8).mapToObj(i -> picture(64, 96, i)).toList();
        AtomicInteger asked = new AtomicInteger();
        try (ExecutorService executor = Executors.newFixedThreadPool(3); Arena shared = Arena.ofShared(); Arena own = Arena.ofConfined()) {
            PictureInput taken = PictureInput.of(input);
            Workers four = new Workers(work -> {
                asked.incrementAndGet();
                executor.execute(work);
            }, 4);
            SequencedMap<String, Tensor> expected = taken.inputs(fitted, PREPROCESSING, own, Workers.callerOnly());
            SequencedMap<String, Tensor> expectedInTurn = taken.inTurn(8, size, own, Workers.callerOnly()).apply(fixed);
            for (Arena memory : List.of(shared, own)) {
                assertWritten(expected, taken.inputs(fitted, PREPROCESSING, memory, four), input);
                assertWritten(expectedInTurn, taken.inTurn(8, size, memory, four).apply(fixed), input);
                assertEquals(6, asked.get(), "three others, twice, for shared memory alone");
            }
        }
    }

    private static void assertWritten(SequencedMap<String, Tensor> expected, SequencedMap<String, Tensor> actual, Input input) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, tensor) -> assertEquals(-1,
                tensor.memory().mismatch(Objects.requireNonNull(actual.get(name)).memory()), input + " " + name));
    }
}
