package dev.maskforge.scenes;

import java.util.List;

/// How a surface's colour and gloss vary from place to place: textures in space, which need no maps. Detail that a pixel
/// cannot show fades out.
final class Textures {
    private static final Vector MORTAR = new Vector(0.36, 0.33, 0.3);

    private final Street street;
    private final Weather weather;
    private final RoadWear wear;

    /// The answer: the colour, linear.
    final Radiance colour = new Radiance();
    /// The answer: the share of light that is mirrored when one looks straight on, 0 to 1.
    double gloss;
    /// The answer: how much of the light that passes through it shows, 0 to 1.
    double translucence;
    /// The answer: how much it shines by itself.
    double emission;

    Textures(Street street, Weather weather, RoadWear wear) {
        this.street = street;
        this.weather = weather;
        this.wear = wear;
    }

    /// @param x         the place
    /// @param normalX   the face's own normal, not the rounded one
    /// @param footprint the side in metres of what a pixel shows of the surface
    /// @param thing     the number of the thing, for what differs from thing to thing
    void sample(Material material, double x, double y, double z, double normalX, double normalY, double normalZ, double footprint,
            int thing) {
        colour.set(material.colour());
        gloss = 0;
        translucence = 0;
        emission = 0;
        // Coordinates on the surface: along it on the level, and up (or along z where it lies flat).
        double level = Math.sqrt(normalX * normalX + normalZ * normalZ);
        boolean flat = level < 0.35;
        double across = flat ? x : (x * normalZ - z * normalX) / level;
        double rise = flat ? z : y;
        switch (material.surface()) {
            case PLAIN -> vary(0.08, blotches(x, y, z, 1.1));
            case PAINT -> gloss = 0.055;
            case METAL -> {
                vary(0.12, blotches(x, y, z, 2.3));
                gloss = 0.035;
            }
            case GLASS -> glass(x, y, z);
            case RUBBER -> vary(0.15, blotches(x, y, z, 9));
            case LAMP -> emission = 1.4;
            case CLOTH -> vary(0.34, Noise.at(x * 9, y * 4.5, z * 9) * fade(0.2, footprint)
                    + 0.3 * Noise.at(x * 31, y * 31, z * 31) * fade(0.06, footprint));
            case SKIN -> vary(0.08, Noise.at(x * 14, y * 14, z * 14));
            case HAIR -> vary(0.4, Noise.at(x * 60, y * 12, z * 60) * fade(0.03, footprint));
            case WOOD -> wood(across, rise, footprint);
            case BARK -> vary(0.5, Noise.at(x * 16, y * 4, z * 16) * fade(0.1, footprint) + 0.5 * Noise.at(x * 3, y, z * 3));
            case FOLIAGE -> foliage(x, y, z, footprint);
            case GRASS -> grass(x, z, footprint);
            case SOIL -> vary(0.6, Noise.octaves(x * 1.3, z * 1.3, 3) + 0.6 * Noise.at(x * 22, z * 22) * fade(0.08, footprint));
            case BALLAST -> vary(0.75, Noise.at(x * 17, z * 17) * fade(0.09, footprint) + 0.4 * Noise.at(x * 1.4, z * 1.4));
            case ASPHALT -> asphalt(x, z, footprint);
            case MARKING -> marking(x, z, footprint);
            case PAVING -> paving(x, z, footprint);
            case CONCRETE -> concrete(x, y, z, across, rise, footprint);
            case BRICK -> bricks(across, rise, footprint, 0.24, 0.08, 0.012, thing);
            case STONE -> bricks(across, rise, footprint, 0.62, 0.31, 0.02, thing);
            case PLASTER -> plaster(x, y, z, across, flat, footprint);
            case ROOF_TILES -> tiles(x, y, z, normalX, normalZ, level, footprint);
        }
    }

    /// How much of a texture of a wavelength a pixel still shows.
    private static double fade(double wavelength, double footprint) {
        return Noise.step(1.1, 0.25, footprint / wavelength);
    }

    private static double blotches(double x, double y, double z, double scale) {
        return Noise.at(x * scale, y * scale, z * scale);
    }

    private void vary(double strength, double value) {
        colour.scale(Math.max(0.05, 1 + strength * value));
    }

    private void glass(double x, double y, double z) {
        vary(0.5, Noise.at(x * 0.9, y * 0.9, z * 0.9));
        gloss = 0.09;
    }

    private void wood(double across, double rise, double footprint) {
        vary(0.22, 2 * Noise.cell((int) Math.floor(across / 0.14), 7, 0) - 1);
        vary(0.3, Noise.at(across * 40, rise * 2.5) * fade(0.04, footprint));
    }

    private void foliage(double x, double y, double z, double footprint) {
        double clumps = Noise.at(x * 1.7, y * 1.7, z * 1.7);
        double twigs = Noise.at(x * 5.1, y * 5.1, z * 5.1) * fade(0.3, footprint);
        double leaves = Noise.at(x * 14, y * 14, z * 14) * fade(0.11, footprint);
        double value = 0.3 * clumps + 0.5 * twigs + 0.55 * leaves;
        vary(1, value);
        // Young leaves are yellower, those in the depth are bluer.
        colour.set(colour.red * (1 + 0.22 * clumps + 0.15 * leaves), colour.green, colour.blue * (1 - 0.2 * clumps - 0.15 * leaves));
        translucence = 0.45;
    }

    private void grass(double x, double z, double footprint) {
        double patches = Noise.octaves(x * 0.22, z * 0.22, 3);
        double tufts = Noise.at(x * 2.6, z * 2.6);
        double blades = Noise.at(x * 19, z * 11) * fade(0.09, footprint);
        vary(1, 0.25 * tufts + 0.4 * blades + 0.2 * patches);
        double dry = Noise.step(0.05, 0.5, patches + 0.2 * tufts);
        colour.set(colour.red * (1 + 0.75 * dry), colour.green * (1 + 0.22 * dry), colour.blue * (1 + 0.1 * dry));
        translucence = 0.25;
    }

    private void asphalt(double x, double z, double footprint) {
        double across = street.across(x, z);
        double shift = weather.texture();
        vary(0.16, Noise.octaves(x * 0.35 + shift, z * 0.22, 3));
        double fine = footprint < 0.013 ? 0.8 * Noise.at(x * 140, z * 140) * fade(0.014, footprint) : 0;
        vary(0.34, fine + Noise.at(x * 55, z * 55) * fade(0.035, footprint) + 0.5 * Noise.at(x * 21, z * 21) * fade(0.09, footprint));
        wear.apply(across, z, x, footprint, colour);
        wet(x, z);
    }

    private void wet(double x, double z) {
        if (weather.wetness() == 0) {
            return;
        }
        double water = Noise.step(0.75 - weather.wetness(), 1.15 - weather.wetness(),
                0.45 + 0.55 * Noise.octaves(x * 0.5, z * 0.3 + weather.texture(), 3));
        colour.scale(1 - 0.5 * water);
        gloss = 0.03 + 0.09 * water;
    }

    private void marking(double x, double z, double footprint) {
        double worn = Noise.octaves(x * 4.1, z * 2.3 + weather.texture(), 3) + 0.5 * Noise.at(x * 30, z * 30) * fade(0.07, footprint);
        double bare = Noise.step(0.12, 0.6, worn + wear.markingWear());
        vary(0.1, Noise.at(x * 0.8, z * 0.8));
        colour.mix(wear.asphalt(), bare);
        wet(x, z);
    }

    private void paving(double x, double z, double footprint) {
        double across = street.across(x, z);
        double side = wear.slab();
        int column = (int) Math.floor(across / side);
        double shifted = z / side + (wear.staggered() && (column & 1) != 0 ? 0.5 : 0);
        int row = (int) Math.floor(shifted);
        double insideX = Math.abs(across / side - column - 0.5);
        double insideZ = Math.abs(shifted - row - 0.5);
        double visible = fade(side, footprint);
        vary(0.26 * visible, 2 * Noise.cell(column, row, 3) - 1);
        double joint = Noise.step(0.5 - 0.035, 0.5, Math.max(insideX, insideZ));
        vary(-0.55 * joint * fade(0.35 * side, footprint), 1);
        vary(0.16, Noise.octaves(x * 0.6, z * 0.6, 3));
        vary(0.2, Noise.at(x * 40, z * 40) * fade(0.05, footprint));
        // Chewing gum, drips and the like.
        vary(-0.3 * Noise.step(0.62, 0.8, Noise.at(x * 5.3, z * 5.3)) * fade(0.2, footprint), 1);
        wet(x, z);
    }

    private void concrete(double x, double y, double z, double across, double rise, double footprint) {
        vary(0.14, Noise.octaves(across * 0.5, rise * 0.5, 3));
        vary(0.22, Noise.at(across * 3.2, rise * 0.35));
        vary(0.15, Noise.at(x * 33, y * 33, z * 33) * fade(0.06, footprint));
        double panel = Math.abs(across / 2.4 - Math.floor(across / 2.4) - 0.5);
        vary(-0.4 * Noise.step(0.49, 0.5, panel) * fade(0.1, footprint), 1);
    }

    private void bricks(double across, double rise, double footprint, double length, double height, double joint, int thing) {
        int course = (int) Math.floor(rise / height);
        double shifted = across / length + 0.5 * (course & 1);
        int brick = (int) Math.floor(shifted);
        double visible = fade(height, footprint);
        double tone = 2 * Noise.cell(brick, course, thing) - 1;
        vary(0.3 * visible, tone);
        colour.set(colour.red * (1 + 0.07 * tone * visible), colour.green, colour.blue);
        double edgeX = (0.5 - Math.abs(shifted - brick - 0.5)) * length;
        double edgeY = (0.5 - Math.abs(rise / height - course - 0.5)) * height;
        double mortar = Noise.step(joint, 0.4 * joint, Math.min(edgeX, edgeY)) * fade(0.6 * height, footprint);
        colour.mix(MORTAR, 0.6 * mortar);
        vary(0.2, Noise.octaves(across * 0.4, rise * 0.4, 3));
        vary(0.2, Noise.at(across * 25, rise * 25) * fade(0.08, footprint));
    }

    private void plaster(double x, double y, double z, double across, boolean flat, double footprint) {
        vary(0.12, Noise.octaves(x * 0.35 + z * 0.2, y * 0.35, 3));
        vary(0.05, Noise.at(x * 24, y * 24, z * 24) * fade(0.08, footprint));
        if (!flat) {
            double streak = Noise.step(0.1, 0.7, Noise.at(across * 2.6, y * 0.18));
            vary(-0.17 * streak, 1);
            double splash = Noise.step(0.9, 0, y + 0.3 * Noise.at(across * 1.7, 3.1));
            vary(-0.22 * splash, 1);
        }
    }

    private void tiles(double x, double y, double z, double normalX, double normalZ, double level, double footprint) {
        double across = level < 0.05 ? x : (x * normalZ - z * normalX) / level;
        double row = y / 0.17;
        double course = Math.floor(row);
        int tile = (int) Math.floor(across / 0.26 + 0.5 * ((int) course & 1));
        double visible = fade(0.22, footprint);
        vary(0.22 * visible, 2 * Noise.cell(tile, (int) course, 11) - 1);
        vary(-0.45 * visible * Noise.step(0.75, 1, row - course), 1);
        vary(0.18, Noise.octaves(x * 0.5, z * 0.5 + y * 0.5, 3));
    }

    /// The wear of a road and the size of a sidewalk's slabs.
    record RoadWear(Vector asphalt, List<Double> tracks, double trackStrength, double patchShare, double crackStrength, double manholeShare,
            double markingWear, double slab, boolean staggered, double origin) {
        static RoadWear by(Chance chance, Vector asphalt, List<Double> laneMiddles) {
            return new RoadWear(asphalt, List.copyOf(laneMiddles), chance.between(-0.22, 0.22), chance.between(0, 0.3),
                    chance.between(0, 0.55),
                    chance.between(0, 0.25), chance.between(-0.35, 0.25), chance.between(0.28, 0.85), chance.happens(0.5),
                    chance.between(0, 1000));
        }

        private void apply(double across, double along, double x, double footprint, Radiance colour) {
            double factor = 1;
            for (double lane : tracks) {
                double off = Math.abs(Math.abs(across - lane) - 0.78);
                if (off < 0.5) {
                    factor -= trackStrength * (1 - Noise.step(0.05, 0.5, off)) * (0.8 + 0.3 * Noise.at(along * 0.2, lane));
                }
                double oil = Math.abs(across - lane);
                if (oil < 0.45) {
                    factor -= 0.1 * (1 - Noise.step(0, 0.45, oil)) * (0.6 + 0.6 * Noise.at(along * 0.5, lane + 3));
                }
            }
            factor *= patch(across, along, footprint);
            double ridge = Math.abs(Noise.octaves(x * 0.42 + origin, along * 0.3, 4));
            factor *= 1 - crackStrength * Noise.step(0.022, 0.004, ridge) * Noise.step(0.12, 0.03, footprint)
                    * Noise.step(-0.1, 0.3, Noise.at(x * 0.11, along * 0.07 + origin));
            factor *= manhole(across, along, footprint);
            colour.scale(Math.max(0.15, factor));
        }

        /// Rectangles where the road was opened and closed again, with a dark seam.
        private double patch(double across, double along, double footprint) {
            double columns = across / 1.7;
            double rows = (along + origin) / 6.3;
            int column = (int) Math.floor(columns);
            int row = (int) Math.floor(rows);
            double chance = Noise.cell(column, row, 21);
            if (chance > patchShare) {
                return 1;
            }
            double insideX = 0.5 - Math.abs(columns - column - 0.5);
            double insideZ = 0.5 - Math.abs(rows - row - 0.5);
            double edge = Math.min(insideX * 1.7, insideZ * 6.3 - 1.6 * Noise.cell(column, row, 22)) - 0.1;
            if (edge < 0) {
                return 1;
            }
            double seam = Noise.step(0.06, 0.02, edge) * Noise.step(0.2, 0.04, footprint);
            return (0.72 + 0.5 * Noise.cell(column, row, 23)) * (1 - 0.5 * seam);
        }

        private double manhole(double across, double along, double footprint) {
            double rows = (along + 2 * origin) / 9.7;
            int row = (int) Math.floor(rows);
            if (Noise.cell(row, 31, 0) > manholeShare) {
                return 1;
            }
            double middle = 6 * Noise.cell(row, 32, 0) - 3;
            double offX = across - middle;
            double offZ = (rows - row - 0.5) * 9.7;
            double radius = Math.sqrt(offX * offX + offZ * offZ);
            if (radius > 0.42) {
                return 1;
            }
            double ring = Noise.step(0.42, 0.38, radius) - 0.6 * Noise.step(0.36, 0.33, radius);
            double pattern = Noise.step(0.04, 0.012, footprint) * 0.3
                    * (((int) Math.floor(offX * 14) + (int) Math.floor(offZ * 14) & 1) - 0.5);
            return 0.72 - 0.25 * ring + pattern;
        }
    }
}
