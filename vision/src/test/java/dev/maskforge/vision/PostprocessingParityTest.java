package dev.maskforge.vision;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.kernels.Workers;
import dev.maskforge.vision.PanopticInference.Pasting;
import dev.maskforge.vision.PostprocessingFixture.ExpectedInstance;
import dev.maskforge.vision.PostprocessingFixture.ExpectedSegment;
import dev.maskforge.vision.SemanticInference.Resampled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Panoptic, instance and semantic inference say what the original says. The fixtures keep every number off the edges where
/// float32 arithmetic of another order may decide otherwise, so ids, classes, areas and pixels must be equal.
class PostprocessingParityTest {
    /// A score is a product of a float32 probability and a float32 mean, both at most 1 and off by a few 6e-8: ours is
    /// summed in double, the original's in float32, in many partial sums.
    private static final double SCORE_TOLERANCE = 1e-6;
    /// As in [SemanticInferenceTest].
    private static final double CLASS_SCORE_TOLERANCE = 2e-6;

    static List<PostprocessingFixture> fixtures() throws IOException {
        return PostprocessingFixture.all();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void segmentsAreTheOriginals(PostprocessingFixture fixture) throws IOException {
        for (Pasting pasting : Pasting.values()) {
            String way = pasting.name().toLowerCase(Locale.ROOT);
            for (int image = 0; image < fixture.geometries().size(); image++) {
                PanopticInference inference = new PanopticInference(Workers.callerOnly(), pasting, fixture.thresholds());
                PanopticSegmentation actual = inference.segments(fixture.outputs(), image, fixture.geometries().get(image),
                        fixture.classes());
                assertEquals(fixture.segments(way, image), actual.segments().stream()
                        .map(segment -> new ExpectedSegment(segment.id(), segment.trainId(), segment.isThing(), segment.area()))
                        .toList(), way);
                assertArrayEquals(fixture.grey(way + "-" + image + ".png"), actual.ids(), way);
                System.out.printf("%s, picture %d: %d segments pasted as %s does it are the original's, pixel by pixel%n", fixture, image,
                        actual.segments().size(), pasting);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void instancesAreTheOriginals(PostprocessingFixture fixture) {
        InstanceInference inference = new InstanceInference(Workers.callerOnly(), fixture.thresholds());
        double largest = 0;
        int compared = 0;
        for (int image = 0; image < fixture.geometries().size(); image++) {
            Geometry geometry = fixture.geometries().get(image);
            largest = Math.max(largest, largestError(fixture.instances("instances", image),
                    inference.instances(fixture.outputs(), image, geometry)));
            largest = Math.max(largest, largestError(fixture.instances("thing-instances", image),
                    inference.thingInstances(fixture.outputs(), image, geometry, fixture.classes())));
            compared += fixture.instances("instances", image).size() + fixture.instances("thing-instances", image).size();
        }
        System.out.printf("%s: %d instances, masks equal bit by bit, largest error of a score %.1e%n", fixture, compared, largest);
        assertTrue(largest <= SCORE_TOLERANCE, "largest error of a score " + largest);
    }

    /// The original's come in no order, so each is paired with the one of its class and mask, by score where several are.
    private static double largestError(List<ExpectedInstance> expected, InstanceSegmentation actual) {
        assertEquals(expected.size(), actual.instances().size());
        List<Instance> left = new ArrayList<>(actual.instances());
        double largest = 0;
        for (ExpectedInstance wanted : expected) {
            Instance found = left.stream()
                    .filter(candidate -> candidate.trainId() == wanted.trainId() && CocoRle.text(candidate.mask()).equals(wanted.runs()))
                    .min(Comparator.comparingDouble(candidate -> Math.abs(candidate.score() - wanted.score())))
                    .orElseThrow(() -> new AssertionError("no instance is " + wanted));
            left.remove(found);
            assertEquals(wanted.area(), found.mask().area());
            assertEquals(wanted.box(), found.mask().box());
            largest = Math.max(largest, Math.abs(found.score() - wanted.score()));
        }
        return largest;
    }

    static List<PostprocessingFixture> fixturesWithLabels() throws IOException {
        return fixtures().stream().filter(fixture -> fixture.has("semantic-0.png")).toList();
    }

    @ParameterizedTest
    @MethodSource("fixturesWithLabels")
    void labelsOfNetworksTrainedForSegmentsAreTheOriginals(PostprocessingFixture fixture) throws IOException {
        SemanticInference inference = new SemanticInference(Workers.callerOnly(), Resampled.MASK_LOGITS);
        double largest = 0;
        int compared = 0;
        int differing = 0;
        for (int image = 0; image < fixture.geometries().size(); image++) {
            Geometry geometry = fixture.geometries().get(image);
            LabelMap labels = inference.labels(fixture.outputs(), image, geometry);
            assertArrayEquals(fixture.grey("semantic-" + image + ".png"), labels.toInts());
            if (fixture.has("semantic-" + image + ".f32")) {
                float[] expected = fixture.floats("semantic-" + image + ".f32");
                Tensor scores = Tensor.of(Shape.of(fixture.classes().size(), geometry.originalHeight(), geometry.originalWidth()),
                        new float[expected.length]);
                inference.scores(fixture.outputs(), image, geometry, scores);
                float[] actual = scores.toFloats();
                compared += expected.length;
                for (int i = 0; i < expected.length; i++) {
                    largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
                }
            }
            differing += differing(labels, SemanticInference.singleThreaded().labels(fixture.outputs(), image, geometry));
            assertTrue(differing == 0 || !geometry.isIdentity(), "where nothing is resampled, the order does not matter");
        }
        System.out.printf("%s: labels equal; largest error of %d class scores %.1e; in the other order %d labels differ%n", fixture,
                compared, largest, differing);
        assertTrue(largest <= CLASS_SCORE_TOLERANCE, "largest error of a class score " + largest);
    }

    private static int differing(LabelMap a, LabelMap b) {
        return (int) IntStream.range(0, a.pixels()).filter(pixel -> a.at(pixel) != b.at(pixel)).count();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void manyThreadsSayTheSame(PostprocessingFixture fixture) {
        Geometry geometry = fixture.geometries().getFirst();
        PanopticSegmentation segments = new PanopticInference(Workers.callerOnly(), Pasting.MASK2FORMER, fixture.thresholds())
                .segments(fixture.outputs(), 0, geometry, fixture.classes());
        InstanceSegmentation instances = new InstanceInference(Workers.callerOnly(), fixture.thresholds())
                .instances(fixture.outputs(), 0, geometry);
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            Workers workers = new Workers(executor, 4);
            assertEquals(segments, new PanopticInference(workers, Pasting.MASK2FORMER, fixture.thresholds())
                    .segments(fixture.outputs(), 0, geometry, fixture.classes()));
            assertEquals(instances, new InstanceInference(workers, fixture.thresholds()).instances(fixture.outputs(), 0, geometry));
        }
    }
}
