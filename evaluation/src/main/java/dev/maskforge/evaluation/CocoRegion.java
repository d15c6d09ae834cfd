package dev.maskforge.evaluation;

import dev.maskforge.vision.Box;

/// Where an object is: its pixels, or a rectangle.
sealed interface CocoRegion {
    /// The share of the union that both have; of a crowd, the share of the detection. 0 if they have nothing in common.
    ///
    /// @param isCrowd whether the other is a crowd
    double overlap(CocoRegion other, boolean isCrowd);

    /// Pixels.
    record Pixels(RunLengths mask, long area) implements CocoRegion {
        Pixels(RunLengths mask) {
            this(mask, mask.area());
        }

        @Override
        public double overlap(CocoRegion other, boolean isCrowd) {
            if (!(other instanceof Pixels pixels)) {
                throw new IllegalArgumentException("pixels and rectangles have no overlap");
            }
            long shared = mask.shared(pixels.mask);
            return shared == 0 ? 0 : (double) shared / (isCrowd ? area : area + pixels.area - shared);
        }
    }

    /// A rectangle in pixels, whose corners need not be whole.
    record Rectangle(double x, double y, double width, double height) implements CocoRegion {
        static Rectangle of(Box box) {
            return new Rectangle(box.x(), box.y(), box.width(), box.height());
        }

        double area() {
            return width * height;
        }

        @Override
        public double overlap(CocoRegion other, boolean isCrowd) {
            if (!(other instanceof Rectangle box)) {
                throw new IllegalArgumentException("pixels and rectangles have no overlap");
            }
            double across = Math.min(x + width, box.x + box.width) - Math.max(x, box.x);
            double down = Math.min(y + height, box.y + box.height) - Math.max(y, box.y);
            if (across <= 0 || down <= 0) {
                return 0;
            }
            double shared = across * down;
            return shared / (isCrowd ? area() : area() + box.area() - shared);
        }
    }
}
