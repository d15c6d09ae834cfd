package dev.maskforge.scenes;

import java.util.List;
import java.util.Optional;

/// Where another road crosses, as stretches of the camera's road.
///
/// @param from where the other road's surface begins
/// @param to   where it ends
/// @param walk the width of its sidewalks
record Crossroads(double from, double to, double walk) {
    /// The other road reaches so far to either side.
    static final double REACH = 75;

    static Optional<Crossroads> by(Setting setting, Chance chance) {
        if (setting == Setting.COUNTRY || !chance.happens(0.34)) {
            return Optional.empty();
        }
        double from = chance.between(13, 34);
        return Optional.of(new Crossroads(from, from + chance.between(7, 11), chance.between(2, 3.5)));
    }

    /// The stretches of the camera's road that are left when the crossing is taken out.
    static List<Stretch> around(Optional<Crossroads> crossing, double near, double far) {
        return crossing.map(other -> List.of(new Stretch(near, other.from - other.walk), new Stretch(other.to + other.walk, far)))
                .orElseGet(() -> List.of(new Stretch(near, far)));
    }

    /// A part of the road, by distances ahead of the camera.
    record Stretch(double near, double far) {}
}
