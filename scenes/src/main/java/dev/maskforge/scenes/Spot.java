package dev.maskforge.scenes;

/// Where a thing stands and which way it looks.
///
/// @param yaw the turn about the vertical in radians: 0 looks along +z, a quarter turn along +x
record Spot(Vector position, double yaw) {
    static Spot at(double x, double y, double z, double yaw) {
        return new Spot(new Vector(x, y, z), yaw);
    }
}
