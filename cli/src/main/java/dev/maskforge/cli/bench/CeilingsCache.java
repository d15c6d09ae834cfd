package dev.maskforge.cli.bench;

import dev.maskforge.engine.cache.CacheFolder;
import dev.maskforge.measure.Ceilings;
import dev.maskforge.vision.AtomicFile;
import dev.maskforge.vision.ImageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Ceilings that were measured once, in a folder: a file for each processor, number of threads, engine and version. What
/// cannot be read is measured again, what cannot be written is not kept.
///
/// @param folder that is made when something is kept
public record CeilingsCache(Path folder) {
    private static final int LARGEST = 1 << 16;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /// What a file holds.
    ///
    /// @param key      of what
    /// @param ceilings as they were measured
    record Entry(String key, Ceilings ceilings) {}

    /// The user's: `$XDG_CACHE_HOME/maskforge/ceilings`.
    public static CeilingsCache ofUser() {
        return new CeilingsCache(CacheFolder.ofUser().folder("ceilings"));
    }

    /// What was kept under a key, or else is measured and kept.
    public Ceilings get(String key, Supplier<Ceilings> measured) {
        return find(key).orElseGet(() -> put(key, measured.get()));
    }

    /// Keeps ceilings under a key, in place of what was there.
    public Ceilings put(String key, Ceilings ceilings) {
        try {
            Files.createDirectories(folder);
            byte[] text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(new Entry(key, ceilings))
                    .getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(file(key), output -> output.write(text));
        } catch (IOException | ImageException e) {
            System.getLogger(CeilingsCache.class.getName()).log(System.Logger.Level.DEBUG, "ceilings are not kept", e);
        }
        return ceilings;
    }

    private Optional<Ceilings> find(String key) {
        Path file = file(key);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
                return Optional.empty();
            }
            return Optional.ofNullable(MAPPER.readValue(Files.readAllBytes(file), Entry.class)).filter(entry -> entry.key().equals(key))
                    .map(Entry::ceilings);
        } catch (IOException | JacksonException e) {
            System.getLogger(CeilingsCache.class.getName()).log(System.Logger.Level.DEBUG, "ceilings in " + file + " are not read", e);
            return Optional.empty();
        }
    }

    private Path file(String key) {
        return folder.resolve(Integer.toHexString(key.hashCode()) + ".json");
    }
}
