package dev.maskforge.scenes;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.SegmentationClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// Writes scenes as Cityscapes lays out its pictures (cityscapesScripts, README): `leftImg8bit/SPLIT/CITY` has the
/// pictures, `gtFine/SPLIT/CITY` class ids, ids of single objects, train ids and colours. The city is called `forge`, and
/// the seed is in a file's name: seed 1234567 is `forge_000001_234567`.
public final class CityscapesFolder {
    private static final String CITY = "forge";
    /// The largest seed that a file's name has room for.
    public static final long LARGEST_SEED = 999_999_999_999L;

    private final Path pictures;
    private final Path truth;
    private final int[] colours = new int[256];

    private CityscapesFolder(Path pictures, Path truth) {
        this.pictures = pictures;
        this.truth = truth;
        for (SegmentationClass known : ClassList.ofDataset("cityscapes").orElseThrow().classes()) {
            colours[known.datasetId()] = known.colour().red() << 16 | known.colour().green() << 8 | known.colour().blue();
        }
        // Of cityscapesScripts' labels.py: rails, which are not among the classes that are scored.
        colours[Category.RAIL_TRACK.id()] = 0xe6968c;
    }

    /// The folders of a split, made if they are missing.
    ///
    /// @param split such as `train` or `val`: letters, digits, `_` and `-`
    /// @throws ImageException if they cannot be made
    public static CityscapesFolder of(Path root, String split) {
        if (!split.matches("[A-Za-z0-9_-]+")) {
            throw new IllegalArgumentException("a split's name has letters, digits, '_' and '-' only, not '" + split + "'");
        }
        return new CityscapesFolder(made(root.resolve("leftImg8bit").resolve(split).resolve(CITY)),
                made(root.resolve("gtFine").resolve(split).resolve(CITY)));
    }

    private static Path made(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ImageException("cannot make the directory '" + folder + "': " + e.getMessage() + "; choose another one", e);
        }
    }

    /// Writes the five files of a scene, the picture last, so that one that is there has its truth.
    ///
    /// @param seed 0 to 999999999999
    /// @return the picture's file
    /// @throws ImageException if a file cannot be written
    public Path write(Scene scene, long seed) {
        String name = name(seed);
        LabelMap ids = scene.labelIds();
        write(ids, name, "labelIds");
        write(scene.instanceIds(), name, "instanceIds");
        write(scene.labelTrainIds(), name, "labelTrainIds");
        PngFile.write(coloured(ids), truth.resolve(name + "_gtFine_color.png"));
        Path picture = pictures.resolve(name + "_leftImg8bit.png");
        PngFile.write(scene.image(), picture);
        return picture;
    }

    /// What the files of a seed's scene begin with.
    static String name(long seed) {
        if (seed < 0 || seed > LARGEST_SEED) {
            throw new IllegalArgumentException("a seed in a file's name is 0 to " + LARGEST_SEED + ", not " + seed);
        }
        return String.format(Locale.ROOT, "%s_%06d_%06d", CITY, seed / 1_000_000, seed % 1_000_000);
    }

    private void write(LabelMap map, String name, String kind) {
        PngFile.writeGrey(map, truth.resolve(name + "_gtFine_" + kind + ".png"));
    }

    private RgbImage coloured(LabelMap ids) {
        byte[] rgb = new byte[3 * ids.pixels()];
        for (int pixel = 0; pixel < ids.pixels(); pixel++) {
            int colour = colours[ids.at(pixel)];
            rgb[3 * pixel] = (byte) (colour >> 16);
            rgb[3 * pixel + 1] = (byte) (colour >> 8);
            rgb[3 * pixel + 2] = (byte) colour;
        }
        return RgbImage.ofRgb(rgb, ids.height(), ids.width());
    }
}
