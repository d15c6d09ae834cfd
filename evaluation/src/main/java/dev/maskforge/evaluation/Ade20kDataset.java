package dev.maskforge.evaluation;

import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.LabelFile;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.RgbImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Pictures with their truth in the layout of the scene parsing benchmark, `ADEChallengeData2016`:
///
/// ```
/// ROOT/images/SPLIT/ADE_val_00000001.jpg
/// ROOT/annotations/SPLIT/ADE_val_00000001.png    (1 to 150; 0 is no class)
/// ```
///
/// @param split    such as `validation`
/// @param pictures by name; files are read when they are asked for
public record Ade20kDataset(String split, List<Picture> pictures) {
    /// How many classes there are.
    public static final int CLASSES = 150;
    private static final String TRUTH_ENDING = ".png";

    /// A picture.
    ///
    /// @param name such as `ADE_val_00000001`
    public record Picture(String name, Path image, Path labels) {
        /// The picture itself.
        ///
        /// @throws ImageException if the file cannot be read
        public RgbImage readImage() {
            return ImageFile.read(image);
        }

        /// The label ids, 0 to 150.
        ///
        /// @throws ImageException      if the file cannot be read
        /// @throws EvaluationException if it has other numbers
        public LabelMap readTruth() {
            LabelMap truth = LabelFile.read(labels);
            for (int pixel = 0; pixel < truth.pixels(); pixel++) {
                if (truth.at(pixel) > CLASSES) {
                    throw new EvaluationException("'" + Folder.oneLine(labels) + "' has " + truth.at(pixel)
                            + (truth.at(pixel) == 255 ? ", so it holds train ids" : "")
                            + "; ADE20K's label ids are 0 to 150: take the folder annotations as it was published");
                }
            }
            return truth;
        }
    }

    public Ade20kDataset {
        pictures = List.copyOf(pictures);
    }

    /// The pictures of a split for which there is truth.
    ///
    /// @throws EvaluationException if folders are missing or empty
    public static Ade20kDataset open(Path root, String split) {
        Folder.require(root, "give the folder ADEChallengeData2016");
        Path truth = Folder.require(root.resolve("annotations").resolve(split),
                "give the folder ADEChallengeData2016 that holds annotations/" + split + ", or another --split");
        Path images = root.resolve("images").resolve(split);
        List<Picture> pictures = Folder.list(truth, file -> Folder.name(file).endsWith(TRUTH_ENDING)).stream().map(labels -> {
            String name = Folder.name(labels).substring(0, Folder.name(labels).length() - TRUTH_ENDING.length());
            return new Picture(name, images.resolve(name + ".jpg"), labels);
        }).toList();
        if (pictures.isEmpty()) {
            throw new EvaluationException("'" + Folder.oneLine(truth) + "' has no file *.png; unpack ADEChallengeData2016.zip again");
        }
        return new Ade20kDataset(split, pictures);
    }

    /// Checks that the pictures themselves are there, before the work.
    ///
    /// @throws EvaluationException if one is missing
    public void requireImages() {
        List<Picture> missing = pictures.stream().filter(picture -> !Files.isRegularFile(picture.image())).toList();
        if (!missing.isEmpty()) {
            throw new EvaluationException("there is no file '" + Folder.oneLine(missing.getFirst().image()) + "'"
                    + (missing.size() == 1 ? "" : ", nor " + (missing.size() - 1) + " more") + "; unpack ADEChallengeData2016.zip again");
        }
    }

    /// The label maps that another tool wrote, in the order of the pictures.
    ///
    /// @throws EvaluationException if a picture has none, or several that may be it
    public List<Path> predictions(Path folder) {
        return ResultFolder.open(folder).find(pictures.stream().map(Picture::name).toList(), TRUTH_ENDING, "label map",
                missing -> missing.size() == 1 ? "" : ", nor those of " + (missing.size() - 1) + " more pictures");
    }

    /// The first so many pictures.
    public Ade20kDataset limitedTo(int count) {
        return new Ade20kDataset(split, pictures.subList(0, Math.min(count, pictures.size())));
    }
}
