package dev.maskforge.vision;

import java.util.Arrays;

/// Masks as COCO's run lengths: the lengths of runs, outside and inside by turns, down one column after another, the first
/// outside (and 0 where the mask starts inside).
///
/// In text, a run is written as itself up to the third, as its difference from the one two before from the fourth on, in
/// groups of five bits, the lowest first: each character is 48 plus a group, plus 32 where more follow; the fifth bit of
/// the last group is the sign.
final class CocoRle {
    private static final int GROUP_BITS = 5;
    private static final int MORE = 1 << GROUP_BITS;
    private static final int SIGN = 1 << GROUP_BITS - 1;
    private static final int FIRST_CHARACTER = 48;

    private CocoRle() {
    }

    /// The run lengths as text.
    static String text(Mask mask) {
        int[] runs = runs(mask);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < runs.length; i++) {
            append(i < 3 ? runs[i] : runs[i] - runs[i - 2], text);
        }
        return text.toString();
    }

    private static void append(int number, StringBuilder text) {
        int rest = number;
        boolean more = true;
        while (more) {
            int group = rest & MORE - 1;
            rest >>= GROUP_BITS;
            more = rest != ((group & SIGN) == 0 ? 0 : -1);
            text.append((char) (FIRST_CHARACTER + (more ? group | MORE : group)));
        }
    }

    /// The run lengths; their sum is the number of pixels of the picture.
    static int[] runs(Mask mask) {
        Runs runs = new Runs();
        Box box = mask.box();
        for (int x = box.x(); x < box.right(); x++) {
            for (int y = box.y(); y < box.bottom(); y++) {
                runs.turn(mask.at(y, x), x * mask.height() + y);
            }
            if (box.height() < mask.height()) {
                // Above and below the box nothing belongs.
                runs.turn(false, x * mask.height() + box.bottom());
            }
        }
        if (box.right() < mask.width()) {
            runs.turn(false, box.right() * mask.height());
        }
        return runs.until(mask.height() * mask.width());
    }

    private static final class Runs {
        private int[] lengths = new int[16];
        private int count;
        private int start;
        private boolean inside;

        /// From a position on, pixels belong or do not.
        void turn(boolean toInside, int position) {
            if (toInside != inside) {
                end(position);
                inside = toInside;
            }
        }

        private void end(int position) {
            lengths = count == lengths.length ? Arrays.copyOf(lengths, 2 * count) : lengths;
            lengths[count++] = position - start;
            start = position;
        }

        /// With the last run, unless it has no pixel, as after a mask that ends where the picture does.
        int[] until(int pixels) {
            if (start < pixels) {
                end(pixels);
            }
            return Arrays.copyOf(lengths, count);
        }
    }
}
