package dev.maskforge.vision;

import java.util.Arrays;

/// Which pixels of a picture belong to something. It takes at most a bit a pixel, and only within its bounding box.
public final class Mask {
    private final int height;
    private final int width;
    private final Box box;
    private final long area;
    /// Bit `x % 64` of word `(x - firstColumn) / 64` of a row of the box is column `x`.
    private final long[] words;
    private final int wordsPerRow;
    private final int firstColumn;

    private Mask(int height, int width, Box box, long area, long[] words, int wordsPerRow, int firstColumn) {
        this.height = height;
        this.width = width;
        this.box = box;
        this.area = area;
        this.words = words;
        this.wordsPerRow = wordsPerRow;
        this.firstColumn = firstColumn;
    }

    /// The mask of the pixels of a picture that have a number other than 0.
    public static Mask ofNonZero(LabelMap numbers) {
        Drawing drawing = new Drawing(numbers.height(), numbers.width());
        for (int y = 0; y < numbers.height(); y++) {
            for (int x = 0; x < numbers.width(); x++) {
                if (numbers.at(y, x) != 0) {
                    drawing.add(y, x);
                }
            }
        }
        return drawing.finish();
    }

    /// The mask of the pixels whose luminance is not 0: (19595 red + 38470 green + 7471 blue) / 65536, rounded, which is
    /// Pillow's `convert("L")` (ITU-R BT.601). The darkest reds and blues have none.
    public static Mask ofLuminance(RgbImage image) {
        Drawing drawing = new Drawing(image.height(), image.width());
        byte[] samples = image.samples();
        int at = 0;
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++, at += 3) {
                int luminance = 19595 * (samples[at] & 0xff) + 38470 * (samples[at + 1] & 0xff) + 7471 * (samples[at + 2] & 0xff);
                if (luminance >= 1 << 15) {
                    drawing.add(y, x);
                }
            }
        }
        return drawing.finish();
    }

    /// Of the picture.
    public int height() {
        return height;
    }

    /// Of the picture.
    public int width() {
        return width;
    }

    /// How many pixels belong.
    public long area() {
        return area;
    }

    /// The smallest box that holds all pixels that belong.
    public Box box() {
        return box;
    }

    /// Whether the pixel at a row and a column belongs.
    public boolean at(int y, int x) {
        if (y < 0 || y >= height || x < 0 || x >= width) {
            throw new IndexOutOfBoundsException("row " + y + ", column " + x + " of a mask of " + height + "x" + width);
        }
        boolean outside = y < box.y() || y >= box.bottom() || x < box.x() || x >= box.right();
        return !outside && (words[(y - box.y()) * wordsPerRow + (x - firstColumn) / Long.SIZE] >>> x & 1) != 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Mask mask && height == mask.height && width == mask.width && box.equals(mask.box)
                && Arrays.equals(words, mask.words);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * height + width) + Arrays.hashCode(words);
    }

    @Override
    public String toString() {
        return "mask of " + area + " pixels in " + height + "x" + width;
    }

    /// A mask that is being drawn; usable again after [#finish()].
    static final class Drawing {
        private final int height;
        private final int width;
        private final int wordsPerRow;
        private final long[] words;
        private long area;

        Drawing(int height, int width) {
            this.height = height;
            this.width = width;
            this.wordsPerRow = Math.ceilDiv(width, Long.SIZE);
            this.words = new long[Math.multiplyExact(height, wordsPerRow)];
        }

        /// Has the pixel belong.
        void add(int y, int x) {
            int at = y * wordsPerRow + x / Long.SIZE;
            long bit = 1L << x;
            area += (words[at] & bit) == 0 ? 1 : 0;
            words[at] |= bit;
        }

        /// The mask; nothing belongs to the next one yet.
        Mask finish() {
            Box box = box();
            int firstWord = box.x() / Long.SIZE;
            int boxWords = Math.ceilDiv(box.right(), Long.SIZE) - firstWord;
            long[] kept = new long[boxWords * box.height()];
            for (int y = 0; y < box.height(); y++) {
                System.arraycopy(words, (box.y() + y) * wordsPerRow + firstWord, kept, y * boxWords, boxWords);
            }
            Mask mask = new Mask(height, width, box, area, kept, boxWords, firstWord * Long.SIZE);
            Arrays.fill(words, 0);
            area = 0;
            return mask;
        }

        private Box box() {
            long[] anyRow = new long[wordsPerRow];
            int top = height;
            int bottom = 0;
            for (int y = 0; y < height; y++) {
                long any = 0;
                for (int i = 0; i < wordsPerRow; i++) {
                    anyRow[i] |= words[y * wordsPerRow + i];
                    any |= words[y * wordsPerRow + i];
                }
                top = any == 0 ? top : Math.min(top, y);
                bottom = any == 0 ? bottom : y + 1;
            }
            if (bottom == 0) {
                return new Box(0, 0, 0, 0);
            }
            int first = 0;
            while (anyRow[first] == 0) {
                first++;
            }
            int last = wordsPerRow - 1;
            while (anyRow[last] == 0) {
                last--;
            }
            int left = first * Long.SIZE + Long.numberOfTrailingZeros(anyRow[first]);
            int right = (last + 1) * Long.SIZE - Long.numberOfLeadingZeros(anyRow[last]);
            return new Box(left, top, right - left, bottom - top);
        }
    }
}
