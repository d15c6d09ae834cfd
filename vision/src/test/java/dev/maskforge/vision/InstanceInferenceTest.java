package dev.maskforge.vision;

import com.sun.management.ThreadMXBean;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.kernels.Workers;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What the original's fixtures do not show: the order of ties, odd numbers, masks, refusals.
class InstanceInferenceTest {
    private static QueryOutputs outputs(float[] classLogits, float[] maskLogits) {
        int queries = classLogits.length / 3;
        return new QueryOutputs(Tensor.of(Shape.of(1, queries, 3), classLogits),
                Tensor.of(Shape.of(1, queries, 1, maskLogits.length / queries), maskLogits));
    }

    private static InstanceInference atMost(int detections) {
        return new InstanceInference(Workers.callerOnly(), new Thresholds(0.8, 0.8, detections));
    }

    @Test
    void ofEquallyLikelyPairsTheLowerQueryThenTheLowerClassIsTaken() {
        QueryOutputs tied = outputs(new float[9], new float[]{5, 5, 5, 5, 5, 5});
        List<Instance> instances = atMost(3).instances(tied, 0, Geometry.of(1, 2)).instances();
        assertEquals(List.of(0, 0, 1), instances.stream().map(Instance::query).toList());
        assertEquals(List.of(0, 1, 0), instances.stream().map(Instance::trainId).toList());
        assertSame(instances.get(0).mask(), instances.get(1).mask());
    }

    @Test
    void thingsAreChosenAfterTheLikeliest() {
        QueryOutputs outputs = outputs(new float[]{9, 5, 0, 0, 7, 0}, new float[]{5, 5, 5, -5});
        ClassList classes = PostprocessingFixture.classes(2, List.of(1));
        InstanceSegmentation two = atMost(2).thingInstances(outputs, 0, Geometry.of(1, 2), classes);
        assertEquals(1, two.instances().size());
        assertEquals(1, two.instances().getFirst().query());
        assertEquals(2, atMost(3).thingInstances(outputs, 0, Geometry.of(1, 2), classes).instances().size());
        assertThrows(IllegalArgumentException.class,
                () -> atMost(3).thingInstances(outputs, 0, Geometry.of(1, 2), ClassList.generated(3)));
    }

    @Test
    void emptyMasksScoreNothingAndNumbersThatAreNoneAreLeftOut() {
        QueryOutputs outputs = outputs(new float[]{9, 0, 0, Float.NaN, 0, 0}, new float[]{-1, Float.NaN, 5, 5});
        List<Instance> instances = atMost(100).instances(outputs, 0, Geometry.of(1, 2)).instances();
        assertEquals(2, instances.size());
        for (Instance instance : instances) {
            assertEquals(0, instance.query());
            assertEquals(0, instance.score());
            assertEquals(0, instance.mask().area());
            assertEquals(new Box(0, 0, 0, 0), instance.mask().box());
            assertFalse(instance.mask().at(0, 1));
        }
    }

    @Test
    void theHighestScoreComesFirst() {
        List<Instance> instances = InstanceInference.singleThreaded()
                .instances(SemanticReference.outputs(1, 12, 5, 8, 8, 17), 0, new Geometry(40, 50, 26, 32, 32, 32)).instances();
        assertEquals(60, instances.size());
        for (int i = 1; i < instances.size(); i++) {
            assertTrue(instances.get(i - 1).score() >= instances.get(i).score());
        }
    }

    @Test
    void masksKnowTheirPixels() {
        Random random = new Random(1);
        for (int width : List.of(1, 63, 64, 65, 200)) {
            int height = 37;
            boolean[][] pixels = new boolean[height][width];
            Mask.Drawing drawing = new Mask.Drawing(height, width);
            for (int i = 0; i < 40; i++) {
                int y = 5 + random.nextInt(height / 2);
                int x = width / 3 + random.nextInt(width - width / 3);
                pixels[y][x] = true;
                drawing.add(y, x);
            }
            Mask mask = drawing.finish();
            Mask next = drawing.finish();
            long area = 0;
            Box box = mask.box();
            int onBorder = 0;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    assertEquals(pixels[y][x], mask.at(y, x));
                    area += pixels[y][x] ? 1 : 0;
                    boolean inBox = x >= box.x() && x < box.right() && y >= box.y() && y < box.bottom();
                    assertTrue(inBox || !pixels[y][x]);
                    onBorder |= pixels[y][x] ? (x == box.x() ? 1 : 0) | (x == box.right() - 1 ? 2 : 0) | (y == box.y() ? 4 : 0)
                            | (y == box.bottom() - 1 ? 8 : 0) : 0;
                }
            }
            assertEquals(area, mask.area());
            assertEquals(15, onBorder, "the box is as small as can be");
            assertEquals(0, next.area());
            assertNotEquals(mask, next);
            assertThrows(IndexOutOfBoundsException.class, () -> mask.at(0, width));
        }
        Mask small = new Mask.Drawing(2, 3).finish();
        assertThrows(IllegalArgumentException.class, () -> new InstanceSegmentation(3, 2, List.of(new Instance(0, 0, 0, small))));
    }

    /// A hundred masks of 1024x2048 take at most 26 MB, and less where they are smaller than the picture.
    @Test
    void aFullSizeRunStaysSmallAndPrintsItsTime() {
        int queries = 100;
        QueryOutputs made = SemanticReference.outputs(1, queries, 8, 256, 512, 22);
        // Each query has one likely class, so that a hundred masks are wanted.
        float[] classes = new float[queries * 9];
        for (int query = 0; query < queries; query++) {
            classes[query * 9 + query % 8] = 8;
        }
        QueryOutputs outputs = new QueryOutputs(Tensor.of(Shape.of(1, queries, 9), classes), made.maskLogits());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (Geometry geometry : List.of(Geometry.of(1024, 2048), new Geometry(1024, 2048, 960, 1920, 960, 2048))) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
            InstanceSegmentation segmentation = InstanceInference.singleThreaded().instances(outputs, 0, geometry);
            long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().threadId()) - before;
            List<Double> times = new ArrayList<>();
            try (ExecutorService executor = Executors.newFixedThreadPool(1)) {
                InstanceInference shared = new InstanceInference(new Workers(executor, 2), Thresholds.OFFICIAL);
                for (int run = 0; run < 3; run++) {
                    long start = System.nanoTime();
                    assertEquals(segmentation, shared.instances(outputs, 0, geometry));
                    times.add((System.nanoTime() - start) / 1e6);
                }
            }
            times.sort(null);
            System.out.printf("instance inference, 100 masks, 1024x2048%s, 2 threads: fastest %.0f ms of 3, %.1f MB allocated%n",
                    geometry.isIdentity() ? "" : " from 960x1920", times.getFirst(), bytes / 1e6);
            assertTrue(bytes < 50_000_000, bytes + " bytes allocated");
        }
    }
}
