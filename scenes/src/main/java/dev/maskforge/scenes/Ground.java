package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// Meshes of ground along a street: strips of one height, kerbs, paint.
final class Ground {
    private static final double STEP = 2.5;
    /// Paint lies this high above the road, in metres.
    private static final double PAINT = 0.006;

    private final Street street;

    Ground(Street street) {
        this.street = street;
    }

    /// A strip between two distances from the middle, over a stretch of the road.
    Mesh strip(double near, double far, double left, double right, double height, Material material) {
        List<Face> faces = new ArrayList<>();
        int steps = Math.max(1, (int) Math.ceil((far - near) / STEP));
        for (int step = 0; step < steps; step++) {
            double from = near + (far - near) * step / steps;
            double to = near + (far - near) * (step + 1) / steps;
            quad(faces, street.at(from, left, height), street.at(from, right, height), street.at(to, right, height),
                    street.at(to, left, height), material);
        }
        return new Mesh(faces);
    }

    /// Rising and falling land, level where it meets the road.
    Mesh land(double near, double far, double left, double right, double height, double hills, double seed, Material material) {
        List<Face> faces = new ArrayList<>();
        int steps = Math.max(1, (int) Math.ceil((far - near) / 4));
        int columns = Math.max(1, (int) Math.ceil(Math.abs(right - left) / 4));
        Vector[][] points = new Vector[steps + 1][columns + 1];
        for (int step = 0; step <= steps; step++) {
            for (int column = 0; column <= columns; column++) {
                double along = near + (far - near) * step / steps;
                double across = left + (right - left) * column / columns;
                points[step][column] = street.at(along, across, height + rise(along, across, left, right, hills, seed));
            }
        }
        for (int step = 0; step < steps; step++) {
            for (int column = 0; column < columns; column++) {
                quad(faces, points[step][column], points[step][column + 1], points[step + 1][column + 1], points[step + 1][column],
                        material);
            }
        }
        return new Mesh(faces);
    }

    /// How high land lies above its edge.
    static double rise(double along, double across, double left, double right, double hills, double seed) {
        double edge = Math.abs(left) < Math.abs(right) ? left : right;
        double off = Math.abs(across - edge);
        double wide = Noise.step(0, 30, off);
        return hills * wide * (0.6 + 0.8 * Noise.at(along * 0.02 + seed, across * 0.02))
                + 0.12 * Noise.step(0, 2, off) * Noise.at(along * 0.3, across * 0.3 + seed);
    }

    /// The upright side of a kerb.
    Mesh kerb(double near, double far, double across, double height, Material material) {
        List<Face> faces = new ArrayList<>();
        int steps = Math.max(1, (int) Math.ceil((far - near) / STEP));
        for (int step = 0; step < steps; step++) {
            double from = near + (far - near) * step / steps;
            double to = near + (far - near) * (step + 1) / steps;
            quad(faces, street.at(from, across, 0), street.at(to, across, 0), street.at(to, across, height),
                    street.at(from, across, height), material);
        }
        return new Mesh(faces);
    }

    /// A painted line, dashed where the gap is above 0.
    Mesh line(double near, double far, double across, double width, double dash, double gap, Material paint) {
        List<Face> faces = new ArrayList<>();
        double period = dash + gap;
        for (double start = near; start < far; start += period) {
            double end = Math.min(far, start + dash);
            for (double from = start; from < end; from += STEP) {
                double to = Math.min(end, from + STEP);
                quad(faces, street.at(from, across - width / 2, PAINT), street.at(from, across + width / 2, PAINT),
                        street.at(to, across + width / 2, PAINT), street.at(to, across - width / 2, PAINT), paint);
            }
        }
        return new Mesh(faces);
    }

    /// A zebra crossing: bars along the road, side by side.
    Mesh zebra(double along, double length, double left, double right, double bar, Material paint) {
        List<Face> faces = new ArrayList<>();
        for (double from = left; from + bar <= right; from += 2 * bar) {
            quad(faces, street.at(along, from, PAINT), street.at(along, from + bar, PAINT), street.at(along + length, from + bar, PAINT),
                    street.at(along + length, from, PAINT), paint);
        }
        return new Mesh(faces);
    }

    /// An arrow that points ahead.
    Mesh arrow(double along, double across, Material paint) {
        List<Face> faces = new ArrayList<>();
        quad(faces, street.at(along, across - 0.09, PAINT), street.at(along, across + 0.09, PAINT),
                street.at(along + 2.2, across + 0.09, PAINT), street.at(along + 2.2, across - 0.09, PAINT), paint);
        faces.add(Face.flat(street.at(along + 2.2, across - 0.36, PAINT), street.at(along + 3.6, across, PAINT),
                street.at(along + 2.2, across + 0.36, PAINT), paint));
        return new Mesh(faces);
    }

    private static void quad(List<Face> faces, Vector a, Vector b, Vector c, Vector d, Material material) {
        faces.add(Face.flat(a, c, b, material));
        faces.add(Face.flat(a, d, c, material));
    }
}
