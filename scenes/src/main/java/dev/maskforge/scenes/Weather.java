package dev.maskforge.scenes;

/// The light of a scene, and what the air and the rain do to it. Colours are linear.
///
/// @param towardsSun  a unit vector
/// @param sun         the light that a surface across the sun's rays gets
/// @param zenith      the sky above
/// @param horizon     the sky at the horizon
/// @param cloud       a cloud in the light
/// @param cloudShade  a cloud's dark side
/// @param coverage    the share of the sky under clouds, 0 to 1
/// @param cloudScale  how small clouds are
/// @param haze        the distance in metres at which two thirds of a thing are lost in the air
/// @param wetness     of the road, 0 to 1
/// @param exposure    the factor of light that is the picture's choice, about 1
/// @param tint        what the camera's white balance leaves
/// @param texture     moves the textures of sky and ground
record Weather(Vector towardsSun, Vector sun, Vector zenith, Vector horizon, Vector cloud, Vector cloudShade, double coverage,
        double cloudScale, double haze, double wetness, double exposure, Vector tint, double texture) {
    static Weather by(Chance chance) {
        double kind = chance.unit();
        if (kind < 0.36) {
            return fair(chance, chance.between(0.5, 1.15));
        }
        if (kind < 0.56) {
            return golden(chance);
        }
        return kind < 0.88 ? overcast(chance, chance.happens(0.6) ? 0 : chance.between(0.1, 0.35))
                : overcast(chance, chance.between(0.6, 1));
    }

    private static Weather fair(Chance chance, double elevation) {
        double strength = chance.between(2.4, 3.6);
        double deep = chance.between(0.7, 1.25);
        return new Weather(sunAt(chance, elevation), new Vector(1, 0.93, 0.82).times(strength), new Vector(0.16, 0.34, 0.78).times(deep),
                new Vector(0.62, 0.78, 0.98).times(chance.between(0.75, 1.1)), new Vector(1.5, 1.46, 1.42), new Vector(0.66, 0.7, 0.78),
                chance.between(0, 0.7), chance.between(0.6, 1.8), chance.between(400, 1600), 0, chance.between(0.8, 1.25), tint(chance),
                chance.between(0, 1000));
    }

    private static Weather golden(Chance chance) {
        double elevation = chance.between(0.13, 0.38);
        double warm = Noise.step(0.45, 0.1, elevation);
        Vector sun = new Vector(1, 0.82 - 0.22 * warm, 0.58 - 0.34 * warm).times(chance.between(2.0, 3.2));
        Vector horizon = new Vector(1.05, 0.8 - 0.12 * warm, 0.55 - 0.1 * warm).times(chance.between(0.7, 1.1));
        return new Weather(sunAt(chance, elevation), sun, new Vector(0.2, 0.33, 0.62).times(chance.between(0.6, 1.1)), horizon,
                new Vector(1.4, 1.05, 0.75), new Vector(0.5, 0.45, 0.52), chance.between(0.1, 0.75), chance.between(0.6, 1.6),
                chance.between(260, 900), chance.happens(0.2) ? 0.7 : 0, chance.between(0.75, 1.25), tint(chance),
                chance.between(0, 1000));
    }

    private static Weather overcast(Chance chance, double wetness) {
        double grey = chance.between(0.75, 1.1);
        Vector light = new Vector(0.86, 0.92, 1.0).times(grey);
        return new Weather(sunAt(chance, chance.between(0.5, 1.2)), new Vector(0.5, 0.49, 0.46).times(chance.between(0, 0.9)), light,
                light.times(chance.between(0.85, 1.15)), light.times(1.18), light.times(chance.between(0.68, 0.9)),
                chance.between(0.75, 1), chance.between(0.4, 1.2),
                chance.happens(0.1) ? chance.between(130, 220) : chance.between(300, 1000), wetness, chance.between(0.75, 1.3),
                tint(chance), chance.between(0, 1000));
    }

    /// Anywhere but straight ahead near the horizon, where it would blind the camera.
    private static Vector sunAt(Chance chance, double elevation) {
        double azimuth = chance.between(0.45, 2 * StrictMath.PI - 0.45);
        double level = StrictMath.cos(elevation);
        return new Vector(level * StrictMath.sin(azimuth), StrictMath.sin(elevation), level * StrictMath.cos(azimuth));
    }

    private static Vector tint(Chance chance) {
        double warm = chance.between(-0.07, 0.07);
        double green = chance.between(-0.02, 0.02);
        return new Vector(1 + warm, 1 + green, 1 - warm);
    }
}
