package dev.maskforge.measure;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The figures that sum a result up, in milliseconds.
final class Summary {
    private Summary() {
    }

    static ObjectNode of(Result result, JsonMapper mapper) {
        ObjectNode summary = mapper.createObjectNode();
        Series series = result.series();
        for (Span span : Span.values()) {
            ObjectNode figures = of(series.of(span), mapper);
            figures.put("imagesPerSecond", imagesPerSecond(series.of(span), result.setup().batch()));
            result.shareOfFloor(span).ifPresent(share -> figures.put("shareOfFloor", share));
            summary.set(span.toString(), figures);
        }
        for (Stage stage : series.stages()) {
            summary.set(stage.toString(), of(series.of(stage), mapper));
        }
        result.decode().ifPresent(latencies -> summary.set(Stage.DECODE.toString(), of(latencies, mapper)));
        return summary;
    }

    static double imagesPerSecond(Latencies latencies, int batch) {
        return batch * 1e9 / latencies.mean();
    }

    private static ObjectNode of(Latencies latencies, JsonMapper mapper) {
        ObjectNode figures = mapper.createObjectNode();
        figures.put("runs", latencies.count());
        figures.put("totalMs", latencies.mean() * latencies.count() / 1e6);
        figures.put("minMs", latencies.minimum() / 1e6);
        figures.put("meanMs", latencies.mean() / 1e6);
        figures.put("p50Ms", latencies.median() / 1e6);
        figures.put("p90Ms", latencies.percentile(90) / 1e6);
        figures.put("p99Ms", latencies.percentile(99) / 1e6);
        figures.put("coefficientOfVariation", latencies.coefficientOfVariation());
        return figures;
    }
}
