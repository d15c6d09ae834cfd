package dev.maskforge.scenes;

/// An ellipse that a lofted surface passes through; `u` x `v` points along the loft.
///
/// @param u one half axis
/// @param v the other half axis
record Ring(Vector centre, Vector u, Vector v) {
    /// Level, around a vertical loft that goes up.
    static Ring level(double x, double y, double z, double halfX, double halfZ) {
        return new Ring(new Vector(x, y, z), new Vector(0, 0, halfZ), new Vector(halfX, 0, 0));
    }

    /// Upright, around a loft that goes along +x.
    static Ring across(double x, double y, double z, double radius) {
        return new Ring(new Vector(x, y, z), new Vector(0, radius, 0), new Vector(0, 0, radius));
    }

    /// Upright, around a loft that goes along +z.
    static Ring along(double x, double y, double z, double halfX, double halfY) {
        return new Ring(new Vector(x, y, z), new Vector(halfX, 0, 0), new Vector(0, halfY, 0));
    }

    Vector at(double cosine, double sine) {
        return centre.plus(u.times(cosine)).plus(v.times(sine));
    }

    double size() {
        return Math.max(u.length(), v.length());
    }
}
