package dev.maskforge.models;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The official checkpoints, as both repositories' MODEL_ZOO.md list them, and those of them that hold models of other
/// kinds. `tools/zoo/make_zoo.py` makes the tables.
public final class Zoo {
    /// Of all weights in both tables.
    public static final String LICENCE = "CC BY-NC 4.0";

    private static final String PUBLISHER = "https://dl.fbaipublicfiles.com/maskformer/";
    private static final List<Entry> ENTRIES = read("zoo.tsv").stream().map(Zoo::entry).toList();
    private static final List<Unsupported> UNSUPPORTED = read("zoo-unsupported.tsv").stream().map(Zoo::unsupported).toList();

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
    /// @param path         where it is, below what all of them have in common
    /// @param huggingFace  the name of the same model on the Hugging Face hub, if it is there
    public record Entry(String md5, String architecture, String dataset, Task task, String backbone, String metric, double published,
            String path, Optional<String> huggingFace) {
        /// Where it is published.
        public String address() {
            return PUBLISHER + path;
        }

        /// The name of its configuration, such as `maskformer2_R50_bs16_90k`.
        public String configuration() {
            return Zoo.configuration(path);
        }
    }

    /// Why a published file is not supported.
    public enum Kind {
        /// Classifies each pixel by itself, without queries: the baselines of "Per-Pixel Classification is Not All You Need".
        PER_PIXEL("a per-pixel baseline, which has no queries"),
        /// "Mask2Former for Video Instance Segmentation".
        VIDEO("a model for video");

        private final String reason;

        Kind(String reason) {
            this.reason = reason;
        }

        /// Such as `a model for video`.
        public String reason() {
            return reason;
        }
    }

    /// A published file with a model of another kind.
    ///
    /// @param md5      as of [Entry]
    /// @param dataset  what it was trained on, such as `ytvis-2019`
    /// @param backbone such as `R50`
    /// @param path     as of [Entry]
    public record Unsupported(String md5, Kind kind, String dataset, String backbone, String path) {
        /// The name of its configuration, such as `video_maskformer2_R50_bs16_8ep`.
        public String configuration() {
            return Zoo.configuration(path);
        }
    }

    public static List<Entry> entries() {
        return ENTRIES;
    }

    /// Published files that are not supported.
    public static List<Unsupported> unsupported() {
        return UNSUPPORTED;
    }

    /// The published file whose md5 begins with these six digits.
    public static Optional<Entry> find(String md5) {
        return ENTRIES.stream().filter(entry -> entry.md5().equals(md5)).findFirst();
    }

    /// The same among those that are not supported.
    public static Optional<Unsupported> findUnsupported(String md5) {
        return UNSUPPORTED.stream().filter(entry -> entry.md5().equals(md5)).findFirst();
    }

    private static String configuration(String path) {
        String folder = path.substring(0, path.lastIndexOf('/'));
        return folder.substring(folder.lastIndexOf('/') + 1);
    }

    private static List<String[]> read(String name) {
        try (InputStream table = Zoo.class.getResourceAsStream(name)) {
            if (table == null) {
                throw new IllegalStateException("the table of official models, " + name + ", is not on the class path");
            }
            return new String(table.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1).map(line -> line.split("\t", -1)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read", e);
        }
    }

    private static Entry entry(String[] cells) {
        return new Entry(cells[0], cells[1], cells[2], Task.valueOf(cells[3].toUpperCase(Locale.ROOT)), cells[4], cells[5],
                Double.parseDouble(cells[6]), cells[7], Optional.of(cells[8]).filter(name -> !name.isEmpty()));
    }

    private static Unsupported unsupported(String[] cells) {
        return new Unsupported(cells[0], cells[1].equals("video") ? Kind.VIDEO : Kind.PER_PIXEL, cells[2], cells[3], cells[4]);
    }
}
