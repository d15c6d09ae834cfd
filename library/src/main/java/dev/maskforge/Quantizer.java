package dev.maskforge;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.AgreementCounter;
import dev.maskforge.engine.Availability;
import dev.maskforge.engine.CalibrationRun;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.LayerComparison;
import dev.maskforge.engine.OutputError;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.kernels.Workers;
import dev.maskforge.models.CheckpointModel;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.quantize.Calibration;
import dev.maskforge.passes.quantize.InsertQuantization;
import dev.maskforge.vision.Geometry;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.LabelsWithMargins;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.QueryOutputs;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.SemanticInference;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Brings a checkpoint to int8: ranges from pictures, integers where they allow it, and the agreement with float32 on the same
/// pictures. What was measured is kept for the next time.
///
/// @param model         whose memory the graphs use
/// @param provider      the engine for which it is done, and in which it is measured
/// @param preprocessing how pictures enter the network
/// @param options       of the segmenter; its calibration is there
/// @param cache         of what was measured
record Quantizer(ModelFile model, EngineProvider provider, Preprocessing preprocessing, Segmenter.Options options,
        CalibrationCache cache) {
    /// A graph with integers in it, not lowered, and what is known of it.
    record Quantized(Graph graph, Quantization quantization) {}

    /// A graph with integers in it, and what became of the layers.
    private record Inserted(Graph graph, Pass.Outcome outcome) {}

    /// @throws MaskforgeException                   if there are no pictures
    /// @throws dev.maskforge.engine.EngineException if the engine fails
    Quantized quantize() {
        return quantize(model.graph(model.freeInput(), Output.RAW));
    }

    /// The same of another graph of the model, such as one of a fixed size or with a head: its layers have the same names.
    ///
    /// @param authored not optimised, not lowered
    Quantized quantize(Graph authored) {
        CalibrationOptions calibration = options.calibration().orElseThrow(() -> new MaskforgeException(
                "int8 needs pictures by which the ranges of values are found; give some such as the model will see"));
        Graph graph = prepared();
        String key = key(graph, calibration);
        var found = cache.find(key);
        CalibrationCache.Entry entry = found.orElseGet(() -> measure(graph, calibration));
        if (found.isEmpty()) {
            cache.put(key, entry);
        }
        Inserted inserted = insert(optimised(authored), entry.calibration());
        return new Quantized(inserted.graph(), new Quantization(calibration.pictures().source(), calibration.pictures().pictures().size(),
                inserted.outcome().matches(), inserted.outcome().refusals(), entry.agreement(), found.isPresent()));
    }

    /// The float32 graph from which int8 starts.
    private Graph prepared() {
        return optimised(model.graph(model.freeInput(), Output.RAW));
    }

    private Graph optimised(Graph authored) {
        return provider.optimisation().passes().run(authored).graph();
    }

    private Inserted insert(Graph graph, Calibration calibration) {
        Pass.Outcome outcome = new InsertQuantization(calibration).apply(graph);
        return new Inserted(Pipeline.of().run(outcome.graph()).graph(), outcome);
    }

    /// All that decides what is measured.
    private String key(Graph graph, CalibrationOptions calibration) {
        String version = switch (provider.availability()) {
            case Availability.Available(String number, _) -> number;
            case Availability.Missing(String reason, _) -> reason;
        };
        String text = String.join("\n", Version.current(), model.checksum().hexadecimal(), GraphText.print(graph),
                calibration.pictures().hash(), calibration.rule().toString(), preprocessing.toString(), provider.name(), version,
                options.deformableAttention().toString());
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private CalibrationCache.Entry measure(Graph graph, CalibrationOptions options) {
        List<Supplier<Map<String, Tensor>>> inputs = options.pictures().pictures().stream()
                .map(picture -> (Supplier<Map<String, Tensor>>) () -> inputs(picture.get())).toList();
        CalibrationRun.Network network = new CalibrationRun.Network(graph, provider, engineOptions(Precision.FP32),
                this.options.deformableAttention());
        Calibration calibration = Calibration.of(
                CalibrationRun.run(network, InsertQuantization.observed(graph), inputs, options.progress()),
                options.rule());
        return new CalibrationCache.Entry(calibration, agreement(graph, insert(graph, calibration).graph(), options.pictures()));
    }

    private Map<String, Tensor> inputs(RgbImage picture) {
        return Map.of(CheckpointModel.IMAGE, InputValues.RGB.input(picture, preprocessing, Arena.ofAuto()));
    }

    private EngineOptions engineOptions(Precision precision) {
        return options.engineOptions().withPrecision(precision);
    }

    /// How far the label maps of the graph with integers are those of the other.
    private Agreement agreement(Graph graph, Graph quantized, CalibrationPictures pictures) {
        SemanticInference inference = Inference.of(model, options.thresholds(), Workers.callerOnly()).semanticRules();
        AgreementCounter counter = new AgreementCounter();
        try (Engine reference = build(graph, Precision.FP32);
                Session referenceSession = reference.openSession();
                Engine other = build(quantized, Precision.INT8);
                Session otherSession = other.openSession()) {
            for (Supplier<RgbImage> each : pictures.pictures()) {
                RgbImage picture = each.get();
                Geometry geometry = preprocessing.geometry(picture.height(), picture.width());
                Map<String, Tensor> inputs = inputs(picture);
                LabelsWithMargins expected = inference.labelsWithMargins(queries(referenceSession.run(inputs)), 0, geometry);
                LabelMap labels = inference.labels(queries(otherSession.run(inputs)), 0, geometry);
                float[] margins = expected.margins().toFloats();
                for (int pixel = 0; pixel < margins.length; pixel++) {
                    counter.add(expected.labels().at(pixel), labels.at(pixel), margins[pixel] > Agreement.MARGIN);
                }
            }
        }
        return counter.agreement();
    }

    /// The relative errors of values that both graphs compute.
    List<OutputError> layerErrors(RgbImage picture) {
        Map<String, Tensor> inputs = inputs(picture);
        LayerComparison.Subject reference = new LayerComparison.Subject(lowered(prepared()), provider, engineOptions(Precision.FP32),
                inputs);
        LayerComparison.Subject other = new LayerComparison.Subject(lowered(quantize().graph()), provider, engineOptions(Precision.INT8),
                inputs);
        // No error exceeds this bound, so that the values of the first round are all that is compared.
        return LayerComparison.run(reference, other, Double.POSITIVE_INFINITY).measured();
    }

    private static QueryOutputs queries(Map<String, Tensor> outputs) {
        Tensor classes = outputs.get(Answer.CLASS_LOGITS);
        Tensor masks = outputs.get(Answer.MASK_LOGITS);
        if (classes == null || masks == null) {
            throw new IllegalStateException("the engine gives no logits, only " + outputs.keySet());
        }
        return new QueryOutputs(classes, masks);
    }

    /// Made of what the engine has.
    Graph lowered(Graph graph) {
        Lowering lowering = new Lowering(provider.nativeOperations(), options.deformableAttention());
        return Pipeline.of(lowering, new RemoveUnused()).run(graph).graph();
    }

    private Engine build(Graph graph, Precision precision) {
        return provider.build(lowered(graph), engineOptions(precision));
    }
}
