package dev.maskforge.scenes;

/// The kind of place a scene shows.
enum Setting {
    CITY, SUBURB, COUNTRY;

    static Setting by(Chance chance) {
        double kind = chance.unit();
        if (kind < 0.45) {
            return CITY;
        }
        return kind < 0.8 ? SUBURB : COUNTRY;
    }
}
