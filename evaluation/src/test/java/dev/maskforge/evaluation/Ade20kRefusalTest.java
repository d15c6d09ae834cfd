package dev.maskforge.evaluation;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.LabelFile;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.PngFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static dev.maskforge.evaluation.Refusals.copy;
import static dev.maskforge.evaluation.Refusals.refusal;

/// What people get wrong with ADE20K's files is named, with its cure.
class Ade20kRefusalTest {
    private static final String NAME = "ADE_val_00000001";

    @TempDir
    private Path folder;

    /// One less, 255 for 0.
    private static LabelMap trainIds(LabelMap labels) {
        byte[] trainIds = new byte[labels.pixels()];
        for (int pixel = 0; pixel < trainIds.length; pixel++) {
            trainIds[pixel] = (byte) (labels.at(pixel) - 1);
        }
        return LabelMap.ofBytes(trainIds, labels.height(), labels.width());
    }

    @Test
    void trainIdsForLabelIds() {
        Path root = copy("ade20k", folder.resolve("ade20k"));
        Ade20kDataset.Picture picture = Ade20kDataset.open(root, "validation").pictures().stream()
                .filter(each -> each.readTruth().histogram(1)[0] > 0).findFirst().orElseThrow();
        LabelMap truth = picture.readTruth();
        refusal(() -> new Ade20kScorer().add(picture.name(), trainIds(truth), truth), picture.name(), "holds train ids, 0 to 149",
                "label ids of ADE20K");
        PngFile.writeLabels(trainIds(truth), ClassList.generated(256), LabelIds.TRAIN, picture.labels());
        refusal(picture::readTruth, picture.name(), "has 255, so it holds train ids", "annotations");
    }

    @Test
    void filesThatAreMissing() throws IOException {
        Path root = copy("ade20k", folder.resolve("ade20k"));
        Ade20kDataset dataset = Ade20kDataset.open(root, "validation");
        dataset.requireImages();
        Files.delete(dataset.pictures().getFirst().image());
        refusal(dataset::requireImages, NAME + ".jpg'; unpack");
        refusal(() -> Ade20kDataset.open(root, "training"), "annotations/training", "--split");
        refusal(() -> Ade20kDataset.open(folder.resolve("nowhere"), "validation"), "nowhere");
        refusal(() -> dataset.predictions(Files.createDirectory(folder.resolve("empty"))), "no label map " + NAME + "*.png",
                "nor those of 4 more pictures");
    }

    @Test
    void sizesThatDiffer() {
        LabelMap truth = LabelFile.read(Expected.FIXTURES.resolve("ade20k/annotations/validation/" + NAME + ".png"));
        refusal(() -> new Ade20kScorer().add(NAME, LabelMap.ofBytes(new byte[20], 4, 5), truth), "4x5", "36x50");
    }
}
