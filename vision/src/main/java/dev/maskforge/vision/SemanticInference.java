package dev.maskforge.vision;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.kernels.ClassScores;
import dev.maskforge.kernels.MaskRows;
import dev.maskforge.kernels.Workers;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/// From the raw outputs of a network to the label map of the picture, as the original does it: mask logits bilinear to the
/// network's input, sigmoid, weighted by the softmax of the classes without "no object", summed over queries
/// (`semantic_inference`), and the class of the highest score. The lowest class wins a tie; a score that is not a number
/// never wins. Where cropping to the picture and the way to its original size (`sem_seg_postprocess`) come in between
/// depends on what the network was trained for: [Resampled].
///
/// Rows stream through, so nothing of `[Q, H, W]` or `[K, H, W]` is ever whole in memory unless asked for. Arithmetic is
/// float32; scores agree with exact arithmetic to a few 1e-7, relative.
///
/// @param workers   the threads it may use
/// @param resampled what is cropped and brought to the original size
public record SemanticInference(Workers workers, Resampled resampled) {
    /// Enough rows that the two which a band computes anew at its border do not matter.
    private static final int BAND_ROWS = 32;

    /// What is cropped to the picture and brought to its original size. It matters at the borders of segments only, and
    /// not at all for a picture that goes into the network as it is.
    public enum Resampled {
        /// The class scores, after mixing: networks trained for semantic segmentation.
        CLASS_SCORES,
        /// The mask logits, before mixing: networks trained for panoptic or instance segmentation
        /// (`sem_seg_postprocess_before_inference`).
        MASK_LOGITS
    }

    /// For networks trained for semantic segmentation.
    public SemanticInference(Workers workers) {
        this(workers, Resampled.CLASS_SCORES);
    }

    /// For networks trained for semantic segmentation, on the caller's thread.
    public static SemanticInference singleThreaded() {
        return new SemanticInference(Workers.callerOnly());
    }

    /// A label map and the score of each pixel's class.
    ///
    /// @param confidence float32 `[height, width]`, 0 or more; at most 1 where masks do not overlap
    public record ConfidentLabels(LabelMap labels, Tensor confidence) {}

    /// Scores of a picture, wherever they come from.
    ///
    /// @param rows    for a thread
    /// @param classes their number
    /// @param resizes whether rows are at the network's size, and are to be brought to the picture's
    private record Scores(Supplier<ScoreRows> rows, int classes, boolean resizes) {}

    /// Scores that are mixed of queries.
    private record MixedScores(ClassScores scores) implements ScoreRows {
        @Override
        public int rowLength() {
            return scores.rowLength();
        }

        @Override
        public int[] columns() {
            return scores.columns();
        }

        @Override
        public void row(int y, float[][] row) {
            scores.row(y, row);
        }
    }

    /// What becomes of the rows of one band. Each thread has its own.
    private interface RowSink {
        /// @param scores  `[K][n]`
        /// @param columns where in `n` each column of the picture is
        void accept(int y, float[][] scores, int[] columns);
    }

    /// The class of each pixel of the original picture.
    ///
    /// @param image which picture of the batch
    public LabelMap labels(QueryOutputs outputs, int image, Geometry geometry) {
        return argmax(scores(outputs, image, geometry), geometry, new float[0]);
    }

    /// The class of each pixel of the original picture, of scores float32 `[N, K, H, W]` that a network gives at the size of
    /// its input: cropped to the picture and brought to its size, as [Resampled#CLASS_SCORES] are.
    ///
    /// @throws IllegalArgumentException if the scores are none of this picture
    public LabelMap labels(Tensor scores, int image, Geometry geometry) {
        return argmax(scores(scores, image, geometry), geometry, new float[0]);
    }

    /// The class of each pixel of the original picture, with its score.
    public ConfidentLabels confidentLabels(QueryOutputs outputs, int image, Geometry geometry) {
        return confidentLabels(scores(outputs, image, geometry), geometry);
    }

    /// The same of scores that a network gives.
    ///
    /// @throws IllegalArgumentException if the scores are none of this picture
    public ConfidentLabels confidentLabels(Tensor scores, int image, Geometry geometry) {
        return confidentLabels(scores(scores, image, geometry), geometry);
    }

    private ConfidentLabels confidentLabels(Scores scores, Geometry geometry) {
        float[] confidence = new float[Math.multiplyExact(geometry.originalHeight(), geometry.originalWidth())];
        LabelMap labels = argmax(scores, geometry, confidence);
        return new ConfidentLabels(labels, FloatTensors.of(confidence, geometry.originalHeight(), geometry.originalWidth()));
    }

    /// The class of each pixel of the original picture, with how far it is ahead of the next.
    public LabelsWithMargins labelsWithMargins(QueryOutputs outputs, int image, Geometry geometry) {
        return labelsWithMargins(scores(outputs, image, geometry), geometry);
    }

    /// The same of scores that a network gives.
    ///
    /// @throws IllegalArgumentException if the scores are none of this picture
    public LabelsWithMargins labelsWithMargins(Tensor scores, int image, Geometry geometry) {
        return labelsWithMargins(scores(scores, image, geometry), geometry);
    }

    private LabelsWithMargins labelsWithMargins(Scores scores, Geometry geometry) {
        LabelsWithMargins.Rows rows = new LabelsWithMargins.Rows(scores.classes(), geometry.originalHeight(), geometry.originalWidth());
        run(scores, geometry, () -> {
            LabelsWithMargins.RowWriter writer = rows.writer();
            return writer::write;
        });
        return rows.finished();
    }

    /// The scores of all classes at each pixel of the original picture, float32 `[K, height, width]`, in memory of the
    /// caller.
    ///
    /// @throws IllegalArgumentException if the target has another type or shape
    public void scores(QueryOutputs outputs, int image, Geometry geometry, Tensor target) {
        int height = geometry.originalHeight();
        int width = geometry.originalWidth();
        Shape shape = Shape.of(outputs.classes(), height, width);
        if (target.dataType() != DataType.FLOAT32 || !target.shape().equals(shape)) {
            throw new IllegalArgumentException("scores are float32" + shape + ", not " + target);
        }
        run(scores(outputs, image, geometry), geometry, () -> {
            float[] row = new float[width];
            return (y, scores, columns) -> {
                for (int c = 0; c < scores.length; c++) {
                    for (int x = 0; x < width; x++) {
                        row[x] = scores[c][columns[x]];
                    }
                    long offset = ((long) c * height + y) * width * Float.BYTES;
                    MemorySegment.copy(row, 0, target.memory(), Tensor.FLOAT32, offset, width);
                }
            };
        });
    }

    /// @param confidence of the picture's size if wanted, else empty
    private LabelMap argmax(Scores scoresOfAll, Geometry geometry, float[] confidence) {
        int height = geometry.originalHeight();
        int width = geometry.originalWidth();
        int pixels = Math.multiplyExact(height, width);
        boolean narrow = scoresOfAll.classes() <= 256;
        byte[] bytes = new byte[narrow ? pixels : 0];
        short[] shorts = new short[narrow ? 0 : pixels];
        run(scoresOfAll, geometry, () -> {
            RowMaximum maximum = new RowMaximum();
            return (y, scores, columns) -> {
                maximum.of(scores);
                int at = y * width;
                if (narrow) {
                    maximum.copyLabels(columns, bytes, at);
                } else {
                    maximum.copyLabels(columns, shorts, at);
                }
                if (confidence.length > 0) {
                    maximum.copyScores(columns, confidence, at);
                }
            };
        });
        return narrow ? LabelMap.ofBytes(bytes, height, width) : LabelMap.ofShorts(shorts, height, width);
    }

    private Scores scores(QueryOutputs outputs, int image, Geometry geometry) {
        float[] probabilities = ClassProbabilities.of(outputs, image).all();
        boolean resizesScores = resampled == Resampled.CLASS_SCORES && !geometry.isIdentity();
        return new Scores(() -> {
            MaskRows masks = resizesScores
                    ? MaskSource.atNetworkSize(outputs, image, geometry)
                    : MaskSource.atOriginalSize(outputs, image, geometry);
            return new MixedScores(new ClassScores(masks, outputs.classes(), probabilities));
        }, outputs.classes(), resizesScores);
    }

    private static Scores scores(Tensor scores, int image, Geometry geometry) {
        TensorScores rows = new TensorScores(scores, image, geometry);
        // They keep nothing between rows, so all threads may share them.
        return new Scores(() -> rows, TensorScores.classes(scores), !geometry.isIdentity());
    }

    private void run(Scores scores, Geometry geometry, Supplier<RowSink> sinks) {
        workers.forEachBand(geometry.originalHeight(), BAND_ROWS, () -> {
            ScoreRows rows = scores.rows().get();
            RowSink sink = sinks.get();
            return scores.resizes()
                    ? resizedRows(rows, scores.classes(), geometry, sink)
                    : mixedRows(rows, scores.classes(), sink);
        });
    }

    private static Workers.Band mixedRows(ScoreRows rows, int classes, RowSink sink) {
        float[][] scores = new float[classes][rows.rowLength()];
        return (from, to) -> {
            for (int y = from; y < to; y++) {
                rows.row(y, scores);
                sink.accept(y, scores, rows.columns());
            }
        };
    }

    private static Workers.Band resizedRows(ScoreRows rows, int classes, Geometry geometry, RowSink sink) {
        ScoreResizer resizer = new ScoreResizer(rows, classes, geometry);
        return (from, to) -> {
            for (int y = from; y < to; y++) {
                sink.accept(y, resizer.row(y), resizer.columns());
            }
        };
    }

    /// The best class of each position of a row of scores.
    private static final class RowMaximum {
        private float[] best = {};
        private int[] labels = {};

        void of(float[][] scores) {
            int length = scores[0].length;
            if (best.length != length) {
                best = new float[length];
                labels = new int[length];
            }
            ClassScores.best(scores, best, labels, length);
        }

        void copyLabels(int[] columns, byte[] target, int at) {
            for (int x = 0; x < columns.length; x++) {
                target[at + x] = (byte) labels[columns[x]];
            }
        }

        void copyLabels(int[] columns, short[] target, int at) {
            for (int x = 0; x < columns.length; x++) {
                target[at + x] = (short) labels[columns[x]];
            }
        }

        void copyScores(int[] columns, float[] target, int at) {
            for (int x = 0; x < columns.length; x++) {
                target[at + x] = best[columns[x]];
            }
        }
    }
}
