package dev.maskforge.scenes;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.SegmentationClass;
import dev.maskforge.vision.Size;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// [StreetScenes]: the same on every machine, and with everything that belongs on a street.
class StreetScenesTest {
    private static final Size SMALL = new Size(128, 256);
    private static final int OBJECTS = 1000;
    private static final Set<Integer> COUNTED = Set.of(24, 25, 26, 27, 28, 31, 32, 33);

    /// Networks are trained on these pixels: a change of them makes the sample models worthless.
    @ParameterizedTest
    @CsvSource({"0, 128, 256, 9359d903435a6fbb", "1, 128, 256, 1d8d7870e15638e6", "123456789, 96, 160, 7bdb38f4078da165"})
    void givesThePixelsThatNetworksWereTrainedOn(long seed, int height, int width, String hash) throws NoSuchAlgorithmException {
        assertEquals(hash, hash(StreetScenes.generate(seed, new Size(height, width))));
    }

    private static String hash(Scene scene) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(scene.image().samples());
        for (int id : scene.instanceIds().toInts()) {
            digest.update((byte) (id >> 8));
            digest.update((byte) id);
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    @Test
    void seedsDiffer() {
        Size size = new Size(48, 96);
        List<Integer> hashes = IntStream.range(0, 12)
                .mapToObj(seed -> Arrays.hashCode(StreetScenes.generate(seed, size).image().samples())).distinct().toList();
        assertEquals(12, hashes.size());
    }

    @Test
    void everyClassIsInAtLeastATenthOfTheScenes() {
        int scenes = 60;
        // 50 pixels of 256x512.
        int least = 50 * SMALL.height() * SMALL.width() / (256 * 512);
        List<long[]> areas = IntStream.range(0, scenes).parallel()
                .mapToObj(seed -> StreetScenes.generate(seed, SMALL).labelIds().histogram(256)).toList();
        for (SegmentationClass known : ClassList.ofDataset("cityscapes").orElseThrow().classes()) {
            long count = areas.stream().filter(ofScene -> ofScene[known.datasetId()] >= least).count();
            assertTrue(count * 10 >= scenes, () -> known.name() + " is in " + count + " of " + scenes + " scenes");
        }
    }

    @Test
    void objectsHaveNumbersAndAreLargeEnough() {
        List<Scene> scenes = IntStream.range(100, 108).parallel().mapToObj(seed -> StreetScenes.generate(seed, SMALL)).toList();
        int objects = 0;
        for (Scene scene : scenes) {
            LabelMap ids = scene.instanceIds();
            LabelMap labels = scene.labelIds();
            TreeMap<Integer, Integer> areas = new TreeMap<>();
            for (int pixel = 0; pixel < ids.pixels(); pixel++) {
                int id = ids.at(pixel);
                int label = labels.at(pixel);
                assertEquals(label, id < OBJECTS ? id : id / OBJECTS);
                assertEquals(COUNTED.contains(label), id >= OBJECTS, "id " + id);
                areas.merge(id, 1, Integer::sum);
            }
            // 20 pixels of 256x512.
            assertTrue(areas.tailMap(OBJECTS).values().stream().allMatch(area -> area >= 5), areas::toString);
            objects += areas.tailMap(OBJECTS).size();
        }
        assertTrue(objects > scenes.size(), objects + " objects");
    }

    @Test
    void theSameStreetIsShownAtEverySize() {
        IntStream.range(200, 204).parallel().forEach(seed -> {
            LabelMap small = StreetScenes.generate(seed, new Size(64, 128)).labelIds();
            LabelMap large = StreetScenes.generate(seed, new Size(192, 384)).labelIds();
            long same = IntStream.range(0, small.pixels())
                    .filter(pixel -> small.at(pixel) == large.at(3 * (pixel / 128) + 1, 3 * (pixel % 128) + 1)).count();
            // Outlines of things fall into other pixels.
            assertTrue(same > 0.9 * small.pixels(), "seed " + seed + ": " + same + " of " + small.pixels());
        });
    }

    @Test
    void labelsAreCityscapesIds() {
        Set<Integer> known = new TreeSet<>();
        for (Category category : Category.values()) {
            known.add(category.id());
        }
        for (int seed = 300; seed < 306; seed++) {
            for (int label : StreetScenes.generate(seed, new Size(64, 128)).labelIds().toInts()) {
                assertTrue(known.contains(label), "label " + label);
            }
        }
    }
}
