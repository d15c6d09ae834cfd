package dev.maskforge.evaluation;

import dev.maskforge.vision.AtomicFile;
import dev.maskforge.vision.ImageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/// Writes scores as the official scripts do, so that tools which read their files read these.
public final class ScoreFile {
    /// Python writes and reads NaN and Infinity as they are, which strict JSON does not have.
    private static final JsonFactory JSON = JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS).build();

    private ScoreFile() {
    }

    /// Writes scores under the official name.
    ///
    /// @return the file
    /// @throws ImageException if it cannot be written
    public static Path write(Scores scores, Path folder) {
        Path file = folder.resolve(scores.officialName());
        AtomicFile.write(file, output -> {
            try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), output)) {
                write(scores.document(), json);
            } catch (JacksonIOException failure) {
                throw failure.getCause();
            }
        });
        return file;
    }

    /// Members are in the order of their names, as there.
    private static void write(Object value, JsonGenerator json) {
        switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> sorted = new TreeMap<>();
                map.forEach((name, member) -> sorted.put(String.valueOf(name), member));
                json.writeStartObject();
                sorted.forEach((name, member) -> {
                    json.writeName(name);
                    write(member, json);
                });
                json.writeEndObject();
            }
            case List<?> list -> {
                json.writeStartArray();
                list.forEach(element -> write(element, json));
                json.writeEndArray();
            }
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Number number -> json.writeNumber(number.doubleValue());
            default -> json.writeString(value.toString());
        }
    }
}
