package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// Smooth surfaces through rows of points.
final class Loft {
    private static final double LEAST_AREA = 1e-12;
    /// The cosine of the greatest angle that is smoothed.
    private static final double SHARPEST = 0.64;

    private Loft() {
    }

    /// What a cell of a grid is made of.
    interface Paint {
        /// The material of a cell.
        ///
        /// @param row    the row of the cell's first points
        /// @param column the column of the cell's first points
        Material at(int row, int column);
    }

    /// A round surface through rings, closed at both ends.
    static Mesh of(List<Ring> rings, int sides, Material material) {
        double[] cosines = new double[sides];
        double[] sines = new double[sides];
        for (int k = 0; k < sides; k++) {
            cosines[k] = StrictMath.cos(2 * Math.PI * k / sides);
            sines[k] = StrictMath.sin(2 * Math.PI * k / sides);
        }
        int last = rings.size() - 1;
        Vector[][] points = new Vector[last + 1][sides + 1];
        Vector[][] normals = new Vector[last + 1][sides + 1];
        for (int i = 0; i <= last; i++) {
            Ring ring = rings.get(i);
            Ring before = rings.get(Math.max(i - 1, 0));
            Ring after = rings.get(Math.min(i + 1, last));
            for (int k = 0; k < sides; k++) {
                points[i][k] = ring.at(cosines[k], sines[k]);
                Ring widest = ring.size() > 0 ? ring : i == 0 ? after : before;
                Vector around = widest.v().times(cosines[k]).minus(widest.u().times(sines[k]));
                Vector along = after.at(cosines[k], sines[k]).minus(before.at(cosines[k], sines[k]));
                Vector normal = around.cross(along).unit();
                normals[i][k] = normal.length() > 0 ? normal : widest.u().cross(widest.v()).unit();
            }
            points[i][sides] = points[i][0];
            normals[i][sides] = normals[i][0];
        }
        List<Face> faces = new ArrayList<>(surface(points, normals, material).faces());
        cap(faces, points[0], rings.getFirst(), -1, material);
        cap(faces, points[last], rings.getLast(), 1, material);
        return new Mesh(faces);
    }

    /// A surface through rows of equally many points with their normals.
    static Mesh surface(Vector[][] points, Vector[][] normals, Material material) {
        List<Face> faces = new ArrayList<>();
        for (int i = 0; i < points.length - 1; i++) {
            for (int k = 0; k < points[i].length - 1; k++) {
                addCell(faces, points, normals, i, k, material);
            }
        }
        return new Mesh(faces);
    }

    private static void cap(List<Face> faces, Vector[] points, Ring ring, int sign, Material material) {
        if (ring.size() == 0) {
            return;
        }
        Vector normal = ring.u().cross(ring.v()).unit().times(sign);
        for (int k = 2; k < points.length - 1; k++) {
            faces.add(new Face(points[0], points[k - 1], points[k], normal, normal, normal, material));
        }
    }

    /// A cell of a grid.
    ///
    /// @param area      its normal, twice as long as its area
    /// @param direction its normal
    private record Cell(Vector area, Vector direction, Material material) {
        boolean continues(Cell other) {
            return direction.dot(other.direction) > SHARPEST && material.surface() == other.material.surface();
        }
    }

    /// A surface through rows of equally many points. (next column - point) x (next row - point) points outward.
    /// Edges sharper than about 50 degrees stay sharp, and so do those between two surfaces.
    static Mesh grid(Vector[][] points, Paint paint) {
        int rows = points.length - 1;
        int columns = points[0].length - 1;
        Cell[][] cells = new Cell[rows][columns];
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < columns; k++) {
                Vector area = points[i + 1][k + 1].minus(points[i][k]).cross(points[i + 1][k].minus(points[i][k + 1]));
                cells[i][k] = new Cell(area, area.unit(), paint.at(i, k));
            }
        }
        List<Face> faces = new ArrayList<>(2 * rows * columns);
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < columns; k++) {
                if (cells[i][k].area.length() < LEAST_AREA) {
                    continue;
                }
                Vector nearLeft = cornerNormal(cells, i, k, 0, 0);
                Vector nearRight = cornerNormal(cells, i, k, 0, 1);
                Vector farLeft = cornerNormal(cells, i, k, 1, 0);
                Vector farRight = cornerNormal(cells, i, k, 1, 1);
                Material material = cells[i][k].material;
                addFace(faces, points[i][k], points[i][k + 1], points[i + 1][k + 1], nearLeft, nearRight, farRight, material);
                addFace(faces, points[i][k], points[i + 1][k + 1], points[i + 1][k], nearLeft, farRight, farLeft, material);
            }
        }
        return new Mesh(faces);
    }

    private static Vector cornerNormal(Cell[][] cells, int row, int column, int down, int right) {
        Cell own = cells[row][column];
        Vector sum = Vector.ZERO;
        for (int i = Math.max(0, row + down - 1); i <= Math.min(row + down, cells.length - 1); i++) {
            for (int k = Math.max(0, column + right - 1); k <= Math.min(column + right, cells[0].length - 1); k++) {
                if (own.continues(cells[i][k])) {
                    sum = sum.plus(cells[i][k].area);
                }
            }
        }
        return sum.unit();
    }

    private static void addCell(List<Face> faces, Vector[][] points, Vector[][] normals, int i, int k, Material material) {
        addFace(faces, points[i][k], points[i][k + 1], points[i + 1][k + 1], normals[i][k], normals[i][k + 1], normals[i + 1][k + 1],
                material);
        addFace(faces, points[i][k], points[i + 1][k + 1], points[i + 1][k], normals[i][k], normals[i + 1][k + 1], normals[i + 1][k],
                material);
    }

    private static void addFace(List<Face> faces, Vector a, Vector b, Vector c, Vector normalA, Vector normalB, Vector normalC,
            Material material) {
        if (b.minus(a).cross(c.minus(a)).length() >= LEAST_AREA) {
            faces.add(new Face(a, b, c, normalA, normalB, normalC, material));
        }
    }
}
