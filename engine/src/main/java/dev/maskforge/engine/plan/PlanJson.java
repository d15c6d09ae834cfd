package dev.maskforge.engine.plan;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/// [PlanRecord] as JSON: a field for each component, null where one is not known. Files come from anyone: bounded in size
/// and depth, and a field that is unknown, missing, doubled or of another type is refused by its path.
final class PlanJson {
    /// In bytes; the longest lists of classes have some ten thousand.
    static final int LARGEST = 1 << 20;
    private static final int LONGEST_REASON = 200;
    private static final JsonMapper MAPPER = JsonMapper
            .builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(20).maxStringLength(1 << 17).maxNameLength(256)
                            .maxNumberLength(40).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT).disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS, EnumFeature.READ_ENUMS_USING_TO_STRING, EnumFeature.WRITE_ENUMS_USING_TO_STRING)
            // Components only: what a record says beside them follows from them.
            .changeDefaultVisibility(visible -> visible.withGetterVisibility(Visibility.NONE).withIsGetterVisibility(Visibility.NONE)
                    .withFieldVisibility(Visibility.ANY))
            .build();

    private PlanJson() {
    }

    static String print(PlanRecord plan) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(plan) + "\n";
    }

    /// @throws IllegalArgumentException if the bytes are not of this format; the message says where and why, on one line
    static PlanRecord read(byte[] bytes) {
        try {
            PlanRecord plan = MAPPER.readValue(bytes, PlanRecord.class);
            if (plan == null) {
                throw new IllegalArgumentException("it says null");
            }
            return plan;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(path(e) + reason(e), e);
        }
    }

    /// Such as `options.precision: `.
    private static String path(JacksonException e) {
        String path = e.getPath().stream()
                .map(step -> step.getPropertyName() == null ? "[" + step.getIndex() + "]" : "." + step.getPropertyName())
                .collect(Collectors.joining());
        return path.isEmpty() ? "" : path.substring(path.startsWith(".") ? 1 : 0) + ": ";
    }

    /// What our own checks say, or the parser; short, on one line.
    private static String reason(JacksonException e) {
        String message = e.getCause() instanceof IllegalArgumentException ours ? ours.getMessage() : e.getOriginalMessage();
        String line = String.valueOf(message).lines().findFirst().orElse("");
        return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) + "…" : line;
    }
}
