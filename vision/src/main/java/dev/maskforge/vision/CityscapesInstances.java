package dev.maskforge.vision;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Writes instances as Cityscapes' evaluation reads them (`evalInstanceLevelSemanticLabeling`): for each picture a list
/// `NAME_pred.txt`, one line an instance: mask file, label id, score; and a mask file each, 255 where the instance is.
public final class CityscapesInstances {
    private CityscapesInstances() {
    }

    /// Writes the instances of a picture; those without a pixel are left out. Masks come first, so that a list never names
    /// one that is missing.
    ///
    /// @param name   the picture's file name without its extension, such as `frankfurt_000000_000294_leftImg8bit`
    /// @param folder where the list and the masks go
    /// @throws ImageException if a file cannot be written, or the name has blanks, at which the evaluation cuts lines
    public static void write(InstanceSegmentation segmentation, ClassList classes, String name, Path folder) {
        requireName(name, folder);
        List<String> lines = new ArrayList<>();
        for (Instance instance : segmentation.instances()) {
            if (instance.mask().area() > 0) {
                SegmentationClass found = classes.get(instance.trainId());
                String file = String.format(Locale.ROOT, "%s_%03d_%s.png", name, lines.size(), fileSafe(found.name()));
                PngFile.writeMask(instance.mask(), folder.resolve(file));
                lines.add(file + " " + found.datasetId() + " " + instance.score() + "\n");
            }
        }
        AtomicFile.write(list(name, folder), output -> writeLines(lines, output));
    }

    /// Checks that a picture of this name can be written, before the work.
    ///
    /// @throws ImageException if the name has blanks, at which the evaluation cuts lines
    public static void requireName(String name, Path folder) {
        if (name.chars().anyMatch(character -> Character.isWhitespace(character) || Character.isISOControl(character))) {
            throw new ImageException("cannot write '" + ImageSource.oneLine(list(name, folder).toString())
                    + "': Cityscapes' evaluation cuts lines at blanks, and the name has some; rename the picture");
        }
    }

    private static Path list(String name, Path folder) {
        return folder.resolve(name + "_pred.txt");
    }

    private static void writeLines(List<String> lines, OutputStream output) throws IOException {
        for (String line : lines) {
            output.write(line.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String fileSafe(String name) {
        return name.replaceAll("[^A-Za-z0-9-]", "_");
    }
}
