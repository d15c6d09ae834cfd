package dev.maskforge.vision;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The classes of a dataset, in the order of their train ids.
///
/// Tables of datasets lie beside this class, one file each: name, id in the dataset's label pictures, colour, thing or
/// stuff. Cityscapes is as its scripts define it (cityscapesScripts, `labels.py`: the 19 classes that are evaluated).
///
/// @param dataset name in lower case, such as `cityscapes`
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

    /// The classes of a dataset that has a table here; `cityscapes` has.
    public static Optional<ClassList> ofDataset(String dataset) {
        if (!dataset.matches("[a-z0-9-]+")) {
            return Optional.empty();
        }
        try (InputStream table = ClassList.class.getResourceAsStream("classes/" + dataset + ".tsv")) {
            return table == null ? Optional.empty() : Optional.of(parse(dataset, table));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
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

    private static ClassList parse(String dataset, InputStream table) throws IOException {
        List<SegmentationClass> classes = new ArrayList<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(table, StandardCharsets.UTF_8));
        for (String line : lines.lines().filter(text -> !text.startsWith("#")).toList()) {
            String[] cells = line.split("\t", -1);
            Colour colour = new Colour(Integer.parseInt(cells[2]), Integer.parseInt(cells[3]), Integer.parseInt(cells[4]));
            classes.add(new SegmentationClass(classes.size(), Integer.parseInt(cells[1]), cells[0], colour, cells[5].equals("thing")));
        }
        return new ClassList(dataset, classes);
    }

    /// A low-discrepancy sequence (Roberts' R3) over hue, saturation and brightness: any number of first colours is spread
    /// evenly.
    private static Colour generatedColour(int index) {
        double hue = (index + 1) / SPREAD % 1;
        double saturation = 0.5 + 0.5 * ((index + 1) / (SPREAD * SPREAD) % 1);
        double value = 0.45 + 0.55 * ((index + 1) / (SPREAD * SPREAD * SPREAD) % 1);
        return Colour.ofHue(hue, saturation, value);
    }
}
