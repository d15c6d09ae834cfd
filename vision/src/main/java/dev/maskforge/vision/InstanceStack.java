package dev.maskforge.vision;

import java.util.ArrayList;
import java.util.List;

/// Instances laid over one another, the highest score on top.
///
/// @param instances the highest score first
record InstanceStack(int height, int width, List<Instance> instances) {
    private static final int MOST_INSTANCES = 0xffff;

    static InstanceStack of(InstanceSegmentation segmentation, double leastScore) {
        return new InstanceStack(segmentation.height(), segmentation.width(), segmentation.instances().stream()
                .filter(instance -> instance.score() >= leastScore && instance.mask().area() > 0)
                .limit(MOST_INSTANCES)
                .toList());
    }

    /// What of each is not below another; those of which nothing shows are left out.
    PanopticSegmentation seenFromAbove(ClassList classes) {
        short[] tops = new short[Math.multiplyExact(height, width)];
        for (int i = instances.size() - 1; i >= 0; i--) {
            lay(instances.get(i).mask(), (short) (i + 1), tops);
        }
        long[] seen = LabelMap.ofShorts(tops, height, width).histogram(instances.size() + 1);
        short[] ids = new short[instances.size() + 1];
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < instances.size(); i++) {
            if (seen[i + 1] > 0) {
                Instance instance = instances.get(i);
                boolean isThing = classes.get(instance.trainId()).isThing();
                segments.add(new Segment(segments.size() + 1, instance.trainId(), isThing, instance.score(), seen[i + 1]));
                ids[i + 1] = (short) segments.size();
            }
        }
        for (int pixel = 0; pixel < tops.length; pixel++) {
            tops[pixel] = ids[tops[pixel] & 0xffff];
        }
        return new PanopticSegmentation(LabelMap.ofShorts(tops, height, width), segments);
    }

    private void lay(Mask mask, short top, short[] tops) {
        Box box = mask.box();
        for (int y = box.y(); y < box.bottom(); y++) {
            for (int x = box.x(); x < box.right(); x++) {
                if (mask.at(y, x)) {
                    tops[y * width + x] = top;
                }
            }
        }
    }
}
