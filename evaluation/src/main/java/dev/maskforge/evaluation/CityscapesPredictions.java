package dev.maskforge.evaluation;

import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.LabelFile;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.MaskFile;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Results of another tool on Cityscapes, found in a folder and those below it as cityscapesScripts finds them: for a
/// picture `NAME` the one file `NAME*.png` with label ids, and the one file `NAME*.txt` that lists its objects; and the file
/// of panoptic results with its folder of pictures.
public final class CityscapesPredictions {
    private static final long LARGEST_LIST = 16 << 20;

    private final ResultFolder results;

    private CityscapesPredictions(ResultFolder results) {
        this.results = results;
    }

    /// The results in a folder.
    ///
    /// @throws EvaluationException if there is no such folder
    public static CityscapesPredictions open(Path folder) {
        return new CityscapesPredictions(ResultFolder.open(folder));
    }

    /// The files of label maps, in the order of the pictures.
    ///
    /// @throws EvaluationException if a picture has none, or several that may be it
    public List<Path> labelFiles(CityscapesDataset dataset) {
        return results.find(dataset.names(), ".png", "label map", dataset::others);
    }

    /// The lists of objects, in the order of the pictures.
    ///
    /// @throws EvaluationException if a picture has none, or several
    public List<Path> instanceFiles(CityscapesDataset dataset) {
        return results.find(dataset.names(), ".txt", "list of objects", dataset::others);
    }

    /// The panoptic results: `cityscapes_panoptic_SPLIT.json` or `panoptic.json`.
    ///
    /// @throws EvaluationException if there are none, or they are not COCO's format
    public CocoPanopticFile panoptic(CityscapesDataset dataset) {
        return CocoPanopticFile.open(results.first(List.of("cityscapes_panoptic_" + dataset.split() + ".json", "panoptic.json"),
                "write panoptic results there in COCO's format"));
    }

    /// The label map in a file.
    ///
    /// @throws ImageException if it cannot be read
    public LabelMap readLabels(Path file) {
        return LabelFile.read(file);
    }

    /// The objects that a list names, one a line: mask file, label id, confidence, with a blank between. Of a mask that is
    /// named twice the last line counts. A mask may have colours or a palette; what is black in it is not the object.
    ///
    /// @throws EvaluationException if it is no such list, or a mask lies outside the folder of results
    /// @throws ImageException      if a mask cannot be read
    public List<CityscapesInstance> readInstances(Path file) {
        SequencedMap<Path, Line> lines = new LinkedHashMap<>();
        int number = 0;
        for (String text : lines(file)) {
            Line line = line(text, file, ++number);
            lines.put(line.mask(), line);
        }
        List<CityscapesInstance> instances = new ArrayList<>();
        lines.values().forEach(line -> instances.add(new CityscapesInstance(line.labelId(), line.confidence(),
                MaskFile.read(line.mask()))));
        return instances;
    }

    private record Line(Path mask, int labelId, double confidence) {}

    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) > LARGEST_LIST) {
                throw new EvaluationException("'" + Folder.oneLine(file) + "' is larger than " + (LARGEST_LIST >> 20)
                        + " MiB, which no list of objects is; give one line an object");
            }
            return Files.readAllLines(file);
        } catch (MalformedInputException damage) {
            throw new EvaluationException("'" + Folder.oneLine(file) + "' is not text in UTF-8; give one line an object", damage);
        } catch (IOException failure) {
            throw new EvaluationException("'" + Folder.oneLine(file) + "' cannot be read; check its rights", failure);
        }
    }

    private Line line(String text, Path file, int number) {
        String[] cells = text.split(" ", -1);
        if (cells.length != 3) {
            throw refuse(file, number, "has " + cells.length + " parts between blanks");
        }
        Path relative;
        try {
            relative = Path.of(cells[0]);
        } catch (InvalidPathException damage) {
            throw new EvaluationException(message(file, number, "names no file"), damage);
        }
        Path mask = file.resolveSibling(relative).toAbsolutePath().normalize();
        if (relative.isAbsolute() || !mask.startsWith(results.folder())) {
            throw refuse(file, number, "names a mask outside of '" + Folder.oneLine(results.folder()) + "'");
        }
        if (!Files.isRegularFile(mask)) {
            throw refuse(file, number, "names the mask '" + Folder.oneLine(cells[0]) + "', which is not there");
        }
        double labelId = number(cells[1], file, number);
        double confidence = number(cells[2], file, number);
        if (labelId < -1 || labelId >= CityscapesLabel.all().size()) {
            throw refuse(file, number, "has label id " + cells[1] + ", and Cityscapes' are -1 to 33");
        }
        return new Line(mask, (int) labelId, confidence);
    }

    private static double number(String text, Path file, int line) {
        try {
            double number = Double.parseDouble(text);
            if (Double.isFinite(number)) {
                return number;
            }
            throw refuse(file, line, "has '" + Folder.oneLine(text) + "' for a number");
        } catch (NumberFormatException damage) {
            throw new EvaluationException(message(file, line, "has '" + Folder.oneLine(text) + "' for a number"), damage);
        }
    }

    private static EvaluationException refuse(Path file, int line, String what) {
        return new EvaluationException(message(file, line, what));
    }

    private static String message(Path file, int line, String what) {
        return "line " + line + " of '" + Folder.oneLine(file) + "' " + what
                + "; write a mask's file, its label id and a confidence, with a blank between";
    }
}
