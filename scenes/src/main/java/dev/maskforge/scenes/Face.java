package dev.maskforge.scenes;

/// A triangle, seen from both sides, with a normal at each corner: equal ones make it flat, different ones round.
record Face(Vector a, Vector b, Vector c, Vector normalA, Vector normalB, Vector normalC, Material material) {
    static Face flat(Vector a, Vector b, Vector c, Material material) {
        Vector normal = b.minus(a).cross(c.minus(a)).unit();
        return new Face(a, b, c, normal, normal, normal, material);
    }
}
