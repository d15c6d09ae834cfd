package dev.maskforge.scenes;

/// The light that comes from a direction where nothing stands in the way.
final class Sky {
    private final Weather weather;

    Sky(Weather weather) {
        this.weather = weather;
    }

    /// The sky with its clouds; the direction is a unit vector.
    void look(double x, double y, double z, Radiance light) {
        clear(x, y, z, light);
        double height = Math.max(y, 0);
        double reach = weather.cloudScale() * 1.6 / (height + 0.12);
        double east = x * reach + weather.texture();
        double north = z * reach - 0.7 * weather.texture();
        double density = Noise.octaves(east, north, 5) + 0.35 * Noise.octaves(0.37 * east + 5.2, 0.37 * north, 2);
        double edge = 0.62 - 1.15 * weather.coverage();
        double cloud = Noise.step(edge, edge + 0.42, density);
        if (cloud <= 0) {
            return;
        }
        Vector sun = weather.towardsSun();
        double behind = Noise.octaves(east + 0.22 * sun.x(), north + 0.22 * sun.z(), 3);
        double shade = Math.min(1, Math.max(0, 0.42 + 0.9 * behind + 0.35 * (density - edge)));
        double silver = glow(x, y, z, 12);
        double red = Noise.mix(weather.cloud().x(), weather.cloudShade().x(), shade) * (1 + 0.6 * silver);
        double green = Noise.mix(weather.cloud().y(), weather.cloudShade().y(), shade) * (1 + 0.6 * silver);
        double blue = Noise.mix(weather.cloud().z(), weather.cloudShade().z(), shade) * (1 + 0.6 * silver);
        double share = cloud * (0.35 + 0.6 * Noise.step(0, 0.22, height));
        light.set(Noise.mix(light.red, red, share), Noise.mix(light.green, green, share), Noise.mix(light.blue, blue, share));
    }

    /// The sky without clouds, which is also what the air adds over a distance.
    void clear(double x, double y, double z, Radiance light) {
        double height = 1 - Math.max(0, y);
        double pale = height * height * height;
        light.set(weather.zenith()).mix(weather.horizon(), pale * (0.25 + 0.75 * height));
        light.add(weather.sun(), 0.16 * glow(x, y, z, 6) + 0.5 * glow(x, y, z, 90));
    }

    /// What a mirror shows in a direction: the sky, or below it the street's far side.
    void mirror(double x, double y, double z, Radiance light) {
        clear(x, Math.abs(y), z, light);
        double clouds = Noise.octaves(2.2 * x / (Math.abs(y) + 0.3) + weather.texture(), 2.2 * z / (Math.abs(y) + 0.3), 3);
        light.mix(weather.cloud(), Math.clamp(weather.coverage() * (0.5 + 1.3 * clouds), 0, 1));
        double skyline = 0.22 + 0.16 * Noise.at(5 * x + weather.texture(), 5 * z) + 0.05 * Noise.at(19 * x, 19 * z);
        double street = Noise.step(skyline + 0.04, skyline - 0.04, y);
        double shade = y < 0 ? 0.2 : 0.16 + 0.1 * Noise.at(9 * x, 14 * y, 9 * z);
        light.mix(weather.horizon().times(shade), street);
    }

    /// The mean light that a surface gets from the sky and the ground, by how far up it looks.
    void ambient(double normalY, Radiance light) {
        double up = 0.5 + 0.5 * normalY;
        Vector mean = weather.zenith().times(0.55).plus(weather.horizon().times(0.45));
        double cloudy = 0.5 * weather.coverage();
        light.set(mean).mix(weather.cloud().plus(weather.cloudShade()).times(0.5), cloudy);
        double ground = 0.12 * Math.max(0.1, weather.towardsSun().y());
        Vector sun = weather.sun();
        light.set(Noise.mix(light.red * 0.22 + ground * sun.x(), light.red, up),
                Noise.mix(light.green * 0.21 + ground * sun.y(), light.green, up),
                Noise.mix(light.blue * 0.19 + ground * sun.z(), light.blue, up));
    }

    private double glow(double x, double y, double z, int sharpness) {
        Vector sun = weather.towardsSun();
        double cosine = Math.clamp(x * sun.x() + y * sun.y() + z * sun.z(), 0, 1);
        // A power that needs no logarithm: (1 + s (1 - c))^-2.
        double spread = 1 + sharpness * (1 - cosine);
        return 1 / (spread * spread);
    }
}
