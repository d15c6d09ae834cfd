package dev.maskforge.cli;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.Colour;
import dev.maskforge.vision.LabelMap;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;

/// Label maps in the colours of their classes.
final class ClassPicture {
    /// Of pixels that have none of the classes.
    static final Colour VOID = new Colour(24, 26, 31);

    private ClassPicture() {
    }

    /// A picture with a palette.
    ///
    /// @param labels train ids of one byte, [SampleScene#VOID] where there is none
    static BufferedImage of(LabelMap labels, ClassList classes) {
        byte[] red = new byte[classes.size() + 1];
        byte[] green = new byte[classes.size() + 1];
        byte[] blue = new byte[classes.size() + 1];
        for (int i = 0; i < red.length; i++) {
            Colour colour = i < classes.size() ? classes.get(i).colour() : VOID;
            red[i] = (byte) colour.red();
            green[i] = (byte) colour.green();
            blue[i] = (byte) colour.blue();
        }
        IndexColorModel palette = new IndexColorModel(8, red.length, red, green, blue);
        BufferedImage image = new BufferedImage(labels.width(), labels.height(), BufferedImage.TYPE_BYTE_INDEXED, palette);
        for (int y = 0; y < labels.height(); y++) {
            for (int x = 0; x < labels.width(); x++) {
                image.getRaster().setSample(x, y, 0, Math.min(labels.at(y, x), classes.size()));
            }
        }
        return image;
    }
}
