package dev.maskforge.cli;

import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/// A report as a browser shows it, where there is Chromium.
class ReportInBrowserTest {
    private static final int MARK = 0x12fa56;
    /// The first colour of charts, in light.
    private static final int TINT = 0x3b6ea8;

    @TempDir
    private Path folder;

    private Chromium browser;

    @BeforeEach
    void findBrowser() {
        Optional<Chromium> found = Chromium.find(folder);
        if (found.isEmpty()) {
            System.out.println("report: NOT opened in a browser, there is no Chromium on the path");
        }
        assumeTrue(found.isPresent(), "there is no Chromium on the path, so no report was opened in a browser");
        browser = found.orElseThrow();
    }

    private Path report() throws IOException {
        Path picture = folder.resolve("pictures/64x128/engine/street.png");
        Files.createDirectories(picture.getParent());
        BufferedImage image = new BufferedImage(128, 64, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < 128 * 64; pixel++) {
            image.setRGB(pixel % 128, pixel / 128, MARK);
        }
        PngFile.write(RgbImage.of(image), picture);
        Path page = folder.resolve("report.html");
        Run run = Run.of("report", ReportExample.write(folder.resolve("ours.json"), ReportExample.ours()),
                ReportExample.write(folder.resolve("peers.json"), ReportExample.peers()), "--pictures", folder.resolve("pictures"), "-o",
                page);
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        return page;
    }

    @Test
    void nothingGoesWrongAndAllIsThere() throws Exception {
        Path page = report();
        Chromium.Opened opened = browser.dump(page);
        assertEquals(List.of(), opened.console());
        assertEquals(count("<table", Files.readString(page)), count("<table", opened.out()));
        assertEquals(19, count("<table", opened.out()));
        assertEquals(8, count("<svg", opened.out()));
        assertEquals(1, count("<img", opened.out()));
    }

    @Test
    void picturesAndChartsAreDrawnAtAllWidths() throws Exception {
        Path page = report();
        for (int width : List.of(1280, 390)) {
            Path drawn = folder.resolve(width + ".png");
            assertEquals(List.of(), browser.draw(page, drawn, width, 16000).console());
            BufferedImage image = ImageIO.read(drawn.toFile());
            assertTrue(pixels(image, MARK) > 128 * 64, width + " wide, the picture is not drawn");
            assertTrue(pixels(image, TINT) > 10_000, width + " wide, the charts are not drawn");
        }
    }

    /// Otherwise the tests above could not fail.
    @Test
    void whatGoesWrongIsNoticed() throws Exception {
        Path page = report();
        Files.writeString(page, Files.readString(page).replace("</main>", "<img src=\"https://example.org/x.png\"/></main>"));
        assertFalse(browser.dump(page).console().isEmpty());
    }

    private static long count(String what, String html) {
        return Pattern.compile(Pattern.quote(what) + "\\b").matcher(html).results().count();
    }

    private static int pixels(BufferedImage image, int colour) {
        int count = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                count += (image.getRGB(x, y) & 0xffffff) == colour ? 1 : 0;
            }
        }
        return count;
    }
}
