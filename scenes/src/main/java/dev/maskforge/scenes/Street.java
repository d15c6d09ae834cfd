package dev.maskforge.scenes;

/// The course of a road: its middle runs along x = bend · z² / 2 as far as it bends, then straight on.
///
/// @param bend     the inverse of its radius in metres, above 0 to the right
/// @param straight the distance from which on it runs straight
record Street(double bend, double straight) {
    /// Where the middle is at a distance ahead.
    double middle(double z) {
        double bent = Math.max(-straight, Math.min(z, straight));
        return 0.5 * bend * bent * bent + bend * bent * (z - bent);
    }

    /// How far it has turned at a distance ahead, in radians.
    double heading(double z) {
        return StrictMath.atan(slope(z));
    }

    double slope(double z) {
        return bend * Math.max(-straight, Math.min(z, straight));
    }

    /// A place by its distance along the road and from its middle, to the right.
    Vector at(double along, double across, double height) {
        double slope = slope(along);
        double length = Math.sqrt(1 + slope * slope);
        return new Vector(middle(along) + across / length, height, along - across * slope / length);
    }

    /// How far a place is from the middle, to the right; near enough for places beside the road.
    double across(double x, double z) {
        double slope = slope(z);
        return (x - middle(z)) / Math.sqrt(1 + slope * slope);
    }
}
