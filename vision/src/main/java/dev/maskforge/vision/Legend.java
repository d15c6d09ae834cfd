package dev.maskforge.vision;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// The classes present in a label map, the largest first, laid out in columns below a picture.
final class Legend {
    static final Colour BACKGROUND = new Colour(24, 26, 31);
    private static final Colour TEXT = new Colour(236, 238, 242);
    private static final Colour FRAME = new Colour(150, 154, 163);
    private static final int MOST_ENTRIES = 40;
    private static final int LONGEST_NAME = 32;
    /// Letters are a fiftieth of the picture's width, so that they can be read when the whole picture is on a screen.
    private static final int PICTURE_WIDTH_IN_LETTERS = 50;

    private final List<Entry> entries;
    private final Glyphs glyphs;
    private final int scale;
    private final int columns;
    private final int columnWidth;
    private final int rows;

    private record Entry(Colour colour, String name, String share) {}

    private Legend(List<Entry> entries, int pictureWidth) {
        this.entries = entries;
        int wanted = Math.max(Glyphs.SIZES.getFirst(), pictureWidth / PICTURE_WIDTH_IN_LETTERS);
        int size = Glyphs.SIZES.stream().filter(candidate -> candidate <= wanted).max(Comparator.naturalOrder()).orElseThrow();
        this.glyphs = Glyphs.ofSize(size);
        this.scale = Math.max(1, wanted / size);
        int widest = entries.stream().mapToInt(entry -> glyphs.width(entry.name()) + glyphs.width(entry.share())).max().orElseThrow();
        this.columnWidth = scale * (swatch() + 2 * gap() + widest) + 3 * scale * gap();
        int fitting = Math.max(1, (pictureWidth - scale * gap()) / columnWidth);
        this.rows = Math.ceilDiv(entries.size(), fitting);
        this.columns = Math.ceilDiv(entries.size(), rows);
    }

    /// Something that is present.
    ///
    /// @param pixels how many it has
    record Present(Colour colour, String name, long pixels) {}

    static Legend of(LabelMap labels, ClassList classes) {
        long[] pixels = labels.histogram(classes.size());
        return of(classes.classes().stream()
                .filter(candidate -> pixels[candidate.trainId()] > 0)
                .map(candidate -> new Present(candidate.colour(), candidate.name(), pixels[candidate.trainId()]))
                .toList(), labels);
    }

    /// @param present in the order of their classes
    /// @param labels  of the picture, for its size
    static Legend of(List<Present> present, LabelMap labels) {
        List<Present> largestFirst = present.stream().sorted(Comparator.comparingLong(Present::pixels).reversed()).toList();
        List<Entry> entries = new ArrayList<>();
        for (Present shown : largestFirst.subList(0, Math.min(MOST_ENTRIES, present.size()))) {
            entries.add(new Entry(shown.colour(), shortened(shown.name()), share(shown.pixels(), labels.pixels())));
        }
        if (present.size() > MOST_ENTRIES) {
            long rest = largestFirst.stream().skip(MOST_ENTRIES).mapToLong(Present::pixels).sum();
            entries.add(new Entry(BACKGROUND, (present.size() - MOST_ENTRIES) + " more", share(rest, labels.pixels())));
        }
        return new Legend(entries, labels.width());
    }

    static String shortened(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 2) + "..";
    }

    private static String share(long pixels, long all) {
        double percent = 100.0 * pixels / all;
        return percent < 0.05 ? "< 0.1 %" : String.format(Locale.ROOT, "%.1f %%", percent);
    }

    int height() {
        return scale * (2 * gap() + rows * lineHeight());
    }

    int width() {
        return columns * columnWidth + scale * gap();
    }

    /// Entries go down a column, then to the next.
    void draw(Canvas canvas, int top) {
        for (int i = 0; i < entries.size(); i++) {
            int x = scale * 2 * gap() + i / rows * columnWidth;
            int y = top + scale * (gap() + i % rows * lineHeight());
            drawEntry(entries.get(i), canvas, x, y);
        }
    }

    private void drawEntry(Entry entry, Canvas canvas, int x, int y) {
        int side = scale * swatch();
        int swatchTop = y + scale * (lineHeight() - swatch()) / 2;
        canvas.fill(x, swatchTop, side, side, FRAME, 255);
        canvas.fill(x + scale, swatchTop + scale, side - 2 * scale, side - 2 * scale, entry.colour(), 255);
        int textTop = y + scale * (lineHeight() - glyphs.height()) / 2;
        glyphs.draw(entry.name(), canvas, x + side + scale * gap(), textTop, scale, TEXT);
        int right = x + columnWidth - 3 * scale * gap();
        glyphs.draw(entry.share(), canvas, right - scale * glyphs.width(entry.share()), textTop, scale, TEXT);
    }

    private int gap() {
        return glyphs.height() / 2;
    }

    private int swatch() {
        return glyphs.height() * 4 / 5;
    }

    private int lineHeight() {
        return glyphs.height() * 5 / 4;
    }
}
