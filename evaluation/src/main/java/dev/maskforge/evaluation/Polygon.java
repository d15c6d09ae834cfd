package dev.maskforge.evaluation;

import java.util.Arrays;

/// Draws polygons pixel for pixel as COCO's `maskApi` does.
///
/// Corners are rounded on a grid five times as fine as the pixels. Along each side the grid's points are taken, one for each
/// step of the longer of its extents, in the order of the way round. Where the way passes from one column of the grid to
/// the next and this is the middle of a column of pixels, the upper of the two points, rounded up to a pixel's row, is where
/// that column turns from outside to inside or back.
final class Polygon {
    private static final double SCALE = 5;
    private static final int FEWEST_CORNERS = 3;
    /// Beyond this a corner is damage; sides of this length are walked step by step.
    private static final double FARTHEST = 1e5;

    private final RunLengths.Toggles toggles;
    private final int height;
    private final int width;
    private boolean isFirst = true;
    private int lastX;
    private int lastY;

    private Polygon(int height, int width) {
        this.toggles = new RunLengths.Toggles(height, width);
        this.height = height;
        this.width = width;
    }

    /// @param corners x and y by turns, in pixels
    /// @throws EvaluationException if it has less than three corners, or one is far outside
    static RunLengths draw(int height, int width, double[] corners) {
        if (corners.length < 2 * FEWEST_CORNERS || corners.length % 2 != 0) {
            throw new EvaluationException("a polygon has " + corners.length + " numbers; it takes an even number, 6 or more");
        }
        if (!Arrays.stream(corners).allMatch(number -> Math.abs(number) <= FARTHEST)) {
            throw new EvaluationException("a polygon's corner lies far outside of the picture");
        }
        Polygon polygon = new Polygon(height, width);
        for (int i = 0; i < corners.length; i += 2) {
            int next = (i + 2) % corners.length;
            polygon.side(grid(corners[i]), grid(corners[i + 1]), grid(corners[next]), grid(corners[next + 1]));
        }
        return polygon.toggles.finish();
    }

    private static int grid(double pixels) {
        return (int) (SCALE * pixels + 0.5);
    }

    /// Points are computed from the end that comes first in the direction of the longer extent, so that a side has the same
    /// ones either way.
    private void side(int x, int y, int endX, int endY) {
        int across = Math.abs(endX - x);
        int down = Math.abs(endY - y);
        boolean isFlat = across >= down;
        boolean isTurned = isFlat ? x > endX : y > endY;
        int startX = isTurned ? endX : x;
        int startY = isTurned ? endY : y;
        int steps = Math.max(across, down);
        int rise = isTurned ? (isFlat ? y - endY : x - endX) : isFlat ? endY - y : endX - x;
        double slope = steps == 0 ? 0 : (double) rise / steps;
        for (int i = 0; i <= steps; i++) {
            int step = isTurned ? steps - i : i;
            if (isFlat) {
                point(startX + step, (int) (startY + slope * step + 0.5));
            } else {
                point((int) (startX + slope * step + 0.5), startY + step);
            }
        }
    }

    private void point(int x, int y) {
        if (!isFirst && x != lastX) {
            cross(x < lastX ? x : x - 1, Math.min(y, lastY));
        }
        isFirst = false;
        lastX = x;
        lastY = y;
    }

    private void cross(int gridX, int gridY) {
        double column = (gridX + 0.5) / SCALE - 0.5;
        if (StrictMath.floor(column) != column || column < 0 || column > width - 1) {
            return;
        }
        double row = Math.clamp((gridY + 0.5) / SCALE - 0.5, 0, height);
        toggles.add((int) StrictMath.ceil(row), (int) column);
    }
}
