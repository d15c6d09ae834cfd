package dev.maskforge;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.Agreement.Confusion;
import dev.maskforge.engine.Agreement.Counts;
import dev.maskforge.passes.quantize.Calibration;
import dev.maskforge.vision.AtomicFile;
import dev.maskforge.vision.ImageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What calibrations measured, in a folder: a text file for each model, set of pictures, size and engine. What cannot be read
/// is measured again, what cannot be written is not kept.
///
/// @param folder that is made when something is kept
record CalibrationCache(Path folder) {
    private static final String TITLE = "maskforge calibration 1";
    private static final int LARGEST = 1 << 22;

    /// What a file holds.
    record Entry(Calibration calibration, Agreement agreement) {}

    /// The user's: `$XDG_CACHE_HOME/maskforge/calibrations`.
    static CalibrationCache ofUser() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path caches = xdg == null || xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return new CalibrationCache(caches.resolve("maskforge").resolve("calibrations"));
    }

    /// What was kept under a key, a file name.
    Optional<Entry> find(String key) {
        Path file = folder.resolve(key + ".txt");
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
                return Optional.empty();
            }
            return Optional.of(parse(Files.readAllLines(file, StandardCharsets.UTF_8)));
        } catch (IOException | IllegalArgumentException e) {
            log("the calibration in " + file + " is not read", e);
            return Optional.empty();
        }
    }

    /// Keeps what was measured.
    void put(String key, Entry entry) {
        try {
            Files.createDirectories(folder);
            byte[] text = String.join("\n", lines(entry)).getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(folder.resolve(key + ".txt"), output -> output.write(text));
        } catch (IOException | ImageException e) {
            log("a calibration is not kept", e);
        }
    }

    private static void log(String what, Exception e) {
        System.getLogger(CalibrationCache.class.getName()).log(System.Logger.Level.DEBUG, what, e);
    }

    static List<String> lines(Entry entry) {
        List<String> lines = new ArrayList<>();
        lines.add(TITLE);
        entry.agreement().byClass().forEach((label, counts) -> lines.add("class " + label + " " + counts.pixels() + " " + counts.equal()
                + " " + counts.clear() + " " + counts.clearEqual()));
        entry.agreement().confusions().forEach(each -> lines.add("confusion " + each.reference() + " " + each.other() + " " + each.pixels()
                + " " + each.clear()));
        entry.calibration().lines().forEach(line -> lines.add("value " + line));
        return lines;
    }

    /// The inverse of [#lines(Entry)].
    ///
    /// @throws IllegalArgumentException if the lines are none of those
    static Entry parse(List<String> lines) {
        if (lines.isEmpty() || !lines.getFirst().equals(TITLE)) {
            throw new IllegalArgumentException("it does not begin with '" + TITLE + "'");
        }
        SortedMap<Integer, Counts> byClass = new TreeMap<>();
        List<Confusion> confusions = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String kind = line.substring(0, Math.max(0, line.indexOf(' ')));
            String rest = line.substring(kind.length()).strip();
            switch (kind) {
                case "class" -> {
                    long[] numbers = numbers(rest, 5);
                    byClass.put((int) numbers[0], new Counts(numbers[1], numbers[2], numbers[3], numbers[4]));
                }
                case "confusion" -> {
                    long[] numbers = numbers(rest, 4);
                    confusions.add(new Confusion((int) numbers[0], (int) numbers[1], numbers[2], numbers[3]));
                }
                case "value" -> values.add(rest);
                default -> throw new IllegalArgumentException("a line is '" + line + "'");
            }
        }
        return new Entry(Calibration.parse(values), new Agreement(byClass, confusions));
    }

    private static long[] numbers(String text, int count) {
        String[] parts = text.split(" ", -1);
        if (parts.length != count) {
            throw new IllegalArgumentException("'" + text + "' has not " + count + " numbers");
        }
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = Long.parseLong(parts[i]);
        }
        return numbers;
    }
}
