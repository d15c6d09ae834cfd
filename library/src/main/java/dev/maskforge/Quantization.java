package dev.maskforge;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.OutputError;
import dev.maskforge.passes.Pass.Refusal;
import dev.maskforge.vision.RgbImage;
import java.util.List;

/// What int8 made of a model, and how far its label maps are those of float32.
///
/// @param pictures  where the pictures of the calibration are from
/// @param count     how many they are
/// @param layers    convolutions, linear layers and sums that compute with integers
/// @param refusals  convolutions and linear layers that stay in float32, and why
/// @param agreement with float32 on the pictures of the calibration
/// @param fromCache whether ranges and agreement were measured before
public record Quantization(String pictures, int count, int layers, List<Refusal> refusals, Agreement agreement, boolean fromCache) {
    /// The share of clear pixels that must have float32's class.
    public static final double LEAST_AGREEMENT = 0.99;

    public Quantization {
        refusals = List.copyOf(refusals);
    }

    /// Where the error arises: the relative errors of values inside the network against float32's, in their order. Some
    /// values are compared, evenly spread over the network.
    ///
    /// @param options of a segmenter in int8 of this model
    /// @param picture on which both are run
    public static List<OutputError> layerErrors(ModelFile model, Segmenter.Options options, RgbImage picture) {
        EngineProvider provider = Engines.named(options.engine());
        return new Quantizer(model, provider, model.preprocessing(options.resizeRule()), options, CalibrationCache.ofUser())
                .layerErrors(picture);
    }

    /// Whether the agreement is enough; inconclusive if the pictures cannot tell.
    public Agreement.Verdict verdict() {
        return agreement.verdict(LEAST_AGREEMENT);
    }
}
