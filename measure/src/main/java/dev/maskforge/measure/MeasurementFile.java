package dev.maskforge.measure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// [Measurements] as JSON. The format is the records themselves, a field for each component, null where an optional one
/// is not known (docs/benchmarks/README.md);
/// a result also has a `summary`, which is for people and for tools that compute nothing: it is written, not read.
///
/// Files come from anyone. They are bounded in size and depth, a field that is unknown, missing, doubled or of another
/// type is refused by its path, and so is what contradicts itself.
public final class MeasurementFile {
    private static final int LARGEST = 64 << 20;
    private static final String VERSION = "version";
    private static final String RESULTS = "results";
    private static final String SUMMARY = "summary";
    private static final int LONGEST_REASON = 200;
    private static final JsonMapper MAPPER = JsonMapper
            .builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(20).maxStringLength(1 << 16).maxNameLength(256)
                            .maxNumberLength(40).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT).disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS, EnumFeature.READ_ENUMS_USING_TO_STRING, EnumFeature.WRITE_ENUMS_USING_TO_STRING)
            .build();

    private MeasurementFile() {
    }

    /// The text of a file, on several lines.
    public static String print(Measurements measurements) {
        ObjectNode root = MAPPER.valueToTree(measurements);
        JsonNode results = root.path(RESULTS);
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof ObjectNode result) {
                result.set(SUMMARY, Summary.of(measurements.results().get(i), MAPPER));
            }
        }
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    /// Reads a file.
    ///
    /// @throws MeasurementException if there is none, or it is not of this format
    public static Measurements read(Path file) {
        return read(file.toString(), bytes(file));
    }

    static Measurements read(String file, byte[] bytes) {
        try {
            return MAPPER.treeToValue(withoutSummaries(MAPPER.readTree(bytes)), Measurements.class);
        } catch (JacksonException e) {
            throw refusal(file, path(e) + reason(e), e);
        } catch (IllegalArgumentException e) {
            throw refusal(file, reason(e), e);
        }
    }

    private static JsonNode withoutSummaries(JsonNode root) {
        JsonNode version = root.path(VERSION);
        if (!version.isInt() || version.intValue() != Measurements.VERSION) {
            throw new IllegalArgumentException("its version is "
                    + (version.isMissingNode() ? "missing" : version.toString()) + ", and " + Measurements.VERSION + " is read");
        }
        for (JsonNode result : root.path(RESULTS)) {
            if (result instanceof ObjectNode object) {
                object.remove(SUMMARY);
            }
        }
        return root;
    }

    private static byte[] bytes(Path file) {
        if (Files.isDirectory(file)) {
            throw new MeasurementException(file + " cannot be read: it is a folder; name a file that 'maskforge bench -o' wrote");
        }
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] bytes = stream.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new MeasurementException(file + " cannot be read: it has more than " + LARGEST + " bytes; split its results");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new MeasurementException(file + " cannot be read: there is no such file; check the path", e);
        } catch (IOException e) {
            throw new MeasurementException(file + " cannot be read: " + e.getMessage() + "; check its rights and its disk", e);
        }
    }

    private static MeasurementException refusal(String file, String what, Exception cause) {
        return new MeasurementException(
                file + " is refused: " + what + "; write it as docs/benchmarks/README.md has it, or measure anew", cause);
    }

    /// Such as `results[2].setup.threads: `.
    private static String path(JacksonException e) {
        String path = e.getPath().stream()
                .map(step -> step.getPropertyName() == null ? "[" + step.getIndex() + "]" : "." + step.getPropertyName())
                .collect(Collectors.joining());
        return path.isEmpty() ? "" : path.substring(path.startsWith(".") ? 1 : 0) + ": ";
    }

    /// What our own checks say, or the parser; short, on one line.
    private static String reason(Exception e) {
        Throwable cause = e.getCause() instanceof IllegalArgumentException ours ? ours : e;
        String message = cause instanceof JacksonException jackson ? jackson.getOriginalMessage() : cause.getMessage();
        String line = String.valueOf(message).lines().findFirst().orElse("");
        return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) + "…" : line;
    }
}
