package dev.maskforge.cli.page;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/// Pictures that are part of a page.
public final class Picture {
    /// High enough that noise and thin lines stay clean at the size in which pages show them.
    private static final float JPEG_QUALITY = 0.88f;

    private Picture() {
    }

    /// A picture with many colours, as JPEG.
    ///
    /// @param alternative what it shows, for those who do not see it
    public static Element photograph(BufferedImage image, String alternative) {
        return element("jpeg", image, alternative);
    }

    /// A picture of few colours and sharp borders, as PNG.
    ///
    /// @param alternative what it shows, for those who do not see it
    public static Element drawing(BufferedImage image, String alternative) {
        return element("png", image, alternative);
    }

    private static Element element(String format, BufferedImage image, String alternative) {
        return Element.of("img")
                .with("src", "data:image/" + format + ";base64," + Base64.getEncoder().encodeToString(encoded(format, image)))
                .with("width", image.getWidth()).with("height", image.getHeight()).with("alt", alternative);
    }

    private static byte[] encoded(String format, BufferedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            if (format.equals("jpeg")) {
                parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                parameters.setCompressionQuality(JPEG_QUALITY);
            }
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
