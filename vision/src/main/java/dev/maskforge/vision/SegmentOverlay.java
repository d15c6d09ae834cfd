package dev.maskforge.vision;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A picture with its segments laid over it, for people to look at: stuff in the colour of its class, things in shades of
/// theirs that differ from object to object, a thin line where segments meet, name and score inside segments that have
/// room for them, and below a legend of the classes present with their number of objects and their share of the pixels.
/// What belongs to no segment stays as it is.
public final class SegmentOverlay {
    private static final Colour NOTHING = Legend.BACKGROUND;

    private SegmentOverlay() {
    }

    /// The picture with its panoptic segments.
    ///
    /// @throws IllegalArgumentException if picture and segmentation differ in size
    public static RgbImage draw(RgbImage picture, PanopticSegmentation segmentation, ClassList classes) {
        requireSameSize(picture, segmentation.height(), segmentation.width());
        return draw(picture, segmentation, classes, "void");
    }

    /// The picture with its instances. Where they overlap, the one of the highest score is on top.
    ///
    /// @param leastScore instances of a lower score are not drawn
    /// @throws IllegalArgumentException if picture and segmentation differ in size
    public static RgbImage draw(RgbImage picture, InstanceSegmentation segmentation, double leastScore, ClassList classes) {
        requireSameSize(picture, segmentation.height(), segmentation.width());
        return draw(picture, InstanceStack.of(segmentation, leastScore).seenFromAbove(classes), classes, "no instance");
    }

    private static void requireSameSize(RgbImage picture, int height, int width) {
        if (picture.height() != height || picture.width() != width) {
            throw new IllegalArgumentException("a segmentation of " + height + "x" + width + " is not of the " + picture);
        }
    }

    private static RgbImage draw(RgbImage picture, PanopticSegmentation segmentation, ClassList classes, String nothing) {
        List<Optional<Colour>> colours = colours(segmentation, classes);
        Legend legend = Legend.of(present(segmentation, classes, nothing), segmentation.map());
        Canvas canvas = Overlay.canvas(picture, legend);
        Overlay.tint(canvas, segmentation.map(), colours);
        Overlay.drawContours(canvas, segmentation.map());
        SegmentLabels labels = new SegmentLabels(segmentation);
        for (Segment segment : segmentation.segments()) {
            String name = Legend.shortened(classes.get(segment.trainId()).name());
            labels.add(segment, colours.get(segment.id()).orElse(NOTHING),
                    List.of(String.format(Locale.ROOT, "%s %.2f", name, segment.score()), name));
        }
        labels.draw(canvas);
        legend.draw(canvas, picture.height());
        return canvas.image();
    }

    /// By id.
    private static List<Optional<Colour>> colours(PanopticSegmentation segmentation, ClassList classes) {
        List<Optional<Colour>> colours = new ArrayList<>();
        colours.add(Optional.empty());
        Map<Integer, Integer> seen = new HashMap<>();
        for (Segment segment : segmentation.segments()) {
            Colour colour = classes.get(segment.trainId()).colour();
            int before = seen.merge(segment.trainId(), 1, Integer::sum) - 1;
            colours.add(Optional.of(segment.isThing() ? colour.shade(before) : colour));
        }
        return colours;
    }

    private static List<Legend.Present> present(PanopticSegmentation segmentation, ClassList classes, String nothing) {
        Map<Integer, List<Segment>> byClass = new TreeMap<>();
        long free = segmentation.pixels();
        for (Segment segment : segmentation.segments()) {
            byClass.computeIfAbsent(segment.trainId(), _ -> new ArrayList<>()).add(segment);
            free -= segment.area();
        }
        List<Legend.Present> present = new ArrayList<>();
        byClass.forEach((trainId, segments) -> {
            SegmentationClass found = classes.get(trainId);
            String name = segments.size() == 1 ? found.name() : segments.size() + " x " + found.name();
            present.add(new Legend.Present(found.colour(), name, segments.stream().mapToLong(Segment::area).sum()));
        });
        if (free > 0) {
            present.add(new Legend.Present(NOTHING, nothing, free));
        }
        return present;
    }
}
