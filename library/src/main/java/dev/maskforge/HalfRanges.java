package dev.maskforge;

import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.CalibrationRun;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Precision;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.models.CheckpointModel;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.precision.HalfPrecision;
import dev.maskforge.passes.precision.Ranges;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// How large the values of a model's network are on pictures, so that half precision leaves the largest in float32.
///
/// @param model     whose memory the graphs use
/// @param engine    for which it is done: its rewrites decide which values there are
/// @param reference on which the network is observed
/// @param profile   whose best size pictures are fitted into
record HalfRanges(ModelFile model, EngineProvider engine, EngineProvider reference, BuildProfile profile) {
    /// The values that exceed what half precision is trusted with.
    ///
    /// @throws dev.maskforge.engine.EngineException if the reference fails
    Ranges measure(CalibrationOptions calibration, int threads) {
        return measure(calibration, threads, HalfPrecision.LARGEST);
    }

    /// The values that exceed a bound.
    Ranges measure(CalibrationOptions calibration, int threads, float bound) {
        Graph authored = model.graph(InputShape.ofSize(profile.height().optimum(), profile.width().optimum()).withBatch(1), Output.RAW);
        Graph graph = engine.optimisation().passes().run(authored).graph();
        Set<String> values = graph.nodes().stream().flatMap(node -> node.outputs().stream())
                .filter(name -> graph.type(name).dataType() == DataType.FLOAT32).collect(Collectors.toSet());
        List<Supplier<Map<String, Tensor>>> inputs = calibration.pictures().pictures().stream()
                .map(picture -> (Supplier<Map<String, Tensor>>) () -> inputs(picture.get())).toList();
        Map<String, Float> largest = new HashMap<>();
        CalibrationRun.observe(
                new CalibrationRun.Network(graph, reference, new EngineOptions(threads, Precision.FP32),
                        Lowering.DeformableAttention.ENGINE),
                values, inputs, (name, tensor) -> largest.merge(name, Ranges.magnitude(tensor), Math::max), calibration.progress());
        return new Ranges(largest).beyond(bound);
    }

    private Map<String, Tensor> inputs(RgbImage picture) {
        Preprocessing preprocessing = model.preprocessing(Optional.of(new ResizeRule.FitInside(
                Math.toIntExact(profile.height().optimum()), Math.toIntExact(profile.width().optimum()))));
        return Map.of(CheckpointModel.IMAGE, InputValues.RGB.input(picture, preprocessing, Arena.ofAuto()));
    }
}
