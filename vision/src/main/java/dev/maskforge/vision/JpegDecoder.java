package dev.maskforge.vision;

import java.awt.image.Raster;
import java.io.IOException;
import java.util.function.Consumer;

import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;

/// JPEG through the JDK's decoder, which is libjpeg with its slow integer transform, as Pillow's is: grey, YCbCr and RGB
/// come out byte for byte equal. The JDK leaves CMYK and YCCK as they are stored; Pillow's conversion of them is done here.
final class JpegDecoder {
    private static final System.Logger LOG = System.getLogger(JpegDecoder.class.getName());

    private JpegDecoder() {
    }

    static RgbImage decode(ImageSource source, ImageLimits limits) throws IOException {
        JpegStructure structure = JpegStructure.read(source, limits);
        ImageReader reader = JdkCodecs.reader("jpeg");
        reader.addIIOReadWarningListener(warnings(source));
        try {
            return ExifOrientation.apply(structure.orientation(), pixels(structure, reader));
        } finally {
            reader.dispose();
        }
    }

    private static IIOReadWarningListener warnings(ImageSource source) {
        return (reader, warning) -> LOG.log(System.Logger.Level.WARNING,
                () -> "picture '" + ImageSource.oneLine(source.path().toString()) + "': " + ImageSource.oneLine(warning));
    }

    private static RgbImage pixels(JpegStructure structure, ImageReader reader) throws IOException {
        int height = structure.height();
        int width = structure.width();
        byte[] rgb = new byte[3 * height * width];
        boolean decoderConverts = structure.colours() == JpegStructure.Colours.YCBCR && !structure.hasRowPairsOfChroma();
        try (SlicedImageInputStream stream = structure.stream(decoderConverts ? 1 : 0)) {
            reader.setInput(stream, true, true);
            switch (structure.colours()) {
                case YCBCR -> {
                    threeComponents(reader, rgb, height, width);
                    if (!decoderConverts) {
                        YccConversion.interpolateRowPairs(rgb, height, width);
                    }
                }
                case RGB -> threeComponents(reader, rgb, height, width);
                case GREY -> grey(reader.readRaster(0, null), rgb);
                case CMYK -> fourComponents(reader.readRaster(0, null), rgb, row -> {
                });
                case YCCK -> fourComponents(reader.readRaster(0, null), rgb, JpegDecoder::yccToCmy);
            }
        }
        return RgbImage.ofRgb(rgb, height, width);
    }

    private static void threeComponents(ImageReader reader, byte[] samples, int height, int width) throws IOException {
        ImageReadParam parameters = reader.getDefaultReadParam();
        parameters.setDestination(JdkCodecs.over(samples, height, width));
        reader.read(0, parameters);
    }

    private static void grey(Raster raster, byte[] rgb) {
        int width = raster.getWidth();
        int[] row = new int[width];
        int at = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++, at += 3) {
                byte level = (byte) row[x];
                rgb[at] = level;
                rgb[at + 1] = level;
                rgb[at + 2] = level;
            }
        }
    }

    /// As Pillow takes Adobe's convention: stored inks are inverted, 255 is none. With c, m, y, k the inks, red is
    /// (255 - k) - c (255 - k) / 255.
    ///
    /// @param toInks makes a row of stored inks of what the file has
    private static void fourComponents(Raster raster, byte[] rgb, Consumer<int[]> toInks) {
        int width = raster.getWidth();
        int[] row = new int[4 * width];
        int at = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            toInks.accept(row);
            for (int x = 0; x < row.length; x += 4, at += 3) {
                int white = row[x + 3];
                for (int channel = 0; channel < 3; channel++) {
                    rgb[at + channel] = (byte) Inks.remaining(255 - row[x + channel], white);
                }
            }
        }
    }

    /// libjpeg's YCCK to CMYK: the inks are 255 minus red, green and blue.
    private static void yccToCmy(int[] row) {
        for (int x = 0; x < row.length; x += 4) {
            int luma = row[x];
            int blueChroma = row[x + 1];
            int redChroma = row[x + 2];
            row[x] = 255 - YccConversion.red(luma, redChroma);
            row[x + 1] = 255 - YccConversion.green(luma, blueChroma, redChroma);
            row[x + 2] = 255 - YccConversion.blue(luma, blueChroma);
        }
    }
}
