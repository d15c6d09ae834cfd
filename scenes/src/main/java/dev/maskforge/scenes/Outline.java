package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// What counts as a thing although one can see through it: Cityscapes' truth is drawn as polygons, which hold the gaps
/// between a fence's bars and a bicycle's spokes.
final class Outline {
    private static final Material MATERIAL = new Material(Surface.PLAIN, Vector.ZERO);
    private static final double WHEEL = 0.33;
    private static final int CORNERS = 14;

    private Outline() {
    }

    static boolean has(Category category) {
        return category == Category.FENCE || category == Category.BICYCLE;
    }

    static Mesh of(Category category, Mesh mesh) {
        Bounds bounds = Bounds.of(mesh);
        return category == Category.FENCE ? fence(bounds) : bicycle(bounds);
    }

    private static Mesh fence(Bounds bounds) {
        double z = (bounds.least().z() + bounds.most().z()) / 2;
        double top = bounds.least().y() + 0.95 * bounds.height();
        double left = bounds.least().x();
        double right = bounds.most().x();
        double foot = bounds.least().y();
        return polygon(List.of(new Vector(left, foot, z), new Vector(right, foot, z), new Vector(right, top, z), new Vector(left, top, z)));
    }

    private static Mesh bicycle(Bounds bounds) {
        double rear = bounds.least().z() + WHEEL;
        double front = bounds.most().z() - WHEEL;
        Mesh frame = polygon(List.of(new Vector(0, WHEEL, rear), new Vector(0, WHEEL, front), new Vector(0, 0.9, front - 0.22),
                new Vector(0, 0.85, rear + 0.3)));
        return frame.and(wheel(rear)).and(wheel(front));
    }

    private static Mesh wheel(double z) {
        List<Vector> rim = new ArrayList<>();
        for (int corner = 0; corner < CORNERS; corner++) {
            double angle = 2 * StrictMath.PI * corner / CORNERS;
            rim.add(new Vector(0, WHEEL + 0.97 * WHEEL * StrictMath.cos(angle), z + 0.97 * WHEEL * StrictMath.sin(angle)));
        }
        return polygon(rim);
    }

    private static Mesh polygon(List<Vector> corners) {
        List<Face> faces = new ArrayList<>();
        for (int corner = 2; corner < corners.size(); corner++) {
            faces.add(Face.flat(corners.getFirst(), corners.get(corner - 1), corners.get(corner), MATERIAL));
        }
        return new Mesh(faces);
    }
}
