package dev.maskforge.vision;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What belongs is what Pillow 12.3's `numpy.array(Image.open(file).convert("L")) != 0` says of pictures of the same pixels.
class MaskFileTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("mask.png");
    }

    /// A digit a pixel of the only row.
    private String read() {
        Mask mask = MaskFile.read(file());
        return IntStream.range(0, mask.width()).mapToObj(x -> mask.at(0, x) ? "1" : "0").reduce("", String::concat);
    }

    @Test
    void ofGreyAllButBlackBelongs() {
        PngFile.writeGrey(LabelMap.ofBytes(new byte[]{0, 1, (byte) 255, 0, 127}, 1, 5), file());
        assertEquals("01101", read());
    }

    @Test
    void of16BitsBothBytesCount() {
        PngFile.writeGrey(LabelMap.ofShorts(new short[]{0, 1, 255, 256, -1, 127, 128}, 1, 7), file());
        assertEquals("0111111", read());
    }

    @Test
    void ofColoursTheLuminanceCounts() {
        PngFile.write(RgbImage.ofRgb(new byte[]{0, 0, 1, 0, 0, 4, 0, 0, 5, 1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, (byte) 220, 20, 60}, 1, 8),
                file());
        assertEquals("00101101", read());
    }

    @Test
    void ofAPaletteTheColoursCount() throws IOException {
        byte[] redAndGreen = {9, 0, 0, 0};
        byte[] blue = {9, 0, 3, (byte) 255};
        BufferedImage picture = new BufferedImage(4, 1, BufferedImage.TYPE_BYTE_BINARY,
                new IndexColorModel(2, 4, redAndGreen, redAndGreen, blue));
        picture.getRaster().setPixels(0, 0, 4, 1, new int[]{0, 1, 2, 3});
        ImageIO.write(picture, "png", file().toFile());
        assertEquals("1001", read());
    }

    @Test
    void transparencyDoesNotCount() throws IOException {
        BufferedImage picture = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        picture.getRaster().setPixels(0, 0, 3, 1, new int[]{0, 0, 0, 255, 9, 9, 9, 0, 0, 0, 0, 0});
        ImageIO.write(picture, "png", file().toFile());
        assertEquals("010", read());
    }

    @Test
    void otherFormatsAreRead() throws IOException {
        BufferedImage picture = new BufferedImage(3, 1, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(2, 0, 0xffffff);
        ImageIO.write(picture, "bmp", file().toFile());
        assertEquals("001", read());
    }

    @Test
    void whatIsNoPictureIsRefused() throws IOException {
        PngFile.write(RgbImage.ofRgb(new byte[30], 2, 5), file());
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            String message = String.valueOf(assertThrows(ImageException.class, () -> MaskFile.read(file())).getMessage());
            assertTrue(message.contains("mask.png"), message);
        }
    }
}
