package dev.maskforge.evaluation;

import dev.maskforge.vision.Box;
import dev.maskforge.vision.Mask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A mask as COCO has it: the lengths of runs, outside and inside by turns, down one column after another, the first
/// outside. Runs may be empty.
final class RunLengths {
    private static final int GROUP_BITS = 5;
    private static final int MORE = 1 << GROUP_BITS;
    private static final int SIGN = 1 << GROUP_BITS - 1;
    private static final int FIRST_CHARACTER = 48;
    /// Groups of a number that may be negative and has 32 bits.
    private static final int MOST_GROUPS = 7;

    private final int height;
    private final int width;
    private final int[] runs;

    private RunLengths(int height, int width, int[] runs) {
        this.height = height;
        this.width = width;
        this.runs = runs;
    }

    /// @throws EvaluationException if a run is negative, or the picture has another number of pixels
    static RunLengths of(int height, int width, int[] runs) {
        long pixels = 0;
        for (int run : runs) {
            if (run < 0) {
                throw new EvaluationException("a run length is negative: " + run);
            }
            pixels += run;
        }
        if (pixels != (long) height * width) {
            throw new EvaluationException("run lengths have " + pixels + " pixels and not the picture's " + height + "x" + width);
        }
        return new RunLengths(height, width, runs.clone());
    }

    /// Of COCO's text.
    ///
    /// @throws EvaluationException if it is damaged, or the picture has another number of pixels
    static RunLengths parse(int height, int width, String text) {
        int[] runs = new int[text.length()];
        int count = 0;
        for (int at = 0; at < text.length(); count++) {
            long number = 0;
            int groups = 0;
            int group = MORE;
            while ((group & MORE) != 0) {
                group = at < text.length() ? text.charAt(at) - FIRST_CHARACTER : -1;
                if (group < 0 || group >= 2 * MORE || groups == MOST_GROUPS) {
                    throw new EvaluationException("run lengths are damaged at character " + at);
                }
                number |= (long) (group & MORE - 1) << GROUP_BITS * groups;
                groups++;
                at++;
            }
            number |= (group & SIGN) != 0 ? -1L << GROUP_BITS * groups : 0;
            number += count > 2 ? runs[count - 2] : 0;
            if (number < 0 || number > Integer.MAX_VALUE) {
                throw new EvaluationException("run lengths are damaged: one is " + number);
            }
            runs[count] = (int) number;
        }
        return of(height, width, Arrays.copyOf(runs, count));
    }

    static RunLengths of(Mask mask) {
        Toggles toggles = new Toggles(mask.height(), mask.width());
        Box box = mask.box();
        boolean inside = false;
        for (int x = box.x(); x < box.right(); x++) {
            for (int y = box.y(); y < box.bottom(); y++) {
                if (mask.at(y, x) != inside) {
                    inside = !inside;
                    toggles.add(y, x);
                }
            }
            if (inside && box.height() < mask.height()) {
                inside = false;
                toggles.add(box.bottom(), x);
            }
        }
        if (inside) {
            toggles.add(0, box.right());
        }
        return toggles.finish();
    }

    /// Positions, down one column after another, from which on the mask is inside if it was outside, and the other way.
    static final class Toggles {
        private final int height;
        private final int width;
        private int[] positions = new int[16];
        private int count;

        Toggles(int height, int width) {
            this.height = height;
            this.width = width;
        }

        /// @param y may be the height, which is the next column's first row
        void add(int y, int x) {
            positions = count == positions.length ? Arrays.copyOf(positions, 2 * count) : positions;
            positions[count++] = x * height + y;
        }

        RunLengths finish() {
            int[] sorted = Arrays.copyOf(positions, count);
            Arrays.sort(sorted);
            int[] runs = new int[count + 1];
            int start = 0;
            for (int i = 0; i < count; i++) {
                runs[i] = sorted[i] - start;
                start = sorted[i];
            }
            runs[count] = height * width - start;
            return new RunLengths(height, width, runs);
        }
    }

    int height() {
        return height;
    }

    int width() {
        return width;
    }

    long area() {
        long area = 0;
        for (int i = 1; i < runs.length; i += 2) {
            area += runs[i];
        }
        return area;
    }

    /// How many pixels are in both.
    long shared(RunLengths other) {
        long shared = 0;
        int i = 0;
        int j = 0;
        long end = runs[0];
        long otherEnd = other.runs[0];
        long at = 0;
        while (i < runs.length && j < other.runs.length) {
            long next = Math.min(end, otherEnd);
            shared += (i & j & 1) != 0 ? next - at : 0;
            at = next;
            if (end == next && ++i < runs.length) {
                end += runs[i];
            } else if (otherEnd == next && ++j < other.runs.length) {
                otherEnd += other.runs[j];
            }
        }
        return shared;
    }

    /// All that is in any of these masks of one picture.
    static RunLengths union(List<RunLengths> masks) {
        if (masks.size() == 1) {
            return masks.getFirst();
        }
        int height = masks.getFirst().height;
        int width = masks.getFirst().width;
        List<int[]> edges = new ArrayList<>();
        for (RunLengths mask : masks) {
            int at = 0;
            for (int i = 0; i < mask.runs.length; i++) {
                at += mask.runs[i];
                edges.add(new int[]{at, i % 2 == 0 ? 1 : -1});
            }
            if (mask.runs.length % 2 == 1) {
                edges.add(new int[]{at, -1});
            }
        }
        edges.sort((a, b) -> Integer.compare(a[0], b[0]));
        Toggles toggles = new Toggles(height, width);
        int covers = 0;
        for (int i = 0; i < edges.size(); i++) {
            int before = covers;
            covers += edges.get(i)[1];
            if (before == 0 != (covers == 0)) {
                toggles.add(edges.get(i)[0], 0);
            }
        }
        return toggles.finish();
    }

    /// The smallest box that holds all pixels inside; at (0, 0) if there are none.
    Box box() {
        int left = width;
        int right = 0;
        int top = height;
        int bottom = 0;
        int at = 0;
        for (int i = 0; i < runs.length; i++) {
            if (i % 2 == 1 && runs[i] > 0) {
                int last = at + runs[i] - 1;
                boolean isOneColumn = at / height == last / height;
                left = Math.min(left, at / height);
                right = Math.max(right, last / height + 1);
                top = isOneColumn ? Math.min(top, at % height) : 0;
                bottom = isOneColumn ? Math.max(bottom, last % height + 1) : height;
            }
            at += runs[i];
        }
        return right == 0 ? new Box(0, 0, 0, 0) : new Box(left, top, right - left, bottom - top);
    }
}
