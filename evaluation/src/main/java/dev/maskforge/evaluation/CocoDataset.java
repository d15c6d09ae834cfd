package dev.maskforge.evaluation;

import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.RgbImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Pictures with their truth in the layout of COCO:
///
/// ```
/// ROOT/SPLIT/000000000139.jpg
/// ROOT/annotations/panoptic_SPLIT.json, ROOT/annotations/panoptic_SPLIT/000000000139.png (or ROOT/panoptic_SPLIT/…)
/// ROOT/annotations/instances_SPLIT.json
/// ```
///
/// @param root   the folder
/// @param split  such as `val2017`
public record CocoDataset(Path root, String split) {
    /// A picture.
    ///
    /// @param id a number, mostly
    public record Picture(String id, Path image) {
        /// The picture itself.
        ///
        /// @throws ImageException if the file cannot be read
        public RgbImage readImage() {
            return ImageFile.read(image);
        }
    }

    /// The dataset in a folder.
    ///
    /// @throws EvaluationException if it has no folder of annotations
    public static CocoDataset open(Path root, String split) {
        Folder.require(root, "give the folder that holds annotations and " + split);
        Folder.require(root.resolve("annotations"), "give the folder that holds annotations and " + split);
        return new CocoDataset(root, split);
    }

    /// The truth about segments.
    ///
    /// @throws EvaluationException if it is missing or not of COCO's format
    public CocoPanopticFile panoptic() {
        String name = "panoptic_" + split;
        Path file = Folder.requireFile(annotations().resolve(name + ".json"),
                "unpack panoptic_annotations_trainval2017.zip, or give another --split");
        Path folder = annotations().resolve(name);
        return CocoPanopticFile.open(file, Files.isDirectory(folder)
                ? folder
                : Folder.require(root.resolve(name), "unpack " + name + ".zip, which lies beside the annotations"));
    }

    /// The truth about objects.
    ///
    /// @throws EvaluationException if it is missing or not of COCO's format
    public CocoInstanceDataset instances() {
        return CocoInstanceDataset.open(Folder.requireFile(annotations().resolve("instances_" + split + ".json"),
                "unpack annotations_trainval2017.zip, or give another --split"));
    }

    private Path annotations() {
        return root.resolve("annotations");
    }

    /// A picture of which there is truth.
    ///
    /// @param fileName as the truth has it, if it has
    /// @throws EvaluationException if the name leads out of the split's folder
    public Picture picture(String id, Optional<String> fileName) {
        Path folder = root.resolve(split).normalize();
        String name = fileName.orElse(id + ".jpg");
        Path image = folder.resolve(name.replace('\0', '?')).normalize();
        if (!image.startsWith(folder) || image.equals(folder)) {
            throw new EvaluationException("the picture '" + Folder.oneLine(name) + "' is not in '" + Folder.oneLine(folder)
                    + "'; name files of that folder");
        }
        return new Picture(id, image);
    }

    /// Checks that pictures are there, before the work.
    ///
    /// @throws EvaluationException if one is missing
    public static void requireImages(List<Picture> pictures) {
        List<Picture> missing = pictures.stream().filter(picture -> !Files.isRegularFile(picture.image())).toList();
        if (!missing.isEmpty()) {
            throw new EvaluationException("there is no file '" + Folder.oneLine(missing.getFirst().image()) + "'"
                    + (missing.size() == 1 ? "" : ", nor " + (missing.size() - 1) + " more") + "; unpack the split's pictures there");
        }
    }

    /// The panoptic results of another tool: `panoptic_SPLIT.json` or `panoptic.json`, with the folder of that name.
    ///
    /// @throws EvaluationException if there are none
    public CocoPanopticFile panopticResults(Path folder) {
        return CocoPanopticFile.open(ResultFolder.open(folder).first(List.of("panoptic_" + split + ".json", "panoptic.json"),
                "write panoptic results there in COCO's format"));
    }

    /// The objects that another tool found: `instances_SPLIT.json`, `instances.json` or `coco_instances_results.json`.
    ///
    /// @throws EvaluationException if there are none
    public CocoInstanceResults instanceResults(Path folder, CocoInstanceDataset dataset) {
        return CocoInstanceResults.open(ResultFolder.open(folder).first(
                List.of("instances_" + split + ".json", "instances.json", "coco_instances_results.json"),
                "write results there in COCO's format"),
                dataset);
    }
}
