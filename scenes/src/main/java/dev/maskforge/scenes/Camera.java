package dev.maskforge.scenes;

import dev.maskforge.vision.Size;

/// A pinhole camera. A ray's direction has length 1 along the view axis, so that a point on it is the eye plus the
/// direction times the depth.
///
/// @param focal the focal length in widths of the picture
record Camera(Vector eye, Vector forward, Vector right, Vector up, double focal) {
    /// @param yaw   the turn to the right in radians
    /// @param pitch upwards in radians
    /// @param roll  clockwise in radians
    static Camera looking(Vector eye, double yaw, double pitch, double roll, double focal) {
        Vector ahead = new Vector(StrictMath.sin(yaw), 0, StrictMath.cos(yaw));
        Vector forward = ahead.times(StrictMath.cos(pitch)).plus(Vector.UP.times(StrictMath.sin(pitch)));
        Vector level = Vector.UP.cross(ahead).unit();
        Vector upright = forward.cross(level).unit();
        double cosine = StrictMath.cos(roll);
        double sine = StrictMath.sin(roll);
        Vector right = level.times(cosine).minus(upright.times(sine));
        return new Camera(eye, forward, right, forward.cross(right).unit(), focal);
    }

    /// The focal length in pixels.
    double pixels(Size size) {
        return focal * size.width();
    }
}
