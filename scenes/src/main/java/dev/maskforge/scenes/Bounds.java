package dev.maskforge.scenes;

/// The box around a mesh.
record Bounds(Vector least, Vector most) {
    static Bounds of(Mesh mesh) {
        double[] least = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
        double[] most = {-Double.MAX_VALUE, -Double.MAX_VALUE, -Double.MAX_VALUE};
        for (Face face : mesh.faces()) {
            extend(face.a(), least, most);
            extend(face.b(), least, most);
            extend(face.c(), least, most);
        }
        return new Bounds(new Vector(least[0], least[1], least[2]), new Vector(most[0], most[1], most[2]));
    }

    private static void extend(Vector point, double[] least, double[] most) {
        double[] at = {point.x(), point.y(), point.z()};
        for (int axis = 0; axis < 3; axis++) {
            least[axis] = Math.min(least[axis], at[axis]);
            most[axis] = Math.max(most[axis], at[axis]);
        }
    }

    double width() {
        return most.x() - least.x();
    }

    double height() {
        return most.y() - least.y();
    }

    double length() {
        return most.z() - least.z();
    }
}
