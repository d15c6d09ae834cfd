package dev.maskforge.cli;

import dev.maskforge.measure.Latencies;
import dev.maskforge.vision.SegmentationClass;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/// What a demo says at its end, to machines.
final class DemoFacts {
    private DemoFacts() {
    }

    /// @param seconds that the whole of it took
    static SequencedMap<String, Object> of(DemoResult result, Path report, double seconds) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("engine", result.engine().name());
        facts.put("precision", result.engine().precision());
        facts.put("threads", result.engine().threads());
        facts.put("height", result.size().height());
        facts.put("width", result.size().width());
        facts.put("seeds", result.scenes().stream().map(SampleScene::seed).toList());
        facts.put("models", result.models().stream().map(model -> facts(model, result)).toList());
        facts.put("report", report.toString());
        facts.put("seconds", seconds);
        return facts;
    }

    private static SequencedMap<String, Object> facts(DemoResult.OfModel model, DemoResult result) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", model.sample().name());
        facts.put("checkpoint", model.sample().checkpoint().toString());
        facts.put("task", model.task().toString());
        facts.put("mIoU", model.meanIntersectionOverUnion());
        SequencedMap<String, Object> byClass = new LinkedHashMap<>();
        for (SegmentationClass each : result.classes().classes()) {
            OptionalDouble score = model.confusion().intersectionOverUnion(each.trainId());
            byClass.put(each.name(), score.isPresent() ? score.getAsDouble() : null);
        }
        facts.put("IoU", byClass);
        facts.put("pixelAccuracy", model.confusion().pixelAccuracy().orElse(0));
        SequencedMap<String, Object> latency = new LinkedHashMap<>();
        latency.put("imageToLabels", facts(model.times().imageToLabels()));
        latency.put("engine", facts(model.times().engine()));
        facts.put("latency", latency);
        facts.put("labelsSha256", model.labelsHash());
        facts.put("onnx", model.converted().file().toString());
        List<SequencedMap<String, Object>> files = new ArrayList<>();
        for (SequencedMap<Product, Path> ofScene : model.files()) {
            SequencedMap<String, Object> named = new LinkedHashMap<>();
            ofScene.forEach((product, file) -> named.put(product.toString(), file.toString()));
            files.add(named);
        }
        facts.put("files", files);
        return facts;
    }

    /// In seconds.
    private static SequencedMap<String, Object> facts(Latencies latencies) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("runs", latencies.count());
        facts.put("minimum", latencies.minimum() / 1e9);
        facts.put("mean", latencies.mean() / 1e9);
        facts.put("p50", latencies.percentile(50) / 1e9);
        facts.put("p90", latencies.percentile(90) / 1e9);
        facts.put("p99", latencies.percentile(99) / 1e9);
        facts.put("coefficientOfVariation", latencies.coefficientOfVariation());
        return facts;
    }
}
