package dev.maskforge.vision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One picture's entry in COCO's file of panoptic results. The picture of its segments is [PngFile#writeSegments].
///
/// @param pngName  file name of the picture of its segments, such as `000000397133.png`
/// @param segments by id
public record CocoPanoptic(CocoImage image, String pngName, List<Entry> segments) {
    /// A segment.
    ///
    /// @param id         in the picture of segments: red + 256 · green + 65536 · blue
    /// @param categoryId of the dataset
    public record Entry(int id, int categoryId, long area, Box box, float score) {}

    public CocoPanoptic {
        segments = List.copyOf(segments);
    }

    /// The entry of a segmentation, whose picture of segments is named as the picture itself, ending in `.png`.
    ///
    /// @throws IllegalArgumentException if the segmentation is of another size
    public static CocoPanoptic of(CocoImage image, PanopticSegmentation segmentation, ClassList classes) {
        if (image.height() != segmentation.height() || image.width() != segmentation.width()) {
            throw new IllegalArgumentException("the " + segmentation + " is not of " + image);
        }
        List<Box> boxes = boxes(segmentation);
        List<Entry> entries = new ArrayList<>();
        for (Segment segment : segmentation.segments()) {
            entries.add(new Entry(segment.id(), classes.get(segment.trainId()).datasetId(), segment.area(),
                    boxes.get(segment.id() - 1), segment.score()));
        }
        return new CocoPanoptic(image, image.name() + ".png", entries);
    }

    /// The bounding boxes of the segments, by id.
    private static List<Box> boxes(PanopticSegmentation segmentation) {
        int count = segmentation.segments().size() + 1;
        int[] left = new int[count];
        int[] right = new int[count];
        int[] top = new int[count];
        int[] bottom = new int[count];
        Arrays.fill(left, Integer.MAX_VALUE);
        Arrays.fill(top, Integer.MAX_VALUE);
        for (int y = 0; y < segmentation.height(); y++) {
            for (int x = 0; x < segmentation.width(); x++) {
                int id = segmentation.idAt(y, x);
                left[id] = Math.min(left[id], x);
                right[id] = Math.max(right[id], x + 1);
                top[id] = Math.min(top[id], y);
                bottom[id] = y + 1;
            }
        }
        List<Box> boxes = new ArrayList<>();
        for (int id = 1; id < count; id++) {
            boxes.add(new Box(left[id], top[id], right[id] - left[id], bottom[id] - top[id]));
        }
        return boxes;
    }
}
