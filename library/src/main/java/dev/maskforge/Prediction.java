package dev.maskforge;

import dev.maskforge.vision.Geometry;
import dev.maskforge.vision.InstanceSegmentation;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.LabelsWithMargins;
import dev.maskforge.vision.PanopticSegmentation;
import dev.maskforge.vision.QueryOutputs;
import dev.maskforge.vision.SemanticInference.ConfidentLabels;

/// What the network said of one picture, from which each kind of answer is made when it is asked for. It lasts as long as
/// the function that [Segmenter] calls with it.
///
/// What a model can be asked for depends on what it was trained for: [ModelFile#results()].
public final class Prediction {
    private final QueryOutputs outputs;
    private final int image;
    private final Geometry geometry;
    private final Inference inference;

    Prediction(QueryOutputs outputs, int image, Geometry geometry, Inference inference) {
        this.outputs = outputs;
        this.image = image;
        this.geometry = geometry;
        this.inference = inference;
    }

    /// The class of each pixel.
    ///
    /// @throws MaskforgeException if the model does not tell classes of pixels
    public LabelMap labels() {
        return inference.semantic().labels(outputs, image, geometry);
    }

    /// The class of each pixel, with its score.
    ///
    /// @throws MaskforgeException if the model does not tell classes of pixels
    public ConfidentLabels confidentLabels() {
        return inference.semantic().confidentLabels(outputs, image, geometry);
    }

    /// The class of each pixel, with how far it is ahead of the next: for holding one engine against another. Of a model that
    /// was trained for instances too, by the same rule, though its classes of pixels are of no other use.
    public LabelsWithMargins labelsWithMargins() {
        return inference.semanticRules().labelsWithMargins(outputs, image, geometry);
    }

    /// What the network itself said, for all pictures that it saw together. It lasts as long as this.
    public QueryOutputs outputs() {
        return outputs;
    }

    /// The segment of each pixel.
    ///
    /// @throws MaskforgeException if the model was not trained for panoptic segmentation
    public PanopticSegmentation panoptic() {
        return inference.panoptic().segments(outputs, image, geometry, inference.classes());
    }

    /// The objects in the picture.
    ///
    /// @throws MaskforgeException if the model does not tell objects apart
    public InstanceSegmentation instances() {
        return inference.instances(outputs, image, geometry);
    }
}
