package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// Where a thing is put, how it is turned and how large: an affine map, `p -> origin + p.x * x + p.y * y + p.z * z`.
///
/// @param x      what becomes of (1, 0, 0)
/// @param y      what becomes of (0, 1, 0)
/// @param z      what becomes of (0, 0, 1)
/// @param origin what becomes of (0, 0, 0)
record Placement(Vector x, Vector y, Vector z, Vector origin) {
    private static final Vector X = new Vector(1, 0, 0);
    private static final Vector Z = new Vector(0, 0, 1);

    static Placement at(double x, double y, double z) {
        return new Placement(X, Vector.UP, Z, new Vector(x, y, z));
    }

    /// Turned about the y axis from +z towards +x, by radians.
    static Placement turned(double angle) {
        double sine = StrictMath.sin(angle);
        double cosine = StrictMath.cos(angle);
        return new Placement(new Vector(cosine, 0, -sine), Vector.UP, new Vector(sine, 0, cosine), Vector.ZERO);
    }

    /// Leant about the x axis from +y towards +z, by radians.
    static Placement leant(double angle) {
        double sine = StrictMath.sin(angle);
        double cosine = StrictMath.cos(angle);
        return new Placement(X, new Vector(0, cosine, sine), new Vector(0, -sine, cosine), Vector.ZERO);
    }

    /// Leant about the z axis from +y towards +x, by radians.
    static Placement tilted(double angle) {
        double sine = StrictMath.sin(angle);
        double cosine = StrictMath.cos(angle);
        return new Placement(new Vector(cosine, -sine, 0), new Vector(sine, cosine, 0), Z, Vector.ZERO);
    }

    /// A factor below 0 mirrors.
    static Placement scaled(double x, double y, double z) {
        return new Placement(new Vector(x, 0, 0), new Vector(0, y, 0), new Vector(0, 0, z), Vector.ZERO);
    }

    /// This first, the other upon its result.
    Placement then(Placement other) {
        return new Placement(other.direction(x), other.direction(y), other.direction(z), other.point(origin));
    }

    Vector point(Vector p) {
        return origin.plus(direction(p));
    }

    Mesh of(Mesh mesh) {
        Vector yz = y.cross(z);
        // Normals go by the matrix of cofactors; the sign keeps them outward where the map mirrors.
        double sign = Math.signum(x.dot(yz));
        Placement cofactors = new Placement(yz.times(sign), z.cross(x).times(sign), x.cross(y).times(sign), Vector.ZERO);
        List<Face> faces = new ArrayList<>(mesh.faces().size());
        for (Face face : mesh.faces()) {
            faces.add(new Face(point(face.a()), point(face.b()), point(face.c()), cofactors.direction(face.normalA()).unit(),
                    cofactors.direction(face.normalB()).unit(), cofactors.direction(face.normalC()).unit(), face.material()));
        }
        return new Mesh(faces);
    }

    List<Part> of(List<Part> parts) {
        return parts.stream().map(part -> new Part(part.className(), of(part.mesh()))).toList();
    }

    private Vector direction(Vector p) {
        return new Vector(x.x() * p.x() + y.x() * p.y() + z.x() * p.z(), x.y() * p.x() + y.y() * p.y() + z.y() * p.z(),
                x.z() * p.x() + y.z() * p.y() + z.z() * p.z());
    }
}
