package dev.maskforge.scenes;

/// Smooth random values over space, equal on every machine: values of -1 to 1 hashed from whole coordinates, with a
/// quintic between them (Perlin, "Improving noise", 2002).
final class Noise {
    private Noise() {
    }

    /// A hashed value of 0 to 1, 1 excluded, for whole coordinates.
    static double cell(int x, int y, int z) {
        return (hash(x, y, z) >>> 8) * 0x1.0p-24;
    }

    /// A smooth value of -1 to 1.
    static double at(double x, double y, double z) {
        double floorX = Math.floor(x);
        double floorY = Math.floor(y);
        double floorZ = Math.floor(z);
        int ix = (int) floorX;
        int iy = (int) floorY;
        int iz = (int) floorZ;
        double u = fade(x - floorX);
        double v = fade(y - floorY);
        double w = fade(z - floorZ);
        double near = mix(mix(value(ix, iy, iz), value(ix + 1, iy, iz), u), mix(value(ix, iy + 1, iz), value(ix + 1, iy + 1, iz), u), v);
        double far = mix(mix(value(ix, iy, iz + 1), value(ix + 1, iy, iz + 1), u),
                mix(value(ix, iy + 1, iz + 1), value(ix + 1, iy + 1, iz + 1), u), v);
        return mix(near, far, w);
    }

    /// A smooth value of -1 to 1 over a plane.
    static double at(double x, double y) {
        double floorX = Math.floor(x);
        double floorY = Math.floor(y);
        int ix = (int) floorX;
        int iy = (int) floorY;
        double u = fade(x - floorX);
        double v = fade(y - floorY);
        return mix(mix(value(ix, iy, 0), value(ix + 1, iy, 0), u), mix(value(ix, iy + 1, 0), value(ix + 1, iy + 1, 0), u), v);
    }

    /// Octaves over a plane, each twice as fine and half as strong as the one before; about -1 to 1.
    static double octaves(double x, double y, int count) {
        double sum = 0;
        double strength = 0.5;
        double scale = 1;
        for (int octave = 0; octave < count; octave++) {
            sum += strength * at(x * scale + 17.3 * octave, y * scale - 9.1 * octave);
            strength *= 0.5;
            scale *= 2;
        }
        return sum;
    }

    static double mix(double from, double to, double share) {
        return from + (to - from) * share;
    }

    /// 0 below `from`, 1 above `to`, smooth between them.
    static double step(double from, double to, double value) {
        double share = (value - from) / (to - from);
        if (share <= 0) {
            return 0;
        }
        return share >= 1 ? 1 : share * share * (3 - 2 * share);
    }

    private static double fade(double t) {
        return t * t * t * (t * (t * 6 - 15) + 10);
    }

    private static double value(int x, int y, int z) {
        return hash(x, y, z) * 0x1.0p-31;
    }

    private static int hash(int x, int y, int z) {
        int mixed = x * 0x8da6b343 ^ y * 0xd8163841 ^ z * 0xcb1ab31f;
        mixed = (mixed ^ mixed >>> 15) * 0x2c1b3c6d;
        mixed = (mixed ^ mixed >>> 12) * 0x297a2d39;
        return mixed ^ mixed >>> 15;
    }
}
