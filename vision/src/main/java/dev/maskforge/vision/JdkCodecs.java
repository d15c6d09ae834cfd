package dev.maskforge.vision;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.util.Iterator;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;

/// The JDK's own decoders, also where an application has registered others, whose pixels might differ.
final class JdkCodecs {
    static final String PACKAGE = "com.sun.imageio.plugins.";

    private JdkCodecs() {
    }

    static ImageReader reader(String format) {
        for (Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format); readers.hasNext();) {
            ImageReader reader = readers.next();
            if (reader.getClass().getName().startsWith(PACKAGE)) {
                return reader;
            }
        }
        throw new IllegalStateException("this Java has no " + format + " decoder: it needs the module java.desktop");
    }

    /// An image over these samples, so that a decoder writes them where they are wanted.
    static BufferedImage over(byte[] rgb, int height, int width) {
        WritableRaster raster = Raster.createInterleavedRaster(new DataBufferByte(rgb, rgb.length), width, height, 3 * width, 3,
                new int[]{0, 1, 2}, null);
        ComponentColorModel model = new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false,
                Transparency.OPAQUE, DataBuffer.TYPE_BYTE);
        return new BufferedImage(model, raster, false, null);
    }
}
