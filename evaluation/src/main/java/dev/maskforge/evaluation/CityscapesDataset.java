package dev.maskforge.evaluation;

import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.LabelFile;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.RgbImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;

/// Pictures with their truth in the layout of Cityscapes:
///
/// ```
/// ROOT/leftImg8bit/SPLIT/CITY/CITY_000000_000019_leftImg8bit.png
/// ROOT/gtFine/SPLIT/CITY/CITY_000000_000019_gtFine_labelIds.png, …_gtFine_instanceIds.png (16 bits)
/// ```
///
/// @param split    such as `val`
/// @param pictures in the order of cities, and of names within; files are read when they are asked for
public record CityscapesDataset(String split, List<Picture> pictures) {
    private static final String IMAGES = "leftImg8bit";
    private static final String TRUTH = "gtFine";
    private static final String LABELS = "_gtFine_labelIds.png";
    private static final String INSTANCES = "_gtFine_instanceIds.png";
    private static final String IMAGE = "_leftImg8bit.png";
    private static final Map<String, List<String>> OFFICIAL_CITIES = Map.of("val", List.of("frankfurt", "lindau", "munster"), "train",
            List.of("aachen", "bochum", "bremen", "cologne", "darmstadt", "dusseldorf", "erfurt", "hamburg", "hanover", "jena", "krefeld",
                    "monchengladbach", "strasbourg", "stuttgart", "tubingen", "ulm", "weimar", "zurich"));

    /// A picture.
    ///
    /// @param name what its files have in common, such as `frankfurt_000000_000294`
    public record Picture(String name, String city, Path image, Path labelIds, Path instanceIds) {
        /// The picture itself.
        ///
        /// @throws ImageException if the file cannot be read
        public RgbImage readImage() {
            return ImageFile.read(image);
        }

        /// What is known of it.
        ///
        /// @throws ImageException      if a file cannot be read
        /// @throws EvaluationException if the files do not fit each other, or hold other ids
        public CityscapesTruth readTruth() {
            LabelMap labels = LabelFile.read(labelIds);
            LabelMap instances = LabelFile.read(instanceIds);
            try {
                return new CityscapesTruth(labels, instances);
            } catch (EvaluationException refusal) {
                throw new EvaluationException("'" + Folder.oneLine(labelIds) + "': " + refusal.getMessage(), refusal);
            }
        }
    }

    public CityscapesDataset {
        pictures = List.copyOf(pictures);
    }

    /// The pictures of a split for which there is truth.
    ///
    /// @throws EvaluationException if folders or files are missing, also cities of an official split of which some are there
    public static CityscapesDataset open(Path root, String split) {
        Folder.require(root, "give the folder that holds gtFine and leftImg8bit");
        Path truth = Folder.require(root.resolve(TRUTH).resolve(split), "give the folder that holds gtFine/" + split
                + ", which is in gtFine_trainvaltest.zip, or another --split");
        List<String> cities = Folder.subfolders(truth);
        requireOfficialCities(cities, split, truth);
        List<Picture> pictures = new ArrayList<>();
        for (String city : cities) {
            Path images = root.resolve(IMAGES).resolve(split).resolve(city);
            requireLabels(truth.resolve(city), INSTANCES, truth.resolve(city));
            if (Files.isDirectory(images)) {
                requireLabels(images, IMAGE, truth.resolve(city));
            }
            for (Path labels : Folder.list(truth.resolve(city), file -> Folder.name(file).endsWith(LABELS))) {
                String name = Folder.name(labels).substring(0, Folder.name(labels).length() - LABELS.length());
                Path instances = Folder.requireFile(labels.resolveSibling(name + INSTANCES),
                        "unpack gtFine_trainvaltest.zip again");
                pictures.add(new Picture(name, city, images.resolve(name + IMAGE), labels, instances));
            }
        }
        if (pictures.isEmpty()) {
            throw new EvaluationException("'" + Folder.oneLine(truth) + "' has no file CITY/*" + LABELS
                    + "; unpack gtFine_trainvaltest.zip into " + Folder.oneLine(root));
        }
        return new CityscapesDataset(split, pictures);
    }

    /// A picture whose labels got lost would be left out without a word, and the scores be those of less than was asked for.
    private static void requireLabels(Path folder, String ending, Path truth) {
        for (Path file : Folder.list(folder, path -> Folder.name(path).endsWith(ending))) {
            String name = Folder.name(file).substring(0, Folder.name(file).length() - ending.length());
            Folder.requireFile(truth.resolve(name + LABELS), "unpack gtFine_trainvaltest.zip again");
        }
    }

    private static void requireOfficialCities(List<String> cities, String split, Path truth) {
        List<String> official = OFFICIAL_CITIES.getOrDefault(split, List.of());
        List<String> missing = official.stream().filter(city -> !cities.contains(city)).toList();
        if (missing.size() < official.size() && !missing.isEmpty()) {
            throw new EvaluationException("'" + Folder.oneLine(truth) + "' has no " + String.join(", ", missing)
                    + ", so scores would not be those of '" + split + "'; unpack gtFine_trainvaltest.zip again, or move the cities into a "
                    + "split of another name");
        }
    }

    /// Checks that the pictures themselves are there, before the work.
    ///
    /// @throws EvaluationException if a picture, or a city's, is missing
    public void requireImages() {
        List<String> missing = pictures.stream().filter(picture -> !Files.isRegularFile(picture.image())).map(Picture::name).toList();
        if (!missing.isEmpty()) {
            Path first = pictures.stream().filter(picture -> picture.name().equals(missing.getFirst())).findFirst().orElseThrow().image();
            throw new EvaluationException("there is no file '" + Folder.oneLine(first) + "'" + others(missing)
                    + "; unpack leftImg8bit_trainvaltest.zip beside gtFine");
        }
    }

    List<String> names() {
        return pictures.stream().map(Picture::name).toList();
    }

    /// What else is missing beside the first of these pictures: whole cities by name, else a number.
    String others(List<String> missing) {
        Set<String> names = new HashSet<>(missing);
        SequencedSet<String> cities = new LinkedHashSet<>(pictures.stream().map(Picture::city).toList());
        pictures.stream().filter(picture -> !names.contains(picture.name())).map(Picture::city).forEach(cities::remove);
        if (!cities.isEmpty()) {
            return ", nor any other of the city " + String.join(", ", cities);
        }
        return missing.size() == 1 ? "" : ", nor those of " + (missing.size() - 1) + " more pictures";
    }

    /// The first so many pictures.
    public CityscapesDataset limitedTo(int count) {
        return new CityscapesDataset(split, pictures.subList(0, Math.min(count, pictures.size())));
    }
}
