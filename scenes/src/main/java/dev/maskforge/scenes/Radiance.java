package dev.maskforge.scenes;

/// Light that is being added up: linear red, green and blue.
final class Radiance {
    double red;
    double green;
    double blue;

    Radiance set(double newRed, double newGreen, double newBlue) {
        red = newRed;
        green = newGreen;
        blue = newBlue;
        return this;
    }

    Radiance set(Vector colour) {
        return set(colour.x(), colour.y(), colour.z());
    }

    Radiance scale(double factor) {
        return set(red * factor, green * factor, blue * factor);
    }

    Radiance add(Vector colour, double share) {
        return set(red + colour.x() * share, green + colour.y() * share, blue + colour.z() * share);
    }

    Radiance mix(Vector colour, double share) {
        return set(Noise.mix(red, colour.x(), share), Noise.mix(green, colour.y(), share), Noise.mix(blue, colour.z(), share));
    }

    Radiance mix(Radiance other, double share) {
        return set(Noise.mix(red, other.red, share), Noise.mix(green, other.green, share), Noise.mix(blue, other.blue, share));
    }
}
