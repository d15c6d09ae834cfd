package dev.maskforge.models;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The official checkpoints, as both repositories' MODEL_ZOO.md list them. Their weights are under CC BY-NC 4.0.
public final class Zoo {
    private static final List<Entry> ENTRIES = read();

    private Zoo() {
    }

    /// One published file.
    ///
    /// @param md5          the first six digits of the file's md5, which its name holds: `model_final_38c00c.pkl`
    /// @param architecture `MaskFormer` or `Mask2Former`
    /// @param dataset      what it was trained on, such as `cityscapes`
    /// @param task         what it was trained for
    /// @param backbone     such as `R50` or `Swin-L`
    /// @param metric       `mIoU`, `PQ` or `AP`
    /// @param published    the published value in percent, single scale
    public record Entry(String md5, String architecture, String dataset, Task task, String backbone, String metric, double published) {}

    public static List<Entry> entries() {
        return ENTRIES;
    }

    /// The published file whose md5 begins with these six digits.
    public static Optional<Entry> find(String md5) {
        return ENTRIES.stream().filter(entry -> entry.md5().equals(md5)).findFirst();
    }

    private static List<Entry> read() {
        try (InputStream table = Zoo.class.getResourceAsStream("zoo.tsv")) {
            if (table == null) {
                throw new IllegalStateException("the table of official models, zoo.tsv, is not on the class path");
            }
            return new String(table.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1).map(Zoo::entry).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("zoo.tsv cannot be read", e);
        }
    }

    private static Entry entry(String line) {
        String[] cells = line.split("\t", -1);
        return new Entry(cells[0], cells[1], cells[2], Task.valueOf(cells[3].toUpperCase(Locale.ROOT)), cells[4], cells[5],
                Double.parseDouble(cells[6]));
    }
}
