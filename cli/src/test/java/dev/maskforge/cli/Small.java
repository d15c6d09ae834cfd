package dev.maskforge.cli;

import dev.maskforge.checkpoint.Checkpoints;
import dev.maskforge.checkpoint.Weights;
import dev.maskforge.graph.Tensor;
import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;

/// The small checkpoints and the pictures that come with them (tools/fixtures/README.md).
final class Small {
    private Small() {
    }

    static Path checkpoint(String model) {
        return folder(model).resolve("checkpoint.pkl");
    }

    private static Path folder(String model) {
        return Path.of(System.getProperty("maskforge.fixtures"), "models", model);
    }

    /// A picture of 64x128 pixels.
    static RgbImage picture() {
        try (Weights expected = Checkpoints.open(folder("maskformer-r50").resolve("expected.pkl"))) {
            Tensor images = expected.find("64x128/image").orElseThrow();
            return RgbImage.ofRgb(Arrays.copyOf(images.toBytes(), 64 * 128 * 3), 64, 128);
        }
    }

    static Path png(Path file) {
        PngFile.write(picture(), file);
        return file;
    }

    static Path jpeg(Path file) throws IOException {
        ImageIO.write(picture().toBufferedImage(), "jpg", file.toFile());
        return file;
    }
}
