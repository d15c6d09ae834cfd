package dev.maskforge.scenes;

import dev.maskforge.vision.Size;
import java.util.Arrays;

/// What each of four samples a pixel sees: the nearest triangle. Depth is kept as its inverse, which is linear over the
/// picture.
final class Visibility {
    /// Samples a pixel along each side.
    static final int SAMPLES = 2;
    static final int NOTHING = -1;
    private static final double NEAR = 0.25;
    /// From this area in samples on a triangle of leaves shows as leaves.
    private static final double LEAF = 14;
    /// Neighbouring triangles overlap by this share of a sample, so that rounding leaves no gap between them.
    private static final double OVERLAP = 1e-6;

    private final Camera camera;
    private final double focal;
    private final int width;
    private final int height;
    private final float[] inverseDepths;
    private final int[] triangles;
    private final double[] polygon = new double[4 * 3];

    private Visibility(Camera camera, Size size) {
        this.camera = camera;
        this.width = SAMPLES * size.width();
        this.height = SAMPLES * size.height();
        this.focal = SAMPLES * camera.pixels(size);
        this.inverseDepths = new float[width * height];
        this.triangles = new int[width * height];
        Arrays.fill(triangles, NOTHING);
    }

    static Visibility of(Triangles world, Camera camera, Size size) {
        Visibility visibility = new Visibility(camera, size);
        for (int thing = 0; thing < world.thingCount(); thing++) {
            if (visibility.shows(world.middle(thing), world.radius(thing))) {
                for (int triangle = world.start(thing); triangle < world.start(thing + 1); triangle++) {
                    visibility.draw(world, triangle);
                }
            }
        }
        return visibility;
    }

    /// Whether any of a sphere may be in the picture.
    private boolean shows(Vector middle, double radius) {
        Vector from = middle.minus(camera.eye());
        double depth = camera.forward().dot(from);
        double level = 0.5 * width / focal;
        double upright = 0.5 * height / focal;
        return depth > NEAR - radius && Math.abs(camera.right().dot(from)) < level * depth + radius * Math.sqrt(1 + level * level)
                && Math.abs(camera.up().dot(from)) < upright * depth + radius * Math.sqrt(1 + upright * upright);
    }

    /// The samples along a row.
    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /// The triangle at a sample, or [#NOTHING].
    int triangle(int sample) {
        return triangles[sample];
    }

    /// The inverse of the depth at a sample, 0 where there is nothing.
    float inverseDepth(int sample) {
        return inverseDepths[sample];
    }

    private void draw(Triangles world, int triangle) {
        double[] corners = world.corners();
        int corner = 9 * triangle;
        Vector eye = camera.eye();
        int kept = 0;
        for (int i = 0; i < 3; i++) {
            int from = corner + 3 * i;
            int to = corner + 3 * ((i + 1) % 3);
            double x = corners[from] - eye.x();
            double y = corners[from + 1] - eye.y();
            double z = corners[from + 2] - eye.z();
            double depth = along(camera.forward(), x, y, z);
            double nextX = corners[to] - eye.x();
            double nextY = corners[to + 1] - eye.y();
            double nextZ = corners[to + 2] - eye.z();
            double nextDepth = along(camera.forward(), nextX, nextY, nextZ);
            if (depth >= NEAR) {
                keep(kept++, x, y, z, depth);
            }
            if (depth >= NEAR != nextDepth >= NEAR) {
                double share = (NEAR - depth) / (nextDepth - depth);
                keep(kept++, x + share * (nextX - x), y + share * (nextY - y), z + share * (nextZ - z), NEAR);
            }
        }
        if (kept < 3) {
            return;
        }
        boolean leaf = world.material(triangle).surface() == Surface.FOLIAGE;
        fill(0, 1, 2, triangle, leaf);
        if (kept == 4) {
            fill(0, 2, 3, triangle, leaf);
        }
    }

    private static double along(Vector axis, double x, double y, double z) {
        return axis.x() * x + axis.y() * y + axis.z() * z;
    }

    private void keep(int index, double x, double y, double z, double depth) {
        double scale = focal / depth;
        polygon[3 * index] = 0.5 * width + scale * along(camera.right(), x, y, z);
        polygon[3 * index + 1] = 0.5 * height - scale * along(camera.up(), x, y, z);
        polygon[3 * index + 2] = 1 / depth;
    }

    private void fill(int a, int b, int c, int triangle, boolean leaf) {
        double ax = polygon[3 * a];
        double ay = polygon[3 * a + 1];
        double bx = polygon[3 * b];
        double by = polygon[3 * b + 1];
        double cx = polygon[3 * c];
        double cy = polygon[3 * c + 1];
        double area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
        if (area == 0) {
            return;
        }
        int top = (int) Math.max(0, Math.ceil(Math.min(ay, Math.min(by, cy)) - 0.5));
        int bottom = (int) Math.min(height - 1, Math.floor(Math.max(ay, Math.max(by, cy)) - 0.5));
        if (top > bottom || Math.max(ax, Math.max(bx, cx)) < 0 || Math.min(ax, Math.min(bx, cx)) > width) {
            return;
        }
        double inverseA = polygon[3 * a + 2];
        double alongB = polygon[3 * b + 2] - inverseA;
        double alongC = polygon[3 * c + 2] - inverseA;
        double slopeX = (alongB * (cy - ay) - alongC * (by - ay)) / area;
        double slopeY = (alongC * (bx - ax) - alongB * (cx - ax)) / area;
        boolean ragged = leaf && Math.abs(area) > 2 * LEAF;
        double grain = 9 / inverseA / focal;
        float[] nearest = inverseDepths;
        for (int y = top; y <= bottom; y++) {
            double row = y + 0.5;
            double left = Double.MAX_VALUE;
            double right = -Double.MAX_VALUE;
            double crossing = crossing(ax, ay, bx, by, row);
            if (!Double.isNaN(crossing)) {
                left = crossing;
                right = crossing;
            }
            crossing = crossing(bx, by, cx, cy, row);
            if (!Double.isNaN(crossing)) {
                left = Math.min(left, crossing);
                right = Math.max(right, crossing);
            }
            crossing = crossing(cx, cy, ax, ay, row);
            if (!Double.isNaN(crossing)) {
                left = Math.min(left, crossing);
                right = Math.max(right, crossing);
            }
            int from = (int) Math.max(0, Math.ceil(left - 0.5 - OVERLAP));
            int to = (int) Math.min(width - 1, Math.floor(right - 0.5 + OVERLAP));
            double inverse = inverseA + slopeX * (from + 0.5 - ax) + slopeY * (row - ay);
            int sample = y * width + from;
            for (int x = from; x <= to; x++, sample++, inverse += slopeX) {
                if (inverse > nearest[sample] && (!ragged || inLeaf(((x + 0.5 - ax) * (cy - ay) - (row - ay) * (cx - ax)) / area,
                        ((bx - ax) * (row - ay) - (by - ay) * (x + 0.5 - ax)) / area, (x - ax) * grain, (y - ay) * grain, triangle))) {
                    nearest[sample] = (float) inverse;
                    triangles[sample] = triangle;
                }
            }
        }
    }

    /// Whether a place of a triangle of leaves is covered by one: they leave its straight edges and its corners free.
    private static boolean inLeaf(double shareB, double shareC, double x, double y, int triangle) {
        double inside = 3 * Math.min(shareB, Math.min(shareC, 1 - shareB - shareC));
        return inside > 0.75 || inside + 0.42 * Noise.at(x + 3.7 * triangle, y) > 0.13;
    }

    /// Where an edge meets a row, or not a number if it does not.
    private static double crossing(double fromX, double fromY, double toX, double toY, double row) {
        if (fromY <= row == toY <= row) {
            return Double.NaN;
        }
        // The same arithmetic whichever way the edge runs: two triangles agree on the edge they share.
        return fromY < toY ? fromX + (toX - fromX) * ((row - fromY) / (toY - fromY)) : toX + (fromX - toX) * ((row - toY) / (fromY - toY));
    }
}
