package dev.maskforge.evaluation;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.PanopticSegmentation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which segment each pixel of a picture belongs to, with ids and categories as a dataset has them.
public final class PanopticMap {
    /// The id of pixels that belong to no segment.
    static final int VOID = 0;

    private final int height;
    private final int width;
    private final int[] ids;
    private final List<Segment> segments;

    /// A segment.
    ///
    /// @param id         in the picture, above 0
    /// @param categoryId of the dataset
    /// @param area       its pixels, as the list of segments has it
    /// @param isCrowd    whether it is several objects that are not told apart
    public record Segment(int id, int categoryId, long area, boolean isCrowd) {}

    /// A map of these ids.
    ///
    /// @param ids      by pixel, row by row; shared, not copied
    /// @param segments each id once; they need not all be in the picture
    /// @throws EvaluationException if two segments have one id
    public PanopticMap(int height, int width, int[] ids, List<Segment> segments) {
        if (ids.length != (long) height * width) {
            throw new IllegalArgumentException(ids.length + " ids for " + height + "x" + width + " pixels");
        }
        Set<Integer> seen = new HashSet<>();
        for (Segment segment : segments) {
            if (!seen.add(segment.id())) {
                throw new EvaluationException("segment " + segment.id() + " is listed twice; give each an id of its own");
            }
        }
        this.height = height;
        this.width = width;
        this.ids = ids;
        this.segments = List.copyOf(segments);
    }

    /// What a model said of a picture.
    public static PanopticMap of(PanopticSegmentation segmentation, ClassList classes) {
        List<Segment> segments = new ArrayList<>();
        segmentation.segments().forEach(segment -> segments
                .add(new Segment(segment.id(), classes.get(segment.trainId()).datasetId(), segment.area(), false)));
        return new PanopticMap(segmentation.height(), segmentation.width(), segmentation.ids(), segments);
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    int pixels() {
        return ids.length;
    }

    int idAt(int pixel) {
        return ids[pixel];
    }

    public List<Segment> segments() {
        return segments;
    }
}
