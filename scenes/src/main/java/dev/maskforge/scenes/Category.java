package dev.maskforge.scenes;

import java.util.Locale;

/// What a thing counts as: Cityscapes' classes (cityscapesScripts, `labels.py`) that occur in a scene.
enum Category {
    UNLABELED(0, false), ROAD(7, false), SIDEWALK(8, false), RAIL_TRACK(10, false), BUILDING(11, false), WALL(12, false), FENCE(13,
            false),
    POLE(17, false), TRAFFIC_LIGHT(19, false), TRAFFIC_SIGN(20, false), VEGETATION(21, false), TERRAIN(22,
            false),
    SKY(23, false), PERSON(24, true), RIDER(25, true), CAR(26, true), TRUCK(27, true), BUS(28, true), TRAIN(31,
            true),
    MOTORCYCLE(32, true), BICYCLE(33, true);

    private final int id;
    private final boolean counted;

    Category(int id, boolean counted) {
        this.id = id;
        this.counted = counted;
    }

    /// The dataset's id, as in `gtFine_labelIds`.
    int id() {
        return id;
    }

    /// The category of a class by the dataset's name of it, such as `traffic light`.
    static Category named(String className) {
        return valueOf(className.replace(' ', '_').toUpperCase(Locale.ROOT));
    }

    /// Whether single objects of it have numbers of their own.
    boolean isCounted() {
        return counted;
    }
}
