package dev.maskforge.scenes;

/// A point or direction: x to the right, y up, z forward, in metres.
record Vector(double x, double y, double z) {
    static final Vector ZERO = new Vector(0, 0, 0);
    static final Vector UP = new Vector(0, 1, 0);

    Vector plus(Vector other) {
        return new Vector(x + other.x, y + other.y, z + other.z);
    }

    Vector minus(Vector other) {
        return new Vector(x - other.x, y - other.y, z - other.z);
    }

    Vector times(double factor) {
        return new Vector(x * factor, y * factor, z * factor);
    }

    double dot(Vector other) {
        return x * other.x + y * other.y + z * other.z;
    }

    Vector cross(Vector other) {
        return new Vector(y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x);
    }

    double length() {
        return Math.sqrt(dot(this));
    }

    /// The same direction with length 1; the zero vector stays.
    Vector unit() {
        double length = length();
        return length == 0 ? this : times(1 / length);
    }
}
