package dev.maskforge.scenes;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.SegmentationClass;
import dev.maskforge.vision.Size;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/// [CityscapesFolder]: what is written is what Cityscapes' scripts read.
class CityscapesFolderTest {
    private static final long SEED = 7_000_042;
    private static final String NAME = "forge_000007_000042";

    @Test
    void writesFiveFilesAScene(@TempDir Path root) throws IOException {
        Scene scene = StreetScenes.generate(SEED, new Size(64, 128));
        Path picture = CityscapesFolder.of(root, "val").write(scene, SEED);
        assertEquals(root.resolve("leftImg8bit/val/forge/" + NAME + "_leftImg8bit.png"), picture);
        try (Stream<Path> files = Files.walk(root)) {
            assertEquals(List.of("gtFine/val/forge/" + NAME + "_gtFine_color.png", "gtFine/val/forge/" + NAME + "_gtFine_instanceIds.png",
                    "gtFine/val/forge/" + NAME + "_gtFine_labelIds.png", "gtFine/val/forge/" + NAME + "_gtFine_labelTrainIds.png",
                    "leftImg8bit/val/forge/" + NAME + "_leftImg8bit.png"),
                    files.filter(Files::isRegularFile).map(file -> root.relativize(file).toString()).sorted().toList());
        }
        assertArrayEquals(scene.image().samples(), ImageFile.read(picture, ImageLimits.DEFAULT).samples());
        Path truth = root.resolve("gtFine/val/forge");
        BufferedImage labels = grey(truth, "labelIds", DataBuffer.TYPE_BYTE);
        BufferedImage instances = grey(truth, "instanceIds", DataBuffer.TYPE_USHORT);
        BufferedImage trainIds = grey(truth, "labelTrainIds", DataBuffer.TYPE_BYTE);
        RgbImage colours = ImageFile.read(truth.resolve(NAME + "_gtFine_color.png"), ImageLimits.DEFAULT);
        Map<Integer, SegmentationClass> classes = new HashMap<>();
        ClassList.ofDataset("cityscapes").orElseThrow().classes().forEach(known -> classes.put(known.datasetId(), known));
        for (int y = 0; y < 64; y++) {
            for (int x = 0; x < 128; x++) {
                int label = scene.labelIds().at(y, x);
                assertEquals(label, labels.getRaster().getSample(x, y, 0));
                assertEquals(scene.instanceIds().at(y, x), instances.getRaster().getSample(x, y, 0));
                SegmentationClass known = classes.get(label);
                assertEquals(known == null ? 255 : known.trainId(), trainIds.getRaster().getSample(x, y, 0));
                if (known != null) {
                    assertEquals(known.colour().red() << 16 | known.colour().green() << 8 | known.colour().blue(), colours.at(y, x));
                }
            }
        }
    }

    private static BufferedImage grey(Path folder, String kind, int type) throws IOException {
        BufferedImage image = ImageIO.read(folder.resolve(NAME + "_gtFine_" + kind + ".png").toFile());
        assertEquals(type, image.getRaster().getDataBuffer().getDataType());
        assertEquals(1, image.getRaster().getNumBands());
        return image;
    }

    @Test
    void seedsAreInNames() {
        assertEquals("forge_000000_000019", CityscapesFolder.name(19));
        assertEquals("forge_999999_999999", CityscapesFolder.name(CityscapesFolder.LARGEST_SEED));
        assertThrows(IllegalArgumentException.class, () -> CityscapesFolder.name(-1));
        assertThrows(IllegalArgumentException.class, () -> CityscapesFolder.name(CityscapesFolder.LARGEST_SEED + 1));
    }

    @Test
    void aSplitIsNoPath(@TempDir Path root) {
        assertThrows(IllegalArgumentException.class, () -> CityscapesFolder.of(root, "../val"));
    }
}
