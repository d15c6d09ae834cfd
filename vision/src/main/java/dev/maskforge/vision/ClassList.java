package dev.maskforge.vision;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The classes of a dataset, in the order of their train ids.
///
/// Tables of datasets lie beside this class, one for each dataset and kind of label file in which names or ids differ:
///
/// | list | classes | things | ids |
/// |---|---|---|---|
/// | `cityscapes` | 19 | 8 | of the label pictures (cityscapesScripts, `labels.py`) |
/// | `cityscapes-instance` | 8 | 8 | the same |
/// | `ade20k` | 150 | 100 | of the label pictures, from 1 |
/// | `ade20k-panoptic` | 150 | 100 | of the panoptic categories, from 0 |
/// | `ade20k-instance` | 100 | 100 | of the instance categories: the things of `ade20k-panoptic` |
/// | `ade20k-full` | 847 | not said | of the 16-bit label pictures |
/// | `coco-panoptic` | 133 | 80, first | of the categories, up to 200 |
/// | `coco-instance` | 80 | 80 | of the categories, up to 90 |
/// | `coco-stuff-10k` | 171 | 80, first | of the label maps, up to 182 |
/// | `mapillary-vistas` | 65 | 37 | of the label pictures, from 0 |
/// | `mapillary-vistas-panoptic` | 65 | 37 | of the panoptic categories, from 1 |
///
/// `tools/classes/make_classes.py` says where they come from. Colours are the datasets' own; where they have none (all of
/// `ade20k-full`, stuff in `coco-stuff-10k`), those of [#named(String, List)].
///
/// @param dataset the list's name in lower case, such as `cityscapes`
/// @param classes class `i` has train id `i`
public record ClassList(String dataset, List<SegmentationClass> classes) {
    /// The positive root of x^4 = x + 1.
    private static final double SPREAD = 1.2207440846057596;

    public ClassList {
        classes = List.copyOf(classes);
        if (classes.isEmpty() || classes.size() > 65_536) {
            throw new IllegalArgumentException("a list has 1 to 65536 classes, not " + classes.size());
        }
        for (int i = 0; i < classes.size(); i++) {
            if (classes.get(i).trainId() != i) {
                throw new IllegalArgumentException("class '" + classes.get(i).name() + "' has train id " + classes.get(i).trainId()
                        + " in place " + i);
            }
        }
    }

    /// The list of this name, if it is one of those that come along.
    public static Optional<ClassList> ofDataset(String dataset) {
        if (!dataset.matches("[a-z0-9-]+")) {
            return Optional.empty();
        }
        try (InputStream table = ClassList.class.getResourceAsStream("classes/" + dataset + ".tsv")) {
            return table == null ? Optional.empty() : Optional.of(ClassListFile.read(dataset, table));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// A list of one's own from a text file: a name a line, in the order of train ids; or, separated by tabs, a name and
    /// `thing` or `stuff`; or all that the tables here have: name, dataset id, red, green, blue, `thing` or `stuff`. What a
    /// line does not say is as in [#named(String, List)]. Lines that begin with `#` are comments.
    ///
    /// @throws ClassListException if it is no such file
    public static ClassList read(Path path) {
        return ClassListFile.read(path);
    }

    /// Classes of these names, with colours that differ as widely as so many can; all are taken for stuff, and dataset ids
    /// are train ids.
    public static ClassList named(String dataset, List<String> names) {
        return new ClassList(dataset, IntStream.range(0, names.size())
                .mapToObj(i -> new SegmentationClass(i, i, names.get(i), generatedColour(i), false))
                .toList());
    }

    /// `class 0` to `class K-1`, for models that do not say what their classes are.
    public static ClassList generated(int count) {
        return named("unknown", IntStream.range(0, count).mapToObj(i -> "class " + i).toList());
    }

    public int size() {
        return classes.size();
    }

    public SegmentationClass get(int trainId) {
        return classes.get(trainId);
    }

    /// A low-discrepancy sequence (Roberts' R3) over hue, saturation and brightness: any number of first colours is spread
    /// evenly.
    static Colour generatedColour(int index) {
        double hue = (index + 1) / SPREAD % 1;
        double saturation = 0.5 + 0.5 * ((index + 1) / (SPREAD * SPREAD) % 1);
        double value = 0.45 + 0.55 * ((index + 1) / (SPREAD * SPREAD * SPREAD) % 1);
        return Colour.ofHue(hue, saturation, value);
    }
}
