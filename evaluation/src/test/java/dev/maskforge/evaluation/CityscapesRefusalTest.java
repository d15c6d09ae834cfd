package dev.maskforge.evaluation;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.LabelFile;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.Mask;
import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.maskforge.evaluation.Refusals.copy;
import static dev.maskforge.evaluation.Refusals.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;

/// What people get wrong with Cityscapes' files is named, with its cure.
class CityscapesRefusalTest {
    private static final String NAME = "ashby_000000_000019";

    @TempDir
    private Path folder;

    private Path dataset() {
        return copy("cityscapes", folder.resolve("cityscapes"));
    }

    private static CityscapesDataset open(Path root) {
        return CityscapesDataset.open(root, "val");
    }

    private static Path truth(Path root, String ending) {
        return root.resolve("gtFine/val/ashby/" + NAME + "_gtFine_" + ending);
    }

    private static CityscapesTruth readFirst(Path root) {
        return open(root).pictures().getFirst().readTruth();
    }

    @Test
    void foldersThatAreNotThere() throws IOException {
        Path root = dataset();
        refusal(() -> open(folder.resolve("nowhere")), "nowhere", "gtFine and leftImg8bit");
        refusal(() -> CityscapesDataset.open(root, "train"), "gtFine/train", "--split");
        Files.createDirectories(root.resolve("gtFine/empty/town"));
        refusal(() -> CityscapesDataset.open(root, "empty"), "_gtFine_labelIds.png");
    }

    @Test
    void aCityOfAnOfficialSplitThatIsMissing() throws IOException {
        for (String city : List.of("frankfurt", "lindau", "munster")) {
            Files.createDirectories(folder.resolve("gtFine/val").resolve(city));
        }
        refusal(() -> open(folder), "has no file CITY/*_gtFine_labelIds.png");
        Files.delete(folder.resolve("gtFine/val/munster"));
        refusal(() -> open(folder), "has no munster", "unpack");
    }

    @Test
    void picturesThatAreMissing() throws IOException {
        Path root = dataset();
        open(root).requireImages();
        Files.delete(root.resolve("leftImg8bit/val/ashby/" + NAME + "_leftImg8bit.png"));
        refusal(() -> open(root).requireImages(), NAME + "_leftImg8bit.png'; unpack");
        for (CityscapesDataset.Picture picture : open(root).pictures()) {
            if (picture.city().equals("birk")) {
                Files.delete(picture.image());
            }
        }
        refusal(() -> open(root).requireImages(), NAME, "nor any other of the city birk");
        Files.delete(truth(root, "instanceIds.png"));
        refusal(() -> open(root), NAME + "_gtFine_instanceIds.png");
    }

    @Test
    void labelsThatAreMissingBesideInstancesOrAPicture() throws IOException {
        Path root = dataset();
        open(root);
        Files.delete(truth(root, "labelIds.png"));
        refusal(() -> open(root), NAME + "_gtFine_labelIds.png", "unpack");
        Files.delete(truth(root, "instanceIds.png"));
        refusal(() -> open(root), NAME + "_gtFine_labelIds.png", "unpack");
    }

    @Test
    void truthThatHoldsTrainIds() throws IOException {
        Path root = dataset();
        LabelMap labels = LabelFile.read(truth(root, "labelIds.png"));
        byte[] trainIds = new byte[labels.pixels()];
        for (int pixel = 0; pixel < trainIds.length; pixel++) {
            trainIds[pixel] = (byte) CityscapesLabel.all().get(labels.at(pixel)).trainId().orElse(255);
        }
        write(LabelMap.ofBytes(trainIds, labels.height(), labels.width()), truth(root, "labelIds.png"));
        refusal(() -> readFirst(root), NAME + "_gtFine_labelIds.png", "train ids", "_gtFine_labelIds.png of gtFine");
    }

    /// Writes numbers as they are.
    private static void write(LabelMap numbers, Path file) {
        PngFile.writeLabels(numbers, ClassList.generated(256), LabelIds.TRAIN, file);
    }

    @Test
    void truthOfOtherNumbersSizesAndFormats() throws IOException {
        Path root = dataset();
        Path labels = truth(root, "labelIds.png");
        byte[] original = Files.readAllBytes(labels);
        LabelMap map = LabelFile.read(labels);
        byte[] changed = map.bytes().clone();
        changed[7] = 34;
        write(LabelMap.ofBytes(changed, map.height(), map.width()), labels);
        refusal(() -> readFirst(root), "has 34", "0 to 33");
        write(LabelMap.ofBytes(new byte[20], 4, 5), labels);
        refusal(() -> readFirst(root), "4x5", "40x84");
        PngFile.write(RgbImage.ofRgb(new byte[3 * map.pixels()], map.height(), map.width()), labels);
        refusal(() -> readFirst(root), "colours", "grey PNG");
        Files.write(labels, Arrays.copyOf(original, original.length / 2));
        refusal(() -> readFirst(root), NAME, "truncated");
        Files.writeString(labels, "not a picture");
        refusal(() -> readFirst(root), NAME, "no PNG");
        Files.write(labels, original);
        write(LabelMap.ofBytes(new byte[map.pixels()], map.height(), map.width()), truth(root, "instanceIds.png"));
        assertEquals(map.height(), readFirst(root).height(), "that instances say something else is not checked");
        byte[] unknown = new byte[map.pixels()];
        unknown[0] = 99;
        write(LabelMap.ofBytes(unknown, map.height(), map.width()), truth(root, "instanceIds.png"));
        refusal(() -> readFirst(root), "label id 99", "instanceIds.png of gtFine");
    }

    @Test
    void predictionsThatHoldTrainIds() {
        CityscapesDataset dataset = open(Expected.FIXTURES.resolve("cityscapes"));
        CityscapesSemanticScorer scorer = new CityscapesSemanticScorer();
        CityscapesDataset.Picture picture = dataset.pictures().getFirst();
        CityscapesTruth truth = picture.readTruth();
        byte[] trainIds = new byte[truth.labelIds().pixels()];
        for (int pixel = 0; pixel < trainIds.length; pixel++) {
            trainIds[pixel] = (byte) CityscapesLabel.all().get(truth.labelIds().at(pixel)).trainId().orElse(0);
        }
        refusal(() -> scorer.add(picture.name(), LabelMap.ofBytes(trainIds, truth.height(), truth.width()), truth), picture.name(),
                "holds train ids, 0 to 18", "label ids of Cityscapes");
        byte[] unknown = new byte[trainIds.length];
        unknown[3] = (byte) 200;
        refusal(() -> scorer.add(picture.name(), LabelMap.ofBytes(unknown, truth.height(), truth.width()), truth), "has 200", "0 to 33");
        refusal(() -> scorer.add(picture.name(), LabelMap.ofBytes(new byte[20], 4, 5), truth), "4x5", "40x84", "own size");
        assertEquals(0, scorer.scores().counts().pixels(), "nothing of what is refused counts");
    }

    @Test
    void predictionsThatAreAllOfOneLabelAreNoTrainIds() {
        CityscapesDataset.Picture picture = open(Expected.FIXTURES.resolve("cityscapes")).pictures().getFirst();
        CityscapesTruth truth = picture.readTruth();
        CityscapesSemanticScorer scorer = new CityscapesSemanticScorer();
        scorer.add(picture.name(), LabelMap.ofBytes(new byte[truth.labelIds().pixels()], truth.height(), truth.width()), truth);
        assertEquals(truth.labelIds().pixels(), scorer.scores().counts().pixels());
    }

    @Test
    void predictionsThatAreMissingOrDouble() throws IOException {
        Path results = copy("cityscapes-results", folder.resolve("results"));
        CityscapesDataset dataset = open(Expected.FIXTURES.resolve("cityscapes"));
        CityscapesPredictions labels = CityscapesPredictions.open(results.resolve("labels"));
        refusal(() -> CityscapesPredictions.open(folder.resolve("nowhere")), "nowhere");
        refusal(() -> labels.instanceFiles(dataset), NAME + "*.txt", "nor any other of the city ashby, birk");
        refusal(() -> CityscapesPredictions.open(results).labelFiles(dataset), "may both be the label map for '" + NAME + "'");
        refusal(() -> labels.panoptic(dataset), "no cityscapes_panoptic_val.json or panoptic.json");
        Files.delete(results.resolve("labels/" + NAME + "_pred.png"));
        refusal(() -> labels.labelFiles(dataset), "no label map " + NAME + "*.png; predict all pictures");
        Files.move(results.resolve("labels/birk_000001_000022_pred.png"), results.resolve("labels/" + NAME + "_color.png"));
        Files.copy(results.resolve("labels/" + NAME + "_color.png"), results.resolve("labels/" + NAME + "_leftImg8bit.labels.png"));
        refusal(() -> labels.labelFiles(dataset), "no label map birk_000001_000022*.png");
        assertEquals(List.of(results.resolve("labels/" + NAME + "_leftImg8bit.labels.png").toAbsolutePath()),
                labels.labelFiles(dataset.limitedTo(1)), "the label map among a picture's results");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {"a.png 26|has 2 parts", "a.png 26 0.5 x|has 4 parts", "\"\"|has 1 parts",
            "gone.png 26 0.5|not there",
            "../outside.png 26 0.5|outside of", "/etc/passwd 26 0.5|outside of", "a.png car 0.5|'car' for a number",
            "a.png 26 NaN|'NaN' for a number", "a.png 26 1e999|for a number", "a.png 34 0.5|label id 34", "a.png -2 0.5|label id -2"})
    void listsOfObjectsThatAreWrong(String line, String why) throws IOException {
        CityscapesDataset dataset = open(Expected.FIXTURES.resolve("cityscapes"));
        Path results = Files.createDirectory(folder.resolve("results"));
        write(LabelMap.ofBytes(new byte[]{1}, 1, 1), results.resolve("a.png"));
        write(LabelMap.ofBytes(new byte[]{1}, 1, 1), folder.resolve("outside.png"));
        Files.writeString(results.resolve(NAME + "_pred.txt"), "a.png 26 0.5\n" + line + "\n");
        CityscapesPredictions predictions = CityscapesPredictions.open(results);
        Path list = predictions.instanceFiles(dataset.limitedTo(1)).getFirst();
        refusal(() -> predictions.readInstances(list), "line 2 of '", NAME, why);
    }

    @Test
    void objectsOfAnotherSizeOrWithTrainIds() throws IOException {
        CityscapesDataset.Picture picture = open(Expected.FIXTURES.resolve("cityscapes")).pictures().getFirst();
        Path results = Files.createDirectory(folder.resolve("results"));
        write(LabelMap.ofBytes(new byte[]{1}, 1, 1), results.resolve("a.png"));
        Path list = Files.writeString(results.resolve("list.txt"), "a.png 26 0.5\n");
        CityscapesPredictions predictions = CityscapesPredictions.open(results);
        CityscapesInstanceScorer scorer = new CityscapesInstanceScorer();
        refusal(() -> scorer.add(picture.name(), predictions.readInstances(list), picture.readTruth()), "1x1", "own size");
        Path full = results.resolve("full.png");
        write(LabelMap.ofBytes(new byte[picture.readTruth().labelIds().pixels()], picture.readTruth().height(),
                picture.readTruth().width()),
                full);
        Files.writeString(list, "full.png 13 0.5\n");
        refusal(() -> scorer.add(picture.name(), predictions.readInstances(list), picture.readTruth()), "train ids", "24 to 33");
        Files.write(list, new byte[]{(byte) 0xff, ' ', '2'});
        refusal(() -> predictions.readInstances(list), "UTF-8");
    }

    /// cityscapesScripts takes any picture and asks for its luminance.
    @Test
    void masksMayHaveColours() throws IOException {
        Path results = Files.createDirectory(folder.resolve("results"));
        byte[] rgb = {0, 0, 0, (byte) 220, 20, 60, 0, 0, 0, 0, 0, (byte) 142, 0, 0, 1, 0, 0, 0};
        PngFile.write(RgbImage.ofRgb(rgb, 2, 3), results.resolve("a.png"));
        Path list = Files.writeString(results.resolve("list.txt"), "a.png 26 0.5\n");
        Mask expected = Mask.ofNonZero(LabelMap.ofBytes(new byte[]{0, 1, 0, 1, 0, 0}, 2, 3));
        assertEquals(List.of(new CityscapesInstance(26, 0.5, expected)), CityscapesPredictions.open(results).readInstances(list));
    }

    @Test
    void anEmptyMaskIsNoObject() throws IOException {
        CityscapesDataset.Picture picture = open(Expected.FIXTURES.resolve("cityscapes")).pictures().getFirst();
        CityscapesTruth truth = picture.readTruth();
        Path results = Files.createDirectory(folder.resolve("results"));
        write(LabelMap.ofBytes(new byte[truth.labelIds().pixels()], truth.height(), truth.width()), results.resolve("a.png"));
        Path list = Files.writeString(results.resolve("list.txt"), "a.png 26 0.5\n");
        CityscapesInstanceScorer scorer = new CityscapesInstanceScorer();
        scorer.add(picture.name(), CityscapesPredictions.open(results).readInstances(list), truth);
        assertEquals(0, scorer.scores().averagePrecision50());
    }
}
