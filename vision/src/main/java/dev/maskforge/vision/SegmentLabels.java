package dev.maskforge.vision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Names inside segments, each on a dark plate so that it can be read on any picture, at the place that is farthest from
/// the segment's border, for text that is wider than high. A name that finds no room is left out.
final class SegmentLabels {
    private static final Colour PLATE = new Colour(16, 17, 20);
    private static final int PLATE_OPACITY = 175;
    private static final Colour TEXT = new Colour(255, 255, 255);
    /// Letters are a ninetieth of the picture's width, smaller than the legend's.
    private static final int PICTURE_WIDTH_IN_LETTERS = 90;
    /// How much wider than high the room for a name is taken to be.
    private static final int ASPECT = 4;
    /// Which part of a plate's half width has to be inside the segment.
    private static final double INSIDE = 0.4;
    /// Which part of a segment a plate may hide.
    private static final double HIDDEN = 0.5;

    private final PanopticSegmentation segmentation;
    private final List<Label> labels = new ArrayList<>();

    private record Label(Segment segment, Colour colour, List<String> texts) {}

    /// A text and where its plate is.
    private record Plate(String text, Lettering lettering, Box box) {
        boolean overlaps(Plate other) {
            return box.x() < other.box.right() && other.box.x() < box.right() && box.y() < other.box.bottom()
                    && other.box.y() < box.bottom();
        }
    }

    SegmentLabels(PanopticSegmentation segmentation) {
        this.segmentation = segmentation;
    }

    /// @param texts what to write, in order of preference: the first that fits
    void add(Segment segment, Colour colour, List<String> texts) {
        labels.add(new Label(segment, colour, texts));
    }

    /// The largest segment first, which keeps its place.
    void draw(Canvas canvas) {
        Places places = new Places(segmentation);
        List<Plate> drawn = new ArrayList<>();
        List<Lettering> letterings = Lettering.upTo(Math.max(Glyphs.SIZES.getFirst(), segmentation.width() / PICTURE_WIDTH_IN_LETTERS));
        for (Label label : labels.stream().sorted(Comparator.comparingLong((Label label) -> label.segment().area()).reversed()).toList()) {
            plate(label, letterings, places)
                    .filter(plate -> drawn.stream().noneMatch(plate::overlaps))
                    .ifPresent(plate -> {
                        draw(plate, label.colour(), canvas);
                        drawn.add(plate);
                    });
        }
    }

    private Optional<Plate> plate(Label label, List<Lettering> letterings, Places places) {
        int id = label.segment().id();
        for (Lettering lettering : letterings) {
            for (String text : label.texts()) {
                int width = lettering.width(text) + 3 * lettering.gap();
                int height = lettering.height();
                boolean fits = places.halfWidth(id) >= INSIDE * Math.max(width / 2.0, height * ASPECT / 2.0);
                if (fits && (double) width * height <= HIDDEN * label.segment().area()) {
                    int x = inside(places.x(id) - width / 2, width, segmentation.width());
                    int y = inside(places.y(id) - height / 2, height, segmentation.height());
                    return Optional.of(new Plate(text, lettering, new Box(x, y, width, height)));
                }
            }
        }
        return Optional.empty();
    }

    private static int inside(int start, int length, int limit) {
        return Math.max(0, Math.min(start, limit - length));
    }

    private static void draw(Plate plate, Colour colour, Canvas canvas) {
        Box box = plate.box();
        int gap = plate.lettering().gap();
        canvas.fill(box.x(), box.y(), box.width(), box.height(), PLATE, PLATE_OPACITY);
        canvas.fill(box.x(), box.y(), gap, box.height(), colour, 255);
        plate.lettering().draw(plate.text(), canvas, box.x() + 2 * gap, box.y(), TEXT);
    }

    /// Glyphs, and how many pixels a side a pixel of theirs becomes.
    private record Lettering(Glyphs glyphs, int scale) {
        /// Letters up to a height, the largest first.
        static List<Lettering> upTo(int wanted) {
            return Glyphs.SIZES.reversed().stream()
                    .filter(size -> size <= wanted)
                    .map(size -> new Lettering(Glyphs.ofSize(size), Math.max(1, wanted / size)))
                    .limit(2)
                    .toList();
        }

        int width(String text) {
            return scale * glyphs.width(text);
        }

        int height() {
            return scale * glyphs.height();
        }

        int gap() {
            return Math.max(2, height() / 5);
        }

        void draw(String text, Canvas canvas, int x, int y, Colour colour) {
            glyphs.draw(text, canvas, x, y, scale, colour);
        }
    }

    /// For each segment the pixel with the largest box around it, [#ASPECT] times as wide as high, that is inside; about, as
    /// distances go over neighbours. Of those with nearly as much room it is the one nearest to the segment's middle.
    private static final class Places {
        private static final double NEARLY = 0.95;

        private final int[] best;
        private final int[] halfWidth;
        private final int width;

        Places(PanopticSegmentation segmentation) {
            int[] distances = distances(segmentation);
            this.width = segmentation.width();
            this.halfWidth = new int[segmentation.segments().size() + 1];
            this.best = new int[halfWidth.length];
            long[] sumX = new long[halfWidth.length];
            long[] sumY = new long[halfWidth.length];
            for (int pixel = 0; pixel < distances.length; pixel++) {
                int id = segmentation.idAt(pixel);
                halfWidth[id] = Math.max(halfWidth[id], distances[pixel]);
                sumX[id] += pixel % width;
                sumY[id] += pixel / width;
            }
            double[] nearest = new double[halfWidth.length];
            Arrays.fill(nearest, Double.POSITIVE_INFINITY);
            for (int pixel = 0; pixel < distances.length; pixel++) {
                int id = segmentation.idAt(pixel);
                if (id != PanopticSegmentation.VOID && distances[pixel] >= NEARLY * halfWidth[id]) {
                    double area = segmentation.segments().get(id - 1).area();
                    int x = pixel % width;
                    int y = pixel / width;
                    double distance = Math.hypot(x - sumX[id] / area, y - sumY[id] / area);
                    if (distance < nearest[id]) {
                        nearest[id] = distance;
                        best[id] = pixel;
                    }
                }
            }
        }

        int x(int id) {
            return best[id] % width;
        }

        int y(int id) {
            return best[id] / width;
        }

        int halfWidth(int id) {
            return halfWidth[id];
        }

        /// How far it is to the border of a pixel's segment, in columns; a row counts as [#ASPECT] columns.
        private static int[] distances(PanopticSegmentation segmentation) {
            int height = segmentation.height();
            int width = segmentation.width();
            int[] distances = new int[Math.multiplyExact(height, width)];
            Arrays.fill(distances, Integer.MAX_VALUE / 2);
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int at = y * width + x;
                    int nearest = Math.min(step(segmentation, distances, at, x > 0, -1, 1),
                            step(segmentation, distances, at, y > 0, -width, ASPECT));
                    distances[at] = Math.min(distances[at], nearest);
                }
            }
            for (int y = height - 1; y >= 0; y--) {
                for (int x = width - 1; x >= 0; x--) {
                    int at = y * width + x;
                    int nearest = Math.min(step(segmentation, distances, at, x < width - 1, 1, 1),
                            step(segmentation, distances, at, y < height - 1, width, ASPECT));
                    distances[at] = Math.min(distances[at], nearest);
                }
            }
            return distances;
        }

        private static int step(PanopticSegmentation segmentation, int[] distances, int at, boolean exists, int offset, int length) {
            boolean goesOn = exists && segmentation.idAt(at) == segmentation.idAt(at + offset);
            return goesOn ? distances[at + offset] + length : length;
        }
    }
}
