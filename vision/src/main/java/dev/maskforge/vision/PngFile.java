package dev.maskforge.vision;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.nio.file.Path;
import java.util.Iterator;

import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/// Writes pictures, label maps, segments and masks as PNG files, whole or not at all.
public final class PngFile {
    private static final int[] ONE_BAND = {0};

    private PngFile() {
    }

    /// Writes a picture, 8 bits of red, green and blue.
    ///
    /// @throws ImageException if the file cannot be written
    public static void write(RgbImage image, Path path) {
        encode(JdkCodecs.over(image.samples(), image.height(), image.width()), path);
    }

    /// Writes the classes as numbers: one grey sample a pixel, of 8 bits where all ids of the list are below 256, else of
    /// 16.
    ///
    /// @throws IllegalArgumentException if a label has no class in the list
    /// @throws ImageException           if the file cannot be written
    public static void writeLabels(LabelMap labels, ClassList classes, LabelIds ids, Path path) {
        int[] table = classes.classes().stream().mapToInt(ids::of).toArray();
        int highest = 0;
        for (int id : table) {
            highest = Math.max(highest, id);
        }
        requireClasses(labels, classes);
        if (highest < 256) {
            byte[] samples = new byte[labels.pixels()];
            for (int pixel = 0; pixel < samples.length; pixel++) {
                samples[pixel] = (byte) table[labels.at(pixel)];
            }
            encode(image(bytes(samples, labels.height(), labels.width()), grey(DataBuffer.TYPE_BYTE)), path);
            return;
        }
        short[] samples = new short[labels.pixels()];
        for (int pixel = 0; pixel < samples.length; pixel++) {
            samples[pixel] = (short) table[labels.at(pixel)];
        }
        encode(shorts(samples, labels.height(), labels.width()), path);
    }

    /// Writes numbers as they are: one grey sample a pixel, of 8 bits where the map has bytes, else of 16.
    ///
    /// @throws ImageException if the file cannot be written
    public static void writeGrey(LabelMap numbers, Path path) {
        encode(numbers.isBytes()
                ? image(bytes(numbers.bytes(), numbers.height(), numbers.width()), grey(DataBuffer.TYPE_BYTE))
                : shorts(numbers.shorts(), numbers.height(), numbers.width()), path);
    }

    /// Writes the segments as COCO does: a picture whose red + 256 · green + 65536 · blue is the id, 0 where it is void.
    ///
    /// @throws ImageException if the file cannot be written
    public static void writeSegments(PanopticSegmentation segmentation, Path path) {
        byte[] rgb = new byte[Math.multiplyExact(3, segmentation.pixels())];
        for (int pixel = 0; pixel < segmentation.pixels(); pixel++) {
            int id = segmentation.idAt(pixel);
            rgb[3 * pixel] = (byte) id;
            rgb[3 * pixel + 1] = (byte) (id >> 8);
            rgb[3 * pixel + 2] = (byte) (id >> 16);
        }
        write(RgbImage.ofRgb(rgb, segmentation.height(), segmentation.width()), path);
    }

    /// Writes a mask: one grey sample of 8 bits a pixel, 255 where it belongs, else 0.
    ///
    /// @throws ImageException if the file cannot be written
    public static void writeMask(Mask mask, Path path) {
        byte[] samples = new byte[Math.multiplyExact(mask.height(), mask.width())];
        Box box = mask.box();
        for (int y = box.y(); y < box.bottom(); y++) {
            for (int x = box.x(); x < box.right(); x++) {
                samples[y * mask.width() + x] = (byte) (mask.at(y, x) ? 255 : 0);
            }
        }
        encode(image(bytes(samples, mask.height(), mask.width()), grey(DataBuffer.TYPE_BYTE)), path);
    }

    /// Writes the classes in their colours: with a palette up to 256 classes, else as a picture.
    ///
    /// @throws IllegalArgumentException if a label has no class in the list
    /// @throws ImageException           if the file cannot be written
    public static void writeColours(LabelMap labels, ClassList classes, Path path) {
        requireClasses(labels, classes);
        if (classes.size() > 256 || !labels.isBytes()) {
            write(coloured(labels, classes), path);
            return;
        }
        byte[] red = new byte[classes.size()];
        byte[] green = new byte[classes.size()];
        byte[] blue = new byte[classes.size()];
        for (int i = 0; i < classes.size(); i++) {
            Colour colour = classes.get(i).colour();
            red[i] = (byte) colour.red();
            green[i] = (byte) colour.green();
            blue[i] = (byte) colour.blue();
        }
        encode(image(bytes(labels.bytes(), labels.height(), labels.width()), new IndexColorModel(8, classes.size(), red, green, blue)),
                path);
    }

    private static RgbImage coloured(LabelMap labels, ClassList classes) {
        byte[] rgb = new byte[Math.multiplyExact(3, labels.pixels())];
        for (int pixel = 0; pixel < labels.pixels(); pixel++) {
            Colour colour = classes.get(labels.at(pixel)).colour();
            rgb[3 * pixel] = (byte) colour.red();
            rgb[3 * pixel + 1] = (byte) colour.green();
            rgb[3 * pixel + 2] = (byte) colour.blue();
        }
        return RgbImage.ofRgb(rgb, labels.height(), labels.width());
    }

    static void requireClasses(LabelMap labels, ClassList classes) {
        for (int pixel = 0; pixel < labels.pixels(); pixel++) {
            if (labels.at(pixel) >= classes.size()) {
                throw new IllegalArgumentException("label " + labels.at(pixel) + " has no class in the list of " + classes.dataset()
                        + ", which has " + classes.size());
            }
        }
    }

    private static WritableRaster bytes(byte[] samples, int height, int width) {
        return Raster.createInterleavedRaster(new DataBufferByte(samples, samples.length), width, height, width, 1, ONE_BAND, null);
    }

    private static BufferedImage shorts(short[] samples, int height, int width) {
        WritableRaster raster = Raster.createInterleavedRaster(new DataBufferUShort(samples, samples.length), width, height, width, 1,
                ONE_BAND, null);
        return image(raster, grey(DataBuffer.TYPE_USHORT));
    }

    private static ColorModel grey(int dataType) {
        return new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_GRAY), false, false, Transparency.OPAQUE, dataType);
    }

    private static BufferedImage image(WritableRaster raster, ColorModel model) {
        return new BufferedImage(model, raster, false, null);
    }

    private static void encode(BufferedImage image, Path path) {
        ImageWriter writer = writer();
        try {
            AtomicFile.write(path, output -> {
                try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(output)) {
                    writer.setOutput(stream);
                    writer.write(image);
                }
            });
        } finally {
            writer.dispose();
        }
    }

    private static ImageWriter writer() {
        for (Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("png"); writers.hasNext();) {
            ImageWriter writer = writers.next();
            if (writer.getClass().getName().startsWith(JdkCodecs.PACKAGE)) {
                return writer;
            }
        }
        throw new IllegalStateException("this Java has no PNG encoder: it needs the module java.desktop");
    }
}
