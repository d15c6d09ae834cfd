package dev.maskforge.vision;

/// How large a picture enters the network. No rule stretches it: both sides are scaled by one factor, up to rounding.
public sealed interface ResizeRule {
    /// The size of a picture of this height and width after resizing, at least one pixel a side.
    Size resized(int height, int width);

    /// The size of the network's input for a picture of this height and width: at least [#resized(int, int)], and a
    /// multiple of the divisibility.
    ///
    /// @param sizeDivisibility positive; 1 pads nothing
    Size padded(int height, int width, int sizeDivisibility);

    /// The test rule of the official configurations, `ResizeShortestEdge`: the shorter side becomes `minimum`, unless the
    /// longer one would then exceed `maximum`, which it becomes instead. Sides are rounded half up. Cityscapes has 1024
    /// and 2048 (`INPUT.MIN_SIZE_TEST` and `INPUT.MAX_SIZE_TEST`).
    record ShortestEdge(int minimum, int maximum) implements ResizeRule {
        public ShortestEdge {
            if (minimum < 1 || maximum < minimum) {
                throw new IllegalArgumentException("a shortest edge of " + minimum + " with a longest of " + maximum
                        + " is no rule: want 1 <= minimum <= maximum");
            }
        }

        @Override
        public Size resized(int height, int width) {
            double scale = (double) minimum / Math.min(height, width);
            double newHeight = height < width ? minimum : scale * height;
            double newWidth = height < width ? scale * width : minimum;
            double longest = Math.max(newHeight, newWidth);
            if (longest > maximum) {
                double shrink = maximum / longest;
                newHeight *= shrink;
                newWidth *= shrink;
            }
            return rounded(newHeight, newWidth);
        }

        @Override
        public Size padded(int height, int width, int sizeDivisibility) {
            Size resized = resized(height, width);
            return new Size(ceilingMultiple(resized.height(), sizeDivisibility), ceilingMultiple(resized.width(), sizeDivisibility));
        }
    }

    /// The largest size with the picture's own ratio that fits into a frame, be it by shrinking or by enlarging; the
    /// network always sees the whole frame.
    record FitInside(int height, int width) implements ResizeRule {
        public FitInside {
            if (height < 1 || width < 1) {
                throw new IllegalArgumentException("a frame of " + height + "x" + width + " pixels has no pixels");
            }
        }

        @Override
        public Size resized(int pictureHeight, int pictureWidth) {
            double scale = Math.min((double) height / pictureHeight, (double) width / pictureWidth);
            Size rounded = rounded(scale * pictureHeight, scale * pictureWidth);
            return new Size(Math.min(height, rounded.height()), Math.min(width, rounded.width()));
        }

        @Override
        public Size padded(int pictureHeight, int pictureWidth, int sizeDivisibility) {
            return new Size(height, width);
        }
    }

    private static Size rounded(double height, double width) {
        return new Size(Math.max(1, (int) (height + 0.5)), Math.max(1, (int) (width + 0.5)));
    }

    private static int ceilingMultiple(int size, int divisor) {
        return Math.multiplyExact(Math.ceilDiv(size, divisor), divisor);
    }
}
