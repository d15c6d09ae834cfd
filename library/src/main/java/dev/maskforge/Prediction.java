package dev.maskforge;

import dev.maskforge.graph.Tensor;
import dev.maskforge.vision.Geometry;
import dev.maskforge.vision.InstanceSegmentation;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.LabelsWithMargins;
import dev.maskforge.vision.PanopticSegmentation;
import dev.maskforge.vision.QueryOutputs;
import dev.maskforge.vision.SemanticInference;
import dev.maskforge.vision.SemanticInference.ConfidentLabels;

/// What the network said of one picture, from which each kind of answer is made when it is asked for. It lasts as long as
/// the function that [Segmenter] calls with it.
///
/// What a model can be asked for depends on what it was trained for: [SegmentationModel#results()].
public final class Prediction {
    private final NetworkAnswer said;
    private final int image;
    private final Geometry geometry;
    private final Inference inference;

    Prediction(NetworkAnswer said, int image, Geometry geometry, Inference inference) {
        this.said = said;
        this.image = image;
        this.geometry = geometry;
        this.inference = inference;
    }

    /// The class of each pixel.
    ///
    /// @throws MaskforgeException if the model does not tell classes of pixels
    public LabelMap labels() {
        SemanticInference semantic = inference.semantic();
        return switch (said) {
            case NetworkAnswer.Queries(QueryOutputs queries) -> semantic.labels(queries, image, geometry);
            case NetworkAnswer.Scores(Tensor scores) -> semantic.labels(scores, image, geometry);
            case NetworkAnswer.Labels labels -> labels(labels);
        };
    }

    private LabelMap labels(NetworkAnswer.Labels labels) {
        try {
            return labels.map(image, geometry, inference.classes().size(), inference.workers());
        } catch (IllegalArgumentException e) {
            throw new MaskforgeException(inference.model().path() + " does not give what it says: " + e.getMessage() + "; "
                    + made() + " its checkpoint anew", e);
        }
    }

    /// The class of each pixel, with its score.
    ///
    /// @throws MaskforgeException if the model does not tell classes of pixels, or gives their labels alone
    public ConfidentLabels confidentLabels() {
        SemanticInference semantic = inference.semantic();
        return switch (said) {
            case NetworkAnswer.Queries(QueryOutputs queries) -> semantic.confidentLabels(queries, image, geometry);
            case NetworkAnswer.Scores(Tensor scores) -> semantic.confidentLabels(scores, image, geometry);
            case NetworkAnswer.Labels _ -> throw lacking("scores");
        };
    }

    /// The class of each pixel, with how far it is ahead of the next: for holding one engine against another. Of a model that
    /// was trained for instances too, by the same rule, though its classes of pixels are of no other use.
    ///
    /// @throws MaskforgeException if the model gives labels alone
    public LabelsWithMargins labelsWithMargins() {
        return switch (said) {
            case NetworkAnswer.Queries(QueryOutputs queries) -> inference.semanticRules().labelsWithMargins(queries, image, geometry);
            case NetworkAnswer.Scores(Tensor scores) -> inference.semanticRules().labelsWithMargins(scores, image, geometry);
            case NetworkAnswer.Labels _ -> throw lacking("scores");
        };
    }

    /// What the network itself said, for all pictures that it saw together. It lasts as long as this.
    ///
    /// @throws MaskforgeException if it is an ONNX file that gives the classes of pixels, and no queries
    public QueryOutputs outputs() {
        if (said instanceof NetworkAnswer.Queries(QueryOutputs queries)) {
            return queries;
        }
        throw lacking("queries");
    }

    private MaskforgeException lacking(String what) {
        return new MaskforgeException(inference.model().path() + " gives no " + what + "; " + made() + " it anew with '--output raw'");
    }

    /// How files of labels and scores are made.
    private String made() {
        return inference.model() instanceof PlanModelFile ? "build" : "convert";
    }

    /// The segment of each pixel.
    ///
    /// @throws MaskforgeException if the model was not trained for panoptic segmentation
    public PanopticSegmentation panoptic() {
        return inference.panoptic().segments(outputs(), image, geometry, inference.classes());
    }

    /// The objects in the picture.
    ///
    /// @throws MaskforgeException if the model does not tell objects apart
    public InstanceSegmentation instances() {
        return inference.instances(outputs(), image, geometry);
    }
}
