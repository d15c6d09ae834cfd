package dev.maskforge.vision;

/// From inks to light, as Pillow converts CMYK.
final class Inks {
    private Inks() {
    }

    /// What is left of the white that black lets through: white - ink·white / 255, at least 0.
    ///
    /// @param ink 255 is all
    /// @param white 255 - black
    static int remaining(int ink, int white) {
        int product = ink * white + 128;
        return white - ((product >> 8) + product >> 8);
    }
}
