package dev.maskforge.vision;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LabelFileTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("labels.png");
    }

    private static int[] read(Path file) {
        return LabelFile.read(file).toInts();
    }

    @Test
    void numbersOf8BitsAreAsTheyWere() {
        LabelMap labels = LabelMap.ofBytes(new byte[]{0, 7, 33, (byte) 255, 18, 1}, 2, 3);
        PngFile.writeLabels(labels, ClassList.generated(256), LabelIds.TRAIN, file());
        assertEquals(labels, LabelFile.read(file()));
    }

    @Test
    void numbersOf16BitsAreAsTheyWere() {
        LabelMap labels = LabelMap.ofShorts(new short[]{0, 26, 26001, (short) 33999, 255, 256}, 3, 2);
        PngFile.writeLabels(labels, ClassList.generated(34_000), LabelIds.TRAIN, file());
        assertEquals(labels, LabelFile.read(file()));
    }

    @Test
    void ofAPaletteTheIndicesCount() throws IOException {
        byte[] shades = {9, 80, 9, (byte) 200};
        BufferedImage picture = new BufferedImage(4, 1, BufferedImage.TYPE_BYTE_BINARY, new IndexColorModel(2, 4, shades, shades, shades));
        picture.getRaster().setPixels(0, 0, 4, 1, new int[]{3, 0, 2, 1});
        ImageIO.write(picture, "png", file().toFile());
        assertArrayEquals(new int[]{3, 0, 2, 1}, read(file()));
    }

    @Test
    void blackAndWhiteIsScaledTo8Bits() throws IOException {
        BufferedImage picture = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_BINARY);
        picture.setRGB(1, 0, 0xffffff);
        ImageIO.write(picture, "png", file().toFile());
        assertTrue(Arrays.stream(read(file())).allMatch(label -> label == 0 || label == 1 || label == 255));
        assertEquals(1, Mask.ofNonZero(LabelFile.read(file())).area());
    }

    @Test
    void masksAreWhereNumbersAreNot0() {
        Mask mask = Mask.ofNonZero(LabelMap.ofBytes(new byte[]{0, 0, 0, 0, 5, (byte) 255}, 2, 3));
        assertEquals(new Box(1, 1, 2, 1), mask.box());
        assertEquals(2, mask.area());
    }

    @Test
    void whatIsNoPictureOfNumbersIsRefused() throws IOException {
        PngFile.write(RgbImage.ofRgb(new byte[18], 2, 3), file());
        assertRefused("colours", "grey PNG of 8 or 16 bits");
        BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
        ImageIO.write(picture, "jpg", file().toFile());
        assertRefused("no PNG", "grey PNG");
        ImageIO.write(picture, "png", file().toFile());
        assertEquals(64, LabelFile.read(file()).pixels());
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            assertRefused("cannot read picture '", "; ");
        }
        Files.write(file(), whole);
        ImageException refusal = assertThrows(ImageException.class, () -> LabelFile.read(file(), new ImageLimits(63)));
        assertTrue(String.valueOf(refusal.getMessage()).contains("more than 63"), refusal.getMessage());
        Files.delete(file());
        assertRefused("no such file", "check its name");
    }

    private void assertRefused(String what, String cure) {
        String message = String.valueOf(assertThrows(ImageException.class, () -> LabelFile.read(file())).getMessage());
        assertTrue(message.contains(what) && message.contains(cure) && !message.contains("\n"), message);
    }
}
