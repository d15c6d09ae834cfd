package dev.maskforge;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Tensor;
import dev.maskforge.kernels.Workers;
import dev.maskforge.vision.Geometry;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.LabelsWithMargins;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.QueryOutputs;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.SemanticInference;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.function.Function;

/// An ONNX file on an engine.
record OnnxSide(OnnxNetwork file, Engine engine, Session session, Preprocessing preprocessing, ThreadPool threads,
        int threadCount) implements Side {
    @Override
    public <T> T answer(RgbImage picture, String name, Function<Answer, T> use) {
        try (Arena memory = Arena.ofConfined()) {
            return use.apply(answer(picture, memory));
        }
    }

    private Answer answer(RgbImage picture, Arena memory) {
        Geometry geometry = preprocessing.geometry(picture.height(), picture.width());
        try {
            return answer(session.run(file.input().inputs(picture, preprocessing, memory)), geometry);
        } catch (IllegalArgumentException e) {
            throw new MaskforgeException(file.path() + " does not take a picture of " + geometry.paddedHeight() + "x"
                    + geometry.paddedWidth() + " pixels as it says: " + e.getMessage() + "; try another '--size'", e);
        }
    }

    private Answer answer(Map<String, Tensor> outputs, Geometry geometry) {
        return switch (file.richest()) {
            case OnnxOutput.Logits(String classes, String masks) -> {
                QueryOutputs queries = new QueryOutputs(OnnxOutput.of(outputs, classes), OnnxOutput.of(outputs, masks));
                SemanticInference inference = new SemanticInference(new Workers(threads, threadCount), file.resampled());
                yield Answer.of(inference.labelsWithMargins(queries, 0, geometry), queries);
            }
            case OnnxOutput.Scores(String name) -> {
                Tensor scores = OnnxOutput.of(outputs, name);
                requireSize(scores, 2, geometry);
                yield Answer.ofScores(LabelsWithMargins.ofScores(scores, 0, geometry.resizedHeight(), geometry.resizedWidth()), scores);
            }
            case OnnxOutput.Labels(String name) -> {
                Tensor labels = OnnxOutput.of(outputs, name);
                requireSize(labels, 1, geometry);
                yield Answer.ofLabels(labels(labels, geometry));
            }
        };
    }

    private void requireSize(Tensor tensor, int axis, Geometry geometry) {
        long height = tensor.shape().get(axis).size();
        long width = tensor.shape().get(axis + 1).size();
        if (tensor.shape().get(0).size() != 1 || height != geometry.paddedHeight() || width != geometry.paddedWidth()) {
            throw new MaskforgeException(file.path() + " gives " + tensor + " for a picture of " + geometry.paddedHeight() + "x"
                    + geometry.paddedWidth() + " pixels; export it with an output of the input's size");
        }
    }

    /// Those of the picture, without the padding.
    private static LabelMap labels(Tensor tensor, Geometry geometry) {
        int height = geometry.resizedHeight();
        int width = geometry.resizedWidth();
        short[] labels = new short[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int label = OnnxOutput.labelAt(tensor, (long) y * geometry.paddedWidth() + x);
                labels[y * width + x] = (short) (label < 0 || label > Answer.NO_CLASS ? Answer.NO_CLASS : label);
            }
        }
        return LabelMap.ofShorts(labels, height, width);
    }

    @Override
    public void close() {
        try (threads; engine; session) {
            // The session first.
        }
    }
}
