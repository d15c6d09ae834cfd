package dev.maskforge.vision;

import java.util.List;
import java.util.Optional;

/// A picture with its classes laid over it, for people to look at: each class in its colour, a thin line, dark on one side
/// and light on the other, where classes meet, and below a legend of the classes present with their share of the pixels.
public final class Overlay {
    /// Of 255; below half, so that the picture stays readable.
    private static final int CLASS_OPACITY = 125;
    private static final int LIGHT_OPACITY = 190;
    private static final int DARK_OPACITY = 130;
    private static final Colour LIGHT = new Colour(255, 255, 255);
    private static final Colour DARK = new Colour(0, 0, 0);
    /// Shorter sides up to so many pixels have lines of one pixel; twice as long ones, of two.
    private static final double PIXELS_PER_LINE = 1100;

    private Overlay() {
    }

    /// The picture with its classes; higher than the picture by the legend, and wider only where the legend needs it.
    ///
    /// @throws IllegalArgumentException if picture and map differ in size, or a label has no class in the list
    public static RgbImage draw(RgbImage picture, LabelMap labels, ClassList classes) {
        if (picture.height() != labels.height() || picture.width() != labels.width()) {
            throw new IllegalArgumentException("the " + labels + " is not of the " + picture);
        }
        PngFile.requireClasses(labels, classes);
        Legend legend = Legend.of(labels, classes);
        Canvas canvas = canvas(picture, legend);
        tint(canvas, labels, classes.classes().stream().map(shown -> Optional.of(shown.colour())).toList());
        drawContours(canvas, labels);
        legend.draw(canvas, picture.height());
        return canvas.image();
    }

    /// The picture, with room for the legend below.
    static Canvas canvas(RgbImage picture, Legend legend) {
        Canvas canvas = new Canvas(picture.height() + legend.height(), Math.max(picture.width(), legend.width()), Legend.BACKGROUND);
        canvas.put(picture);
        return canvas;
    }

    /// Lays its colour over each pixel.
    ///
    /// @param colours by label; none leaves the picture as it is
    static void tint(Canvas canvas, LabelMap labels, List<Optional<Colour>> colours) {
        for (int y = 0; y < labels.height(); y++) {
            for (int x = 0; x < labels.width(); x++) {
                Optional<Colour> colour = colours.get(labels.at(y, x));
                if (colour.isPresent()) {
                    canvas.fill(x, y, 1, 1, colour.get(), CLASS_OPACITY);
                }
            }
        }
    }

    /// Of the two pixels on both sides of a border, the one to the left or above gets the light line, the other the dark.
    static void drawContours(Canvas canvas, LabelMap labels) {
        int height = labels.height();
        int width = labels.width();
        int thickness = Math.max(1, (int) Math.round(Math.min(height, width) / PIXELS_PER_LINE));
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (differsWithin(labels, y, x, thickness)) {
                    canvas.fill(x, y, 1, 1, LIGHT, LIGHT_OPACITY);
                } else if (differsWithin(labels, y, x, -thickness)) {
                    canvas.fill(x, y, 1, 1, DARK, DARK_OPACITY);
                }
            }
        }
    }

    /// Whether another class begins at most `distance` pixels to the right or below, or, if negative, to the left or above.
    private static boolean differsWithin(LabelMap labels, int y, int x, int distance) {
        int label = labels.at(y, x);
        int step = Integer.signum(distance);
        for (int offset = step; offset != distance + step; offset += step) {
            boolean rowDiffers = x + offset >= 0 && x + offset < labels.width() && labels.at(y, x + offset) != label;
            boolean columnDiffers = y + offset >= 0 && y + offset < labels.height() && labels.at(y + offset, x) != label;
            if (rowDiffers || columnDiffers) {
                return true;
            }
        }
        return false;
    }
}
