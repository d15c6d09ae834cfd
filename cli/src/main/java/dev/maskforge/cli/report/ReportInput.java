package dev.maskforge.cli.report;

import dev.maskforge.MaskforgeException;
import dev.maskforge.measure.MeasurementFile;
import dev.maskforge.measure.Measurements;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a report is made of.
///
/// @param measurements by file, in the order in which files were given
/// @param comparisons  of 'maskforge compare'
/// @param evaluations  of 'maskforge evaluate'
public record ReportInput(SequencedMap<String, Measurements> measurements, List<ComparisonFile> comparisons,
        List<EvaluationFile> evaluations) {
    private static final int LARGEST = 64 << 20;
    private static final String KINDS = "what 'maskforge bench -o', 'compare -o' and 'evaluate -o' wrote, or what docs/benchmarks/README.md "
            + "describes";
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(20).maxStringLength(1 << 16).maxNameLength(4096)
                    .maxNumberLength(40).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build()).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    public ReportInput {
        measurements = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(measurements));
        comparisons = List.copyOf(comparisons);
        evaluations = List.copyOf(evaluations);
    }

    /// Reads result files; which command wrote one is told from its fields.
    ///
    /// @throws MaskforgeException                            if one cannot be read, or is of no kind that is known
    /// @throws dev.maskforge.measure.MeasurementException    if one is of measurements, and wrong
    public static ReportInput read(List<Path> files) {
        SequencedMap<String, Measurements> measurements = new LinkedHashMap<>();
        List<ComparisonFile> comparisons = new ArrayList<>();
        List<EvaluationFile> evaluations = new ArrayList<>();
        for (Path file : files) {
            JsonNode node = node(file);
            if (node.has("version") && node.has("results")) {
                measurements.put(file.toString(), MeasurementFile.read(file));
            } else if (node.has("comparedAt") && node.has("agreement")) {
                comparisons.add(ComparisonFile.of(file.toString(), node));
            } else if (node.has("dataset") && node.has("scores")) {
                evaluations.add(EvaluationFile.of(file.toString(), node));
            } else {
                throw new MaskforgeException(file + " is refused: it is no result that a report can be made of; give " + KINDS);
            }
        }
        return new ReportInput(measurements, comparisons, evaluations);
    }

    List<Measured> measured() {
        return measurements.entrySet().stream().flatMap(file -> Measured.of(file.getKey(), file.getValue()).stream()).toList();
    }

    private static JsonNode node(Path file) {
        if (Files.isDirectory(file)) {
            throw new MaskforgeException(file + " cannot be read: it is a folder; give " + KINDS);
        }
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] bytes = stream.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new MaskforgeException(file + " cannot be read: it has more than " + LARGEST + " bytes; split it");
            }
            return MAPPER.readTree(bytes);
        } catch (JacksonException e) {
            throw new MaskforgeException(file + " is refused: it is no JSON; give " + KINDS, e);
        } catch (NoSuchFileException e) {
            throw new MaskforgeException(file + " cannot be read: there is no such file; check the path", e);
        } catch (IOException e) {
            throw new MaskforgeException(file + " cannot be read: " + e.getMessage() + "; check its rights and its disk", e);
        }
    }
}
