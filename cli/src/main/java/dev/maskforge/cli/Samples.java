package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The models that come along, in the distribution's folder `samples`. They read like any other checkpoint.
final class Samples {
    /// Names the folder; the distribution's script sets it.
    static final String FOLDER_PROPERTY = "maskforge.samples";

    private Samples() {
    }

    /// A model that comes along.
    ///
    /// @param name       of its architecture
    /// @param checkpoint a file, or a Hugging Face folder; its name says the task, as the published ones do
    record Model(String name, Path checkpoint) {}

    /// All of them, MaskFormer first.
    ///
    /// @throws MaskforgeException if they are not there
    static List<Model> models() {
        String folder = System.getProperty(FOLDER_PROPERTY);
        if (folder == null || !Files.isDirectory(Path.of(folder))) {
            throw new MaskforgeException("the sample models are not here" + (folder == null ? "" : ": there is no folder '" + folder + "'")
                    + "; start Maskforge by ./maskforge in its sources or by bin/maskforge in its distribution");
        }
        Path models = Folders.fromHere(Path.of(folder)).resolve("models");
        return List.of(new Model("MaskFormer", models.resolve("maskformer-resnet-cityscapes.pkl")),
                new Model("Mask2Former", models.resolve("mask2former-resnet-cityscapes-panoptic")));
    }
}
