package dev.maskforge.cli;

import dev.maskforge.scenes.Scene;
import dev.maskforge.scenes.StreetScenes;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.nio.file.Path;

/// A drawn street and the true class of each of its pixels.
///
/// @param seed     what it was drawn from
/// @param labelIds Cityscapes' ids
/// @param truth    train ids; [#VOID] where a pixel has none of the classes
record SampleScene(long seed, RgbImage image, LabelMap labelIds, LabelMap truth) {
    /// The train id of what is not one of the classes.
    static final int VOID = Scene.VOID;

    static SampleScene draw(long seed, Size size) {
        Scene scene = StreetScenes.generate(seed, size);
        return new SampleScene(seed, scene.image(), scene.labelIds(), scene.labelTrainIds());
    }

    /// What its files are called, without an ending.
    String name() {
        return nameOf(seed);
    }

    static String nameOf(long seed) {
        return "street-" + seed;
    }

    /// Writes the picture and, as Cityscapes' `gtFine_labelIds`, its true labels.
    ///
    /// @throws dev.maskforge.MaskforgeException     if a folder cannot be made
    /// @throws dev.maskforge.vision.ImageException if a file cannot be written
    void write(Path pictures, Path truths) {
        Folders.make(pictures);
        Folders.make(truths);
        PngFile.write(image, picture(pictures));
        PngFile.writeGrey(labelIds, truths.resolve(name() + ".labels.png"));
    }

    /// Where the picture lies in a folder of them.
    Path picture(Path pictures) {
        return pictures.resolve(name() + ".png");
    }
}
