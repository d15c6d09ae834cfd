package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// A road's cross-section: distances from its middle, to the right, in metres.
///
/// @param laneWidth    of each lane
/// @param tracks       the width in the middle that a tram has, or 0
/// @param lanesLeft    lanes that come towards the camera
/// @param lanesRight   lanes that lead away from it
/// @param parkingLeft  the width of the parking strip beyond the lanes, or 0
/// @param parkingRight the same on the right
/// @param vergeLeft    the width of grass between road and sidewalk, or 0
/// @param vergeRight   the same on the right
/// @param walkLeft     the width of the sidewalk, or 0
/// @param walkRight    the same on the right
/// @param gardenLeft   the width of the land before the buildings, or 0
/// @param gardenRight  the same on the right
record Section(double laneWidth, double tracks, int lanesLeft, int lanesRight, double parkingLeft, double parkingRight, double vergeLeft,
        double vergeRight, double walkLeft, double walkRight, double gardenLeft, double gardenRight) {
    static Section by(Setting setting, boolean tram, Chance chance) {
        return switch (setting) {
            case CITY -> new Section(chance.between(3.0, 3.5), tram ? 6.4 : 0, 1 + chance.index(2), 1 + chance.index(tram ? 2 : 3),
                    chance.happens(0.6) ? 2.2 : 0, chance.happens(0.6) ? 2.2 : 0, chance.happens(0.15) ? 1.6 : 0,
                    chance.happens(0.15) ? 1.6 : 0, chance.between(2.4, 5), chance.between(2.4, 5), 0, 0);
            case SUBURB -> new Section(chance.between(2.9, 3.4), 0, 1, 1, chance.happens(0.5) ? 2.1 : 0, chance.happens(0.5) ? 2.1 : 0,
                    chance.happens(0.5) ? chance.between(1.2, 3) : 0, chance.happens(0.5) ? chance.between(1.2, 3) : 0,
                    chance.between(1.6, 2.6), chance.between(1.6, 2.6), chance.between(2.5, 8), chance.between(2.5, 8));
            case COUNTRY -> new Section(chance.between(3.0, 3.7), 0, 1, 1, 0, 0, chance.between(0.8, 2), chance.between(0.8, 2),
                    chance.happens(0.25) ? 2 : 0, chance.happens(0.25) ? 2 : 0, 14, 14);
        };
    }

    /// The left end of the lanes, below 0.
    double lanesFrom() {
        return -tracks / 2 - lanesLeft * laneWidth;
    }

    double lanesTo() {
        return tracks / 2 + lanesRight * laneWidth;
    }

    /// The left kerb.
    double roadFrom() {
        return lanesFrom() - parkingLeft;
    }

    double roadTo() {
        return lanesTo() + parkingRight;
    }

    double walkFrom() {
        return roadFrom() - vergeLeft - walkLeft;
    }

    double walkTo() {
        return roadTo() + vergeRight + walkRight;
    }

    /// Where buildings stand on the left.
    double frontLeft() {
        return walkFrom() - gardenLeft;
    }

    double frontRight() {
        return walkTo() + gardenRight;
    }

    /// The middle of a lane that comes towards the camera, counted from the road's middle.
    double laneLeft(int lane) {
        return -tracks / 2 - (lane + 0.5) * laneWidth;
    }

    double laneRight(int lane) {
        return tracks / 2 + (lane + 0.5) * laneWidth;
    }

    List<Double> laneMiddles() {
        List<Double> middles = new ArrayList<>();
        for (int lane = 0; lane < lanesLeft; lane++) {
            middles.add(laneLeft(lane));
        }
        for (int lane = 0; lane < lanesRight; lane++) {
            middles.add(laneRight(lane));
        }
        return middles;
    }
}
