package dev.maskforge.vision;

import java.util.List;
import java.util.Optional;

/// Which segment each pixel of a picture belongs to, `[height, width]`, rows from top to bottom, and what the segments
/// are. Segments do not overlap; a pixel of none is void, 0.
public final class PanopticSegmentation {
    static final int VOID = 0;

    /// Ids in place of classes; one byte a pixel for less than 256 segments.
    private final LabelMap ids;
    private final List<Segment> segments;

    /// @param segments segment `i` has id `i + 1`
    /// @throws IllegalArgumentException if ids or areas of the list are not those of the map
    PanopticSegmentation(LabelMap ids, List<Segment> segments) {
        this.ids = ids;
        this.segments = List.copyOf(segments);
        long[] areas = ids.histogram(segments.size() + 1);
        long known = areas[VOID];
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            if (segment.id() != i + 1 || segment.area() != areas[i + 1]) {
                throw new IllegalArgumentException(segment + " in place " + i + " has " + areas[i + 1] + " pixels in the map");
            }
            known += segment.area();
        }
        if (known != ids.pixels()) {
            throw new IllegalArgumentException(ids.pixels() - known + " pixels belong to segments that are not listed");
        }
    }

    public int height() {
        return ids.height();
    }

    public int width() {
        return ids.width();
    }

    public int pixels() {
        return ids.pixels();
    }

    /// The segments by id, which are 1, 2, 3 and so on, in the order of the queries that found them.
    public List<Segment> segments() {
        return segments;
    }

    /// The id at a row and a column; 0 is void.
    public int idAt(int y, int x) {
        return ids.at(y, x);
    }

    /// The id at a position in row-major order; 0 is void.
    public int idAt(int pixel) {
        return ids.at(pixel);
    }

    /// The segment at a row and a column; none where it is void.
    public Optional<Segment> segmentAt(int y, int x) {
        int id = idAt(y, x);
        return id == VOID ? Optional.empty() : Optional.of(segments.get(id - 1));
    }

    /// The ids in place of classes.
    LabelMap map() {
        return ids;
    }

    /// The ids `[height, width]`, copied.
    public int[] ids() {
        return ids.toInts();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PanopticSegmentation segmentation && segments.equals(segmentation.segments)
                && ids.equals(segmentation.ids);
    }

    @Override
    public int hashCode() {
        return 31 * ids.hashCode() + segments.hashCode();
    }

    @Override
    public String toString() {
        return "panoptic segmentation " + height() + "x" + width() + " of " + segments.size() + " segments";
    }
}
