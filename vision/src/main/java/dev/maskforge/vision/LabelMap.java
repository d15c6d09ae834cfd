package dev.maskforge.vision;

import java.util.Arrays;

/// The class of each pixel of a picture, `[height, width]`, rows from top to bottom: the map that segmentation is for.
///
/// Classes are train ids, 0 to 65,535. A map whose classes are all below 256 takes one byte a pixel.
public final class LabelMap {
    private static final byte[] NO_BYTES = {};
    private static final short[] NO_SHORTS = {};

    /// One of the two holds the labels, unsigned; the other is empty.
    private final byte[] bytes;
    private final short[] shorts;
    private final int height;
    private final int width;

    private LabelMap(byte[] bytes, short[] shorts, int height, int width) {
        if (height < 1 || width < 1 || Math.max(bytes.length, shorts.length) != (long) height * width) {
            throw new IllegalArgumentException("a label map of " + height + "x" + width + " pixels takes " + (long) height * width
                    + " labels, not " + Math.max(bytes.length, shorts.length));
        }
        this.bytes = bytes;
        this.shorts = shorts;
        this.height = height;
        this.width = width;
    }

    /// A map of labels 0 to 255, shared, not copied.
    public static LabelMap ofBytes(byte[] labels, int height, int width) {
        return new LabelMap(labels, NO_SHORTS, height, width);
    }

    /// A map of labels 0 to 65,535, unsigned, shared, not copied.
    public static LabelMap ofShorts(short[] labels, int height, int width) {
        return new LabelMap(NO_BYTES, labels, height, width);
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    public int pixels() {
        return height * width;
    }

    /// The label at a row and a column.
    public int at(int y, int x) {
        return at(y * width + x);
    }

    /// The label at a position in row-major order.
    public int at(int pixel) {
        return isBytes() ? bytes[pixel] & 0xff : shorts[pixel] & 0xffff;
    }

    /// Whether labels take one byte each, so that [#bytes()] has them.
    public boolean isBytes() {
        return shorts.length == 0;
    }

    /// The labels as unsigned bytes, shared, not copied.
    ///
    /// @throws IllegalStateException if they take two bytes each
    public byte[] bytes() {
        if (!isBytes()) {
            throw new IllegalStateException("a label map of more than 256 classes has no labels of one byte");
        }
        return bytes;
    }

    /// The labels as unsigned shorts, shared, not copied.
    ///
    /// @throws IllegalStateException if they take one byte each
    short[] shorts() {
        if (isBytes()) {
            throw new IllegalStateException("a label map of bytes has no labels of two bytes");
        }
        return shorts;
    }

    /// The labels, copied.
    public int[] toInts() {
        int[] labels = new int[pixels()];
        Arrays.setAll(labels, this::at);
        return labels;
    }

    /// The number of pixels of each class below `classes`; labels above are not counted.
    public long[] histogram(int classes) {
        long[] counts = new long[classes];
        for (int pixel = 0; pixel < pixels(); pixel++) {
            int label = at(pixel);
            if (label < classes) {
                counts[label]++;
            }
        }
        return counts;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LabelMap map && height == map.height && width == map.width && sameLabels(map);
    }

    private boolean sameLabels(LabelMap other) {
        if (isBytes() == other.isBytes()) {
            return Arrays.equals(bytes, other.bytes) && Arrays.equals(shorts, other.shorts);
        }
        return Arrays.equals(toInts(), other.toInts());
    }

    @Override
    public int hashCode() {
        int hash = 31 * height + width;
        for (int pixel = 0; pixel < pixels(); pixel++) {
            hash = 31 * hash + at(pixel);
        }
        return hash;
    }

    @Override
    public String toString() {
        return "label map " + height + "x" + width;
    }
}
