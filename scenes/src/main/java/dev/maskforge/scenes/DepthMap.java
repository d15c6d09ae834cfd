package dev.maskforge.scenes;

import java.util.Arrays;

/// How far parallel light gets into the world: the depth of the first surface in each cell of a square across its
/// direction (Williams, "Casting curved shadows on curved surfaces", 1978).
final class DepthMap {
    private final int cells;
    private final double scale;
    private final Vector centre;
    private final Vector right;
    private final Vector up;
    private final Vector direction;
    private final float[] depths;

    /// @param towards where the light comes from, as a unit vector
    /// @param centre  the middle of the square
    /// @param extent  the square's side in metres
    /// @param cells   the square's side in cells
    private DepthMap(Vector towards, Vector centre, double extent, int cells) {
        this.cells = cells;
        this.scale = cells / extent;
        this.centre = centre;
        this.direction = towards.times(-1);
        Vector side = Math.abs(towards.y()) > 0.95 ? new Vector(1, 0, 0) : Vector.UP;
        this.right = side.cross(direction).unit();
        this.up = direction.cross(right).unit();
        this.depths = new float[cells * cells];
        Arrays.fill(depths, Float.MAX_VALUE);
    }

    /// @param smallest things are left out that are smaller than this radius in metres
    static DepthMap of(Triangles world, Vector towards, Vector centre, double extent, int cells, double smallest) {
        DepthMap map = new DepthMap(towards, centre, extent, cells);
        for (int thing = world.ground(); thing < world.thingCount(); thing++) {
            if (world.radius(thing) >= smallest && map.meets(world.middle(thing), world.radius(thing))) {
                for (int triangle = world.start(thing); triangle < world.start(thing + 1); triangle++) {
                    map.draw(world, triangle);
                }
            }
        }
        return map;
    }

    /// The share of light, 0 to 1, that reaches a place, mean over about three cells each way; 1 outside of the square.
    double lightAt(double x, double y, double z) {
        double fromX = x - centre.x();
        double fromY = y - centre.y();
        double fromZ = z - centre.z();
        double column = 0.5 * cells + scale * (right.x() * fromX + right.y() * fromY + right.z() * fromZ) - 0.5;
        double row = 0.5 * cells + scale * (up.x() * fromX + up.y() * fromY + up.z() * fromZ) - 0.5;
        if (!(column >= 2 && row >= 2 && column < cells - 3 && row < cells - 3)) {
            return 1;
        }
        float depth = (float) (direction.x() * fromX + direction.y() * fromY + direction.z() * fromZ);
        int left = (int) column;
        int top = (int) row;
        double shareX = column - left;
        double shareY = row - top;
        double sum = 0;
        for (int i = -1; i <= 2; i++) {
            int at = (top + i) * cells + left;
            double line = (1 - shareX) * lit(at - 1, depth) + lit(at, depth) + lit(at + 1, depth) + shareX * lit(at + 2, depth);
            sum += i == -1 ? (1 - shareY) * line : i == 2 ? shareY * line : line;
        }
        return sum / 9;
    }

    /// Whether a place lies within the square.
    boolean holds(double x, double y, double z) {
        double fromX = x - centre.x();
        double fromY = y - centre.y();
        double fromZ = z - centre.z();
        double half = 0.5 * cells - 4;
        return Math.abs(scale * (right.x() * fromX + right.y() * fromY + right.z() * fromZ)) < half
                && Math.abs(scale * (up.x() * fromX + up.y() * fromY + up.z() * fromZ)) < half;
    }

    private boolean meets(Vector middle, double radius) {
        Vector from = middle.minus(centre);
        double half = 0.5 * cells + scale * radius;
        return Math.abs(scale * right.dot(from)) < half && Math.abs(scale * up.dot(from)) < half;
    }

    private int lit(int cell, float depth) {
        return depth <= depths[cell] ? 1 : 0;
    }

    private void draw(Triangles world, int triangle) {
        double[] corners = world.corners();
        int corner = 9 * triangle;
        double ay = row(corners, corner);
        double by = row(corners, corner + 3);
        double cy = row(corners, corner + 6);
        int top = (int) Math.max(0, Math.ceil(Math.min(ay, Math.min(by, cy)) - 0.5));
        int bottom = (int) Math.min(cells - 1, Math.floor(Math.max(ay, Math.max(by, cy)) - 0.5));
        if (top > bottom) {
            return;
        }
        double ax = column(corners, corner);
        double bx = column(corners, corner + 3);
        double cx = column(corners, corner + 6);
        double area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
        if (area == 0 || Math.floor(Math.max(ax, Math.max(bx, cx)) - 0.5) < Math.max(0, Math.ceil(Math.min(ax, Math.min(bx, cx)) - 0.5))) {
            return;
        }
        double depthA = depth(corners, corner);
        double alongB = depth(corners, corner + 3) - depthA;
        double alongC = depth(corners, corner + 6) - depthA;
        double slopeX = (alongB * (cy - ay) - alongC * (by - ay)) / area;
        double slopeY = (alongC * (bx - ax) - alongB * (cx - ax)) / area;
        float[] nearest = depths;
        for (int y = top; y <= bottom; y++) {
            double line = y + 0.5;
            double left = Double.MAX_VALUE;
            double end = -Double.MAX_VALUE;
            if (ay <= line != by <= line) {
                double crossing = crossing(ax, ay, bx, by, line);
                left = crossing;
                end = crossing;
            }
            if (by <= line != cy <= line) {
                double crossing = crossing(bx, by, cx, cy, line);
                left = Math.min(left, crossing);
                end = Math.max(end, crossing);
            }
            if (cy <= line != ay <= line) {
                double crossing = crossing(cx, cy, ax, ay, line);
                left = Math.min(left, crossing);
                end = Math.max(end, crossing);
            }
            int from = (int) Math.max(0, Math.ceil(left - 0.5));
            int to = (int) Math.min(cells - 1, Math.floor(end - 0.5));
            double depth = depthA + slopeX * (from + 0.5 - ax) + slopeY * (line - ay);
            for (int x = from, cell = y * cells + from; x <= to; x++, cell++, depth += slopeX) {
                if (depth < nearest[cell]) {
                    nearest[cell] = (float) depth;
                }
            }
        }
    }

    private double column(double[] corners, int at) {
        return 0.5 * cells + scale * (right.x() * (corners[at] - centre.x()) + right.y() * (corners[at + 1] - centre.y())
                + right.z() * (corners[at + 2] - centre.z()));
    }

    private double row(double[] corners, int at) {
        return 0.5 * cells + scale * (up.x() * (corners[at] - centre.x()) + up.y() * (corners[at + 1] - centre.y())
                + up.z() * (corners[at + 2] - centre.z()));
    }

    private double depth(double[] corners, int at) {
        return direction.x() * (corners[at] - centre.x()) + direction.y() * (corners[at + 1] - centre.y())
                + direction.z() * (corners[at + 2] - centre.z());
    }

    private static double crossing(double fromX, double fromY, double toX, double toY, double line) {
        return fromX + (toX - fromX) * ((line - fromY) / (toY - fromY));
    }
}
