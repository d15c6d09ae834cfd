package dev.maskforge.kernels;

/// A map of tiles cut into rectangles of up to [VectorProduct#COLUMNS] tiles each.
///
/// @param rows      of the map
/// @param columns   of the map
/// @param height    of a rectangle
/// @param width     of a rectangle
record TilePanels(int rows, int columns, int height, int width) {
    /// The cut with the fewest rectangles; of those the one with the widest.
    static TilePanels of(int rows, int columns) {
        TilePanels best = new TilePanels(rows, columns, 1, 1);
        for (int width = 1; width <= Math.min(columns, VectorProduct.COLUMNS); width++) {
            TilePanels candidate = new TilePanels(rows, columns, Math.min(rows, VectorProduct.COLUMNS / width), width);
            if (candidate.count() <= best.count()) {
                best = candidate;
            }
        }
        return best;
    }

    /// A rectangle of tiles, all of them in the map.
    record Panel(int firstRow, int firstColumn, int rows, int columns) {}

    int count() {
        return Math.multiplyExact(Math.ceilDiv(rows, height), across());
    }

    private int across() {
        return Math.ceilDiv(columns, width);
    }

    Panel panel(int number) {
        int row = number / across() * height;
        int column = number % across() * width;
        return new Panel(row, column, Math.min(height, rows - row), Math.min(width, columns - column));
    }
}
