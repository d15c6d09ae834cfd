package dev.maskforge.vision;

import dev.maskforge.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where two label maps of a picture differ, for people to look at: the picture dark and grey, the pixels that differ in
/// bright colours, with a halo so that single ones are seen when the whole picture is on a screen, and below a legend with
/// their share of the pixels.
public final class Difference {
    private static final Colour CLEAR = new Colour(255, 64, 48);
    private static final Colour UNCLEAR = new Colour(255, 208, 64);
    private static final Colour AGREES = new Colour(70, 74, 80);
    /// Of 255; below it, so that the picture is seen through where all differs.
    private static final int OPACITY = 215;
    private static final int HALO_OPACITY = 110;
    /// Shorter sides of up to so many pixels have a halo of one pixel; twice as long ones, of two.
    private static final double PIXELS_PER_HALO = 250;
    private static final double DIMMING = 0.4;

    /// Kinds of pixels; where halos overlap, the higher is seen.
    private static final byte SAME = 0;
    private static final byte DIFFERS_UNCLEARLY = 1;
    private static final byte DIFFERS_CLEARLY = 2;

    private Difference() {
    }

    /// Draws the picture.
    ///
    /// @param margins float32 `[height, width]`, how sure the first map is of each pixel, if that is known
    /// @param clear   above which margin a pixel is clear; the others have a colour of their own
    /// @throws IllegalArgumentException if picture, maps and margins differ in size
    public static RgbImage draw(RgbImage picture, LabelMap reference, LabelMap other, Optional<Tensor> margins, double clear) {
        int height = picture.height();
        int width = picture.width();
        if (reference.height() != height || reference.width() != width || other.height() != height || other.width() != width) {
            throw new IllegalArgumentException("the " + reference + " and the " + other + " are not both of the " + picture);
        }
        float[] sureness = margins.map(Tensor::toFloats).orElse(new float[0]);
        if (margins.isPresent() && sureness.length != height * width) {
            throw new IllegalArgumentException("the margins " + margins.get() + " are not of the " + picture);
        }
        byte[] kinds = new byte[height * width];
        int[] counts = new int[3];
        for (int pixel = 0; pixel < kinds.length; pixel++) {
            boolean isUnclear = sureness.length > 0 && !(sureness[pixel] > clear);
            byte kind = reference.at(pixel) == other.at(pixel) ? SAME : isUnclear ? DIFFERS_UNCLEARLY : DIFFERS_CLEARLY;
            kinds[pixel] = kind;
            counts[kind]++;
        }
        Legend legend = Legend.of(present(counts, margins.isPresent()), reference);
        Canvas canvas = Overlay.canvas(dimmed(picture), legend);
        paint(canvas, kinds, height, width);
        legend.draw(canvas, height);
        return canvas.image();
    }

    private static List<Legend.Present> present(int[] counts, boolean hasMargins) {
        List<Legend.Present> present = new ArrayList<>();
        add(present, AGREES, "same class", counts[SAME]);
        add(present, UNCLEAR, "differs, reference unsure", counts[DIFFERS_UNCLEARLY]);
        add(present, CLEAR, hasMargins ? "differs, reference sure" : "differs", counts[DIFFERS_CLEARLY]);
        return present;
    }

    private static void add(List<Legend.Present> present, Colour colour, String name, int pixels) {
        if (pixels > 0) {
            present.add(new Legend.Present(colour, name, pixels));
        }
    }

    /// Grey by ITU-R BT.601, darker.
    private static RgbImage dimmed(RgbImage picture) {
        byte[] samples = picture.samples();
        byte[] dark = new byte[samples.length];
        for (int at = 0; at < samples.length; at += 3) {
            double luma = 0.299 * (samples[at] & 0xff) + 0.587 * (samples[at + 1] & 0xff) + 0.114 * (samples[at + 2] & 0xff);
            byte grey = (byte) Math.round(DIMMING * luma);
            dark[at] = grey;
            dark[at + 1] = grey;
            dark[at + 2] = grey;
        }
        return RgbImage.ofRgb(dark, picture.height(), picture.width());
    }

    private static void paint(Canvas canvas, byte[] kinds, int height, int width) {
        int halo = Math.max(1, (int) Math.round(Math.min(height, width) / PIXELS_PER_HALO));
        byte[] around = spread(kinds, height, width, halo);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int pixel = y * width + x;
                if (kinds[pixel] > 0) {
                    canvas.fill(x, y, 1, 1, colour(kinds[pixel]), OPACITY);
                } else if (around[pixel] > 0) {
                    canvas.fill(x, y, 1, 1, colour(around[pixel]), HALO_OPACITY);
                }
            }
        }
    }

    private static Colour colour(int kind) {
        return kind == DIFFERS_CLEARLY ? CLEAR : UNCLEAR;
    }

    /// The largest within a square of `2 · radius + 1` pixels a side, along rows, then along columns.
    private static byte[] spread(byte[] kinds, int height, int width, int radius) {
        byte[] alongRows = new byte[kinds.length];
        byte[] spread = new byte[kinds.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int near = Math.max(0, x - radius); near <= Math.min(width - 1, x + radius); near++) {
                    alongRows[y * width + x] = (byte) Math.max(alongRows[y * width + x], kinds[y * width + near]);
                }
            }
        }
        for (int y = 0; y < height; y++) {
            for (int near = Math.max(0, y - radius); near <= Math.min(height - 1, y + radius); near++) {
                for (int x = 0; x < width; x++) {
                    spread[y * width + x] = (byte) Math.max(spread[y * width + x], alongRows[near * width + x]);
                }
            }
        }
        return spread;
    }
}
