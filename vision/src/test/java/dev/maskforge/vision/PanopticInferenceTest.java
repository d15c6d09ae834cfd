package dev.maskforge.vision;

import com.sun.management.ThreadMXBean;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.kernels.Workers;
import dev.maskforge.vision.PanopticInference.Pasting;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What the original's fixtures do not show: odd sizes, odd numbers, refusals.
class PanopticInferenceTest {
    private static final ClassList STUFF_AND_THING = PostprocessingFixture.classes(2, List.of(1));
    private static final Geometry ROW_OF_FOUR = Geometry.of(1, 4);

    private final PanopticInference inference = PanopticInference.singleThreaded(Pasting.MASK2FORMER);

    /// Queries of one row of four pixels, two classes and "no object".
    ///
    /// @param rows three class logits, then four mask logits, for each query
    private static QueryOutputs outputs(float[]... rows) {
        float[] classes = new float[3 * rows.length];
        float[] masks = new float[4 * rows.length];
        for (int query = 0; query < rows.length; query++) {
            System.arraycopy(rows[query], 0, classes, 3 * query, 3);
            System.arraycopy(rows[query], 3, masks, 4 * query, 4);
        }
        return new QueryOutputs(Tensor.of(Shape.of(1, rows.length, 3), classes), Tensor.of(Shape.of(1, rows.length, 1, 4), masks));
    }

    private static float[] query(float... logits) {
        return logits;
    }

    @Test
    void segmentsKnowTheirPixels() {
        PanopticSegmentation segmentation = inference.segments(
                outputs(query(0, 9, 0, 5, 5, -5, -5), query(9, 0, 0, -5, -5, 5, -5)), 0, ROW_OF_FOUR, STUFF_AND_THING);
        assertArrayEquals(new int[]{1, 1, 2, 0}, segmentation.ids());
        assertEquals(1, segmentation.segmentAt(0, 0).orElseThrow().trainId());
        assertEquals(Optional.empty(), segmentation.segmentAt(0, 3));
        assertEquals(List.of(2L, 1L), segmentation.segments().stream().map(Segment::area).toList());
        assertEquals(0.99975, segmentation.segments().getFirst().score(), 1e-5);
        assertEquals("panoptic segmentation 1x4 of 2 segments", segmentation.toString());
    }

    /// The lower of equal classes, the first of equal queries; a mask of just 0.5 is in.
    @Test
    void tiesGoToTheFirst() {
        PanopticInference lenient = new PanopticInference(Workers.callerOnly(), Pasting.MASK2FORMER, new Thresholds(0.4, 0.8, 100));
        PanopticSegmentation segmentation = lenient.segments(
                outputs(query(9, 9, 0, 0, 0, -5, -5), query(9, 9, 0, 0, 0, -5, -5)), 0, ROW_OF_FOUR, STUFF_AND_THING);
        assertArrayEquals(new int[]{1, 1, 0, 0}, segmentation.ids());
        assertEquals(0, segmentation.segments().getFirst().trainId());
        assertEquals(1, segmentation.segments().size());
    }

    @Test
    void numbersThatAreNoneNeverWin() {
        PanopticSegmentation segmentation = inference.segments(
                outputs(query(Float.NaN, 0, 0, 9, 9, 9, 9), query(0, 9, 0, Float.NaN, 1, 1, 1), query(9, 0, 0, 0.5f, 0.5f, 0.5f, 0.5f)),
                0, ROW_OF_FOUR, STUFF_AND_THING);
        assertArrayEquals(new int[]{0, 1, 1, 1}, segmentation.ids());
        QueryOutputs none = outputs(query(0, 9, 0, Float.NaN, Float.NaN, Float.NaN, Float.NaN));
        for (Pasting pasting : Pasting.values()) {
            assertEquals(List.of(), PanopticInference.singleThreaded(pasting).segments(none, 0, ROW_OF_FOUR, STUFF_AND_THING).segments());
        }
    }

    @Test
    void aPictureOfOnePixelHasAtMostOneSegment() {
        QueryOutputs outputs = SemanticReference.outputs(1, 30, 4, 8, 8, 3);
        PanopticInference all = new PanopticInference(Workers.callerOnly(), Pasting.MASKFORMER, new Thresholds(0, 0, 1));
        PanopticSegmentation segmentation = all.segments(outputs, 0, new Geometry(1, 1, 1, 1, 32, 32), ClassList.generated(4));
        assertTrue(segmentation.segments().size() <= 1, segmentation.toString());
    }

    /// 300 things side by side: ids take two bytes.
    @Test
    void manySegmentsStayApart() {
        int count = 300;
        float[] classes = new float[2 * count];
        float[] masks = new float[count * count];
        Arrays.fill(masks, -5);
        for (int i = 0; i < count; i++) {
            classes[2 * i] = 9;
            masks[i * count + i] = 5;
        }
        QueryOutputs outputs = new QueryOutputs(Tensor.of(Shape.of(1, count, 2), classes), Tensor.of(Shape.of(1, count, 1, count), masks));
        PanopticSegmentation segmentation = inference.segments(outputs, 0, Geometry.of(1, count),
                PostprocessingFixture.classes(1, List.of(0)));
        assertEquals(count, segmentation.segments().size());
        assertEquals(count, segmentation.idAt(count - 1));
    }

    @Test
    void refusesWhatCannotBe() {
        QueryOutputs outputs = outputs(query(0, 9, 0, 5, 5, -5, -5));
        String message = assertThrows(IllegalArgumentException.class,
                () -> inference.segments(outputs, 0, ROW_OF_FOUR, ClassList.generated(3))).getMessage();
        assertEquals("the list of unknown has 3 classes, the model 2; give the model's own list", message);
        assertThrows(IllegalArgumentException.class, () -> inference.segments(outputs, 1, ROW_OF_FOUR, STUFF_AND_THING));
        assertThrows(IllegalArgumentException.class, () -> new Thresholds(-0.1, 0.8, 100));
        assertThrows(IllegalArgumentException.class, () -> new Thresholds(0.8, Double.NaN, 100));
        assertThrows(IllegalArgumentException.class, () -> new Thresholds(0.8, 1.1, 100));
        assertThrows(IllegalArgumentException.class, () -> new Thresholds(0.8, 0.8, 0));
        LabelMap map = LabelMap.ofBytes(new byte[]{1, 1, 2, 0}, 1, 4);
        Segment first = new Segment(1, 0, false, 1, 2);
        assertThrows(IllegalArgumentException.class, () -> new PanopticSegmentation(map, List.of(first)));
        assertThrows(IllegalArgumentException.class, () -> new PanopticSegmentation(map, List.of(first, new Segment(2, 0, false, 1, 2))));
        assertThrows(IllegalArgumentException.class, () -> new PanopticSegmentation(map, List.of(new Segment(2, 0, false, 1, 1), first)));
        assertThrows(IllegalArgumentException.class, () -> new Segment(1, 0, true, 1, 0));
    }

    @Test
    void moreCandidatesThanCanBeToldApartAreRefused() {
        int count = 32_769;
        float[] classes = new float[2 * count];
        for (int i = 0; i < count; i++) {
            classes[2 * i] = 9;
        }
        QueryOutputs outputs = new QueryOutputs(Tensor.of(Shape.of(1, count, 2), classes),
                Tensor.of(Shape.of(1, count, 1, 1), new float[count]));
        String message = assertThrows(IllegalArgumentException.class,
                () -> inference.segments(outputs, 0, Geometry.of(1, 1), ClassList.generated(1))).getMessage();
        assertEquals("32769 queries are above the object mask threshold; raise it until it leaves at most 32768", message);
    }

    /// Neither logits nor masks of all queries (840 MB each) are ever whole: what is allocated is the map of winners, two
    /// bytes a pixel, the result, one byte, and rows.
    @Test
    void aFullSizeRunStaysSmallAndPrintsItsTime() {
        int queries = 100;
        QueryOutputs made = SemanticReference.outputs(1, queries, 19, 256, 512, 21);
        // All are kept: the most there is to do.
        float[] classes = new float[queries * 20];
        for (int query = 0; query < queries; query++) {
            classes[query * 20 + query % 19] = 8 + query * 0.01f;
        }
        QueryOutputs outputs = new QueryOutputs(Tensor.of(Shape.of(1, queries, 20), classes), made.maskLogits());
        ClassList cityscapes = ClassList.ofDataset("cityscapes").orElseThrow();
        PanopticInference lenient = new PanopticInference(Workers.callerOnly(), Pasting.MASK2FORMER, new Thresholds(0.8, 0, 100));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (Geometry geometry : List.of(Geometry.of(1024, 2048), new Geometry(1024, 2048, 960, 1920, 960, 2048))) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
            PanopticSegmentation segmentation = lenient.segments(outputs, 0, geometry, cityscapes);
            long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().threadId()) - before;
            List<Double> times = new ArrayList<>();
            try (ExecutorService executor = Executors.newFixedThreadPool(1)) {
                PanopticInference shared = new PanopticInference(new Workers(executor, 2), lenient.pasting(), lenient.thresholds());
                for (int run = 0; run < 3; run++) {
                    long start = System.nanoTime();
                    assertEquals(segmentation, shared.segments(outputs, 0, geometry, cityscapes));
                    times.add((System.nanoTime() - start) / 1e6);
                }
            }
            times.sort(null);
            System.out.printf(
                    "panoptic inference, 100 queries kept, 1024x2048%s, 2 threads: fastest %.0f ms of 3, %d segments, %.1f MB allocated%n",
                    geometry.isIdentity() ? "" : " from 960x1920", times.getFirst(), segmentation.segments().size(), bytes / 1e6);
            assertTrue(bytes < 16_000_000, bytes + " bytes allocated");
        }
    }
}
