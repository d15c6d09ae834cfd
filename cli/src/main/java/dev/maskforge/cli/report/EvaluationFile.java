package dev.maskforge.cli.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/// What 'maskforge evaluate' wrote.
///
/// @param file     that it stands in
/// @param dataset  such as `cityscapes`
/// @param split    such as `val`
/// @param pictures how many were scored
/// @param scored   the model or the folder of predictions, and what ran it
/// @param scores   by metric (semantic, panoptic, instance), as the official scripts write them
record EvaluationFile(String file, String dataset, String split, long pictures, String scored, SequencedMap<String, JsonFields> scores) {
    EvaluationFile {
        scores = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(scores));
    }

    static EvaluationFile of(String file, JsonNode node) {
        JsonFields fields = new JsonFields(file, "", node);
        JsonFields scores = fields.object("scores");
        SequencedMap<String, JsonFields> byMetric = new LinkedHashMap<>();
        scores.names().forEach(metric -> byMetric.put(metric, scores.object(metric)));
        StringBuilder scored = new StringBuilder();
        for (String name : List.of("checkpoint", "predictions", "engine", "precision")) {
            Optional<String> text = fields.optionalText(name);
            text.ifPresent(each -> scored.append(scored.isEmpty() ? "" : ", ").append(each));
        }
        return new EvaluationFile(file, fields.text("dataset"), fields.text("split"), fields.count("pictures"), scored.toString(),
                byMetric);
    }
}
