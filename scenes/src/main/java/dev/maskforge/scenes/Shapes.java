package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// Plain solids. All normals point outward.
final class Shapes {
    private Shapes() {
    }

    static Vector mix(Vector a, Vector b, double share) {
        return a.times(1 - share).plus(b.times(share));
    }

    /// Two triangles; corners in order around it, counterclockwise where one looks against the normal.
    static Mesh quad(Vector a, Vector b, Vector c, Vector d, Material material) {
        return new Mesh(List.of(Face.flat(a, b, c, material), Face.flat(a, c, d, material)));
    }

    /// An upright rectangle that looks along +z.
    static Mesh panel(double left, double bottom, double right, double top, double z, Material material) {
        return quad(new Vector(left, bottom, z), new Vector(right, bottom, z), new Vector(right, top, z), new Vector(left, top, z),
                material);
    }

    /// An upright rectangle that looks along +x.
    static Mesh sidePanel(double back, double bottom, double front, double top, double x, Material material) {
        return quad(new Vector(x, bottom, back), new Vector(x, top, back), new Vector(x, top, front), new Vector(x, bottom, front),
                material);
    }

    /// A flat convex polygon, at least three corners.
    static Mesh polygon(List<Vector> corners, Material material) {
        List<Face> faces = new ArrayList<>();
        for (int i = 2; i < corners.size(); i++) {
            faces.add(Face.flat(corners.getFirst(), corners.get(i - 1), corners.get(i), material));
        }
        return new Mesh(faces);
    }

    static Mesh box(double x0, double y0, double z0, double x1, double y1, double z1, Material material) {
        return prism(List.of(new Vector(x0, y0, z0), new Vector(x1, y0, z0), new Vector(x1, y1, z0), new Vector(x0, y1, z0)),
                new Vector(0, 0, z1 - z0), material);
    }

    /// A box of a size that stands on `y`, centred at `x` and `z`.
    static Mesh block(double x, double y, double z, double width, double height, double depth, Material material) {
        return box(x - width / 2, y, z - depth / 2, x + width / 2, y + height, z + depth / 2, material);
    }

    /// A convex outline moved along a direction; the outline's own normal points along that direction.
    static Mesh prism(List<Vector> outline, Vector along, Material material) {
        List<Face> faces = new ArrayList<>();
        int count = outline.size();
        List<Vector> far = outline.stream().map(along::plus).toList();
        faces.addAll(polygon(outline.reversed(), material).faces());
        faces.addAll(polygon(far, material).faces());
        for (int i = 0; i < count; i++) {
            int next = (i + 1) % count;
            faces.addAll(quad(outline.get(i), outline.get(next), far.get(next), far.get(i), material).faces());
        }
        return new Mesh(faces);
    }

    /// A box with its edges and corners cut off.
    static Mesh bevelledBox(double x0, double y0, double z0, double x1, double y1, double z1, double bevel, Material material) {
        return prismaticLayers(x0, z0, x1, z1, bevel, new double[]{y0, y0 + bevel, y1 - bevel, y1}, new double[]{bevel, 0, 0, bevel},
                material);
    }

    /// Octagonal layers, one upon the other: the outline of a box with cut corners, drawn in by `insets` at `heights`.
    private static Mesh prismaticLayers(double x0, double z0, double x1, double z1, double cut, double[] heights, double[] insets,
            Material material) {
        List<List<Vector>> layers = new ArrayList<>();
        for (int i = 0; i < heights.length; i++) {
            double y = heights[i];
            double in = insets[i];
            double left = x0 + in;
            double right = x1 - in;
            double back = z0 + in;
            double front = z1 - in;
            double c = cut * 0.7;
            layers.add(List.of(new Vector(right, y, back + c), new Vector(right - c, y, back), new Vector(left + c, y, back),
                    new Vector(left, y, back + c), new Vector(left, y, front - c), new Vector(left + c, y, front),
                    new Vector(right - c, y, front), new Vector(right, y, front - c)));
        }
        List<Face> faces = new ArrayList<>();
        faces.addAll(polygon(layers.getFirst().reversed(), material).faces());
        faces.addAll(polygon(layers.getLast(), material).faces());
        for (int i = 1; i < layers.size(); i++) {
            List<Vector> low = layers.get(i - 1);
            List<Vector> high = layers.get(i);
            for (int k = 0; k < low.size(); k++) {
                int next = (k + 1) % low.size();
                faces.addAll(quad(low.get(k), low.get(next), high.get(next), high.get(k), material).faces());
            }
        }
        return new Mesh(faces);
    }

    /// Round between two points, with its own radius at each end; 0 makes it a cone.
    static Mesh cylinder(Vector from, Vector to, double radiusFrom, double radiusTo, int sides, Material material) {
        return tube(List.of(from, to), List.of(radiusFrom, radiusTo), sides, material);
    }

    /// Round along a path, with a radius at each of its points, closed at both ends.
    static Mesh tube(List<Vector> path, List<Double> radii, int sides, Material material) {
        List<Ring> rings = new ArrayList<>();
        int last = path.size() - 1;
        for (int i = 0; i <= last; i++) {
            Vector way = path.get(Math.min(i + 1, last)).minus(path.get(Math.max(i - 1, 0))).unit();
            Vector aside = Math.abs(way.y()) > 0.9 ? new Vector(0, 0, 1) : Vector.UP;
            Vector u = aside.minus(way.times(aside.dot(way))).unit();
            rings.add(new Ring(path.get(i), u.times(radii.get(i)), way.cross(u).times(radii.get(i))));
        }
        return Loft.of(rings, sides, material);
    }

    /// @param sides around the vertical axis, at least 3
    /// @param rows  from pole to pole, at least 2
    static Mesh ellipsoid(Vector centre, double halfX, double halfY, double halfZ, int sides, int rows, Material material) {
        List<Ring> rings = new ArrayList<>();
        for (int row = 0; row <= rows; row++) {
            double angle = Math.PI * row / rows;
            double radius = row == 0 || row == rows ? 0 : StrictMath.sin(angle);
            rings.add(Ring.level(centre.x(), centre.y() - halfY * StrictMath.cos(angle), centre.z(), halfX * radius, halfZ * radius));
        }
        return Loft.of(rings, sides, material);
    }

    /// A tyre around an axle along x.
    ///
    /// @param radius    to its middle
    /// @param thickness half of it, towards the axle
    /// @param breadth   half of it, along the axle
    static Mesh torus(Vector centre, double radius, double thickness, double breadth, int segments, int sides, Material material) {
        Vector[][] points = new Vector[segments + 1][sides + 1];
        Vector[][] normals = new Vector[segments + 1][sides + 1];
        for (int i = 0; i <= segments; i++) {
            double angle = 2 * Math.PI * (i % segments) / segments;
            Vector out = new Vector(0, StrictMath.cos(angle), StrictMath.sin(angle));
            for (int k = 0; k <= sides; k++) {
                double turn = 2 * Math.PI * (k % sides) / sides;
                double sine = StrictMath.sin(turn);
                double cosine = StrictMath.cos(turn);
                points[i][k] = centre.plus(out.times(radius + thickness * cosine)).plus(new Vector(-breadth * sine, 0, 0));
                normals[i][k] = out.times(cosine / thickness).plus(new Vector(-sine / breadth, 0, 0)).unit();
            }
        }
        return Loft.surface(points, normals, material);
    }

    /// A disc that looks along +z.
    static Mesh disc(double x, double y, double z, double radius, int corners, Material material) {
        return polygon(circle(x, y, z, radius, corners, 0), material);
    }

    /// A flat ring that looks along +z.
    static Mesh annulus(double x, double y, double z, double inner, double outer, int corners, Material material) {
        List<Vector> inside = circle(x, y, z, inner, corners, 0);
        List<Vector> outside = circle(x, y, z, outer, corners, 0);
        Assembly ring = new Assembly();
        for (int i = 0; i < corners; i++) {
            int next = (i + 1) % corners;
            ring.add(quad(inside.get(i), outside.get(i), outside.get(next), inside.get(next), material));
        }
        return ring.mesh();
    }

    /// Points around a circle in a plane of constant z, the first turned by `turn` radians from +x towards +y.
    static List<Vector> circle(double x, double y, double z, double radius, int corners, double turn) {
        List<Vector> points = new ArrayList<>();
        for (int i = 0; i < corners; i++) {
            double angle = turn + 2 * Math.PI * i / corners;
            points.add(new Vector(x + radius * StrictMath.cos(angle), y + radius * StrictMath.sin(angle), z));
        }
        return points;
    }
}
